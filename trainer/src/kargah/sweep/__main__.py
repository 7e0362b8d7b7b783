"""`python -m kargah.sweep`: a question a line on standard input, its answer a line on standard output.

    {"ask": "propose", "count": 2, "space": …, "method": …, "pruner": …, "mode": …, "seed": …, "trials": […]}
    {"settings": [{"lr": 0.01}, …]}
    {"ask": "doomed", …}
    {"doomed": [3]}

A question that cannot be answered gets `{"error": "…"}`, and the next one is read.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from kargah.sweep.study import Question, doomed, propose


def answer(question: dict[str, Any]) -> dict[str, Any]:
    if question["ask"] == "propose":
        return {"settings": propose(Question.from_json(question), int(question["count"]))}
    return {"doomed": doomed(Question.from_json(question))}


def main() -> int:
    # Libraries print; the answers must be alone on their stream.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            answered = answer(json.loads(line))
        except Exception as error:
            traceback.print_exc()
            answered = {"error": f"{type(error).__name__}: {error}"}
        json.dump(answered, out, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        out.write("\n")
        out.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
