"""`python -m kargah.reporting.drain <job folder> [--timeout SECONDS]`: delivers what an ended job left in its spools.

Exit code 0 when nothing is left, 75 (EX_TEMPFAIL) when some is.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from kargah.reporting.gateway import Address
from kargah.reporting.reporter import Reporter
from kargah.reporting.run_ref import run_of
from kargah.reporting.spool import has_pending

TEMPORARY_FAILURE = 75


def drain(job_dir: Path, timeout: float) -> bool:
    """True when its spools, the training process's and the supervisor's, are empty afterwards."""
    left = [spool for spool in (job_dir / "spool", job_dir / "spool-system") if has_pending(spool)]
    if not left:
        return True
    job = json.loads((job_dir / "job.json").read_text(encoding="utf-8"))
    address = Address(Path(job["bridge_file"]), job_dir / "token")
    ends = time.monotonic() + timeout
    for spool in left:
        reporter = Reporter(spool, address, lambda: run_of(job_dir, job), say=lambda line: print(line, file=sys.stderr))
        if not reporter.close(max(0.0, ends - time.monotonic())):
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kargah.reporting.drain")
    parser.add_argument("job_dir", type=Path)
    parser.add_argument("--timeout", type=float, default=60.0)
    options = parser.parse_args()
    return 0 if drain(options.job_dir, options.timeout) else TEMPORARY_FAILURE


if __name__ == "__main__":
    raise SystemExit(main())
