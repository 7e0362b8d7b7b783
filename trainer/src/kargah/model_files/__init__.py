"""Reads `.pt2` files (torch.export programs) that anybody may have made, without running what they hold.

`torch.export.load` unpickles what an archive marks so, loads native libraries out of it, and evaluates strings of the
program as Python. Here a file is first held against an allow list, and PyTorch is handed a copy of what was allowed.
"""

from kargah.model_files.archive import check, copy_allowed
from kargah.model_files.load import LoadedProgram, load_program
from kargah.model_files.refusal import UnsafeModelFile

__all__ = ["LoadedProgram", "UnsafeModelFile", "check", "copy_allowed", "load_program"]
