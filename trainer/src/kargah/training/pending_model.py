"""A model that was saved and is not in MLflow yet: `model/` in the job's folder, and `pending_model.json` beside it.

`python -m kargah.training.pending_model <job folder> [--timeout SECONDS]` sends what an ended job left. Exit code 0
where `result.json` names the model or there is none, 75 (EX_TEMPFAIL) to try again later, 1 when MLflow will never
take it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kargah.protocols.failure import write_json
from kargah.reporting.gateway import Address
from kargah.reporting.run_ref import run_of

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0
TEMPORARY_FAILURE = 75


class PendingModel:
    """The saved model of one job's folder."""

    def __init__(self, job_dir: Path) -> None:
        self._job_dir = job_dir
        self.folder = job_dir / "model"
        self._facts = job_dir / "pending_model.json"

    @property
    def exists(self) -> bool:
        return self._facts.is_file()

    def keep(self, best_step: int, metadata: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Says that `folder` is whole. `result` is what `result.json` will say besides the model."""
        write_json(self._facts, {"best_step": best_step, "metadata": dict(metadata), "result": dict(result)})

    def send(self, wait: Callable[[float], bool]) -> bool:
        """Tries until MLflow has it, then writes `result.json` and forgets what was kept.

        `wait(seconds)` is called before each further try; where it answers False, so does this.

        Raises:
            UploadRefused: it will never be taken.
        """
        from mlflow.models import Model

        from kargah.training.model import Upload

        facts = json.loads(self._facts.read_text(encoding="utf-8"))
        job = json.loads((self._job_dir / "job.json").read_text(encoding="utf-8"))
        upload = Upload(
            described=Model.load(str(self.folder)),
            folder=self.folder,
            address=Address(Path(job["bridge_file"]), self._job_dir / "token"),
            find_run=lambda: run_of(self._job_dir, job),
            best_step=facts["best_step"],
            metadata=facts["metadata"],
        )
        pause = FIRST_WAIT_SECONDS
        while (logged := upload.attempt()) is None:
            if not wait(pause):
                return False
            pause = min(2 * pause, LONGEST_WAIT_SECONDS)
        write_json(self._job_dir / "result.json", {"model": asdict(logged), **facts["result"]})
        self._facts.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)
        return True


def main() -> int:
    from kargah.training.model import MlflowImport, UploadRefused

    parser = argparse.ArgumentParser(prog="python -m kargah.training.pending_model")
    parser.add_argument("job_dir", type=Path)
    parser.add_argument("--timeout", type=float, default=60.0)
    options = parser.parse_args()
    pending = PendingModel(options.job_dir)
    if not pending.exists:
        return 0
    MlflowImport().wait()
    ends = time.monotonic() + options.timeout

    def wait(seconds: float) -> bool:
        if time.monotonic() + seconds > ends:
            return False
        time.sleep(seconds)
        return True

    try:
        return 0 if pending.send(wait) else TEMPORARY_FAILURE
    except UploadRefused as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
