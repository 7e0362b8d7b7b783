"""`python -m kargah.launch.run <job folder>`: the process of a recipe, or of a report on other data."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from kargah.launch.paths import JobPaths, read_json, write_json

EVALUATION = "evaluation"
"""In the place of a recipe's name: the job judges a model and trains none."""


def main(argv: list[str]) -> int:
    """Runs the recipe of `job.json`; an unforeseen error becomes a coded failure, its traceback is in the log."""
    paths = JobPaths(Path(argv[1]).absolute())
    try:
        if (read_json(paths.folder / "job.json") or {}).get("recipe") == EVALUATION:
            from kargah.judging.job import judge

            return judge(paths.folder)
        from kargah.training.entry import run_recipe

        return run_recipe(paths.folder)
    except ModuleNotFoundError as error:
        traceback.print_exc()
        if error.name == "torch":
            _fail(paths, "torch_missing", {})
        else:
            _fail(paths, "recipe_failed", {"reason": f"{type(error).__name__}: {error}"[:500]})
    except MemoryError:
        traceback.print_exc()
        _fail(paths, "out_of_memory", {})
    except Exception as error:
        traceback.print_exc()
        _fail(paths, "recipe_failed", {"reason": f"{type(error).__name__}: {error}"[:500]})
    return 1


def _fail(paths: JobPaths, code: str, params: dict[str, str]) -> None:
    if not paths.failure.exists():
        write_json(paths.failure, {"code": code, "params": params})


def run(argv: list[str]) -> None:
    sys.exit(main(argv))


if __name__ == "__main__":
    run(sys.argv)
