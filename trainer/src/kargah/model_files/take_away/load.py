"""Loads this model with PyTorch alone, and says what it takes and answers: `python load.py`."""

import json
from pathlib import Path

import torch

here = Path(__file__).parent
program = torch.export.load(str(here / "model.pt2"))
model = program.module()
"""Call it with a tensor as `schema.json` describes it under `input`."""
if __name__ == "__main__":
    schema = json.loads((here / "schema.json").read_text(encoding="utf-8"))
    print(json.dumps({"input": schema.get("input"), "classes": schema.get("classes")}, ensure_ascii=False))
    print(program.graph_signature)
