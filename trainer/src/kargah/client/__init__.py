"""The notebook client."""

from .connection import Kargah, connect, register, train
from .datasets import Dataset
from .errors import BridgeNotFound, JobFailed, KargahError
from .jobs import Job

__all__ = ["BridgeNotFound", "Dataset", "Job", "JobFailed", "Kargah", "KargahError", "connect", "register", "train"]
