"""The notebook client."""

from .connection import Kargah, connect, register, sweep, train
from .dataset import Dataset
from .errors import BridgeNotFound, JobFailed, KargahError, SweepFailed
from .jobs import Job
from .predict import load_model
from .sweeps import Sweep

__all__ = [
    "BridgeNotFound",
    "Dataset",
    "Job",
    "JobFailed",
    "Kargah",
    "KargahError",
    "Sweep",
    "SweepFailed",
    "connect",
    "load_model",
    "register",
    "sweep",
    "train",
]
