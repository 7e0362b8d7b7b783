"""The notebook client."""

from kargah.client.comparison import Comparison
from kargah.client.connection import Kargah, compare, connect, register, sweep, train
from kargah.client.dataset import Dataset
from kargah.client.errors import BridgeNotFound, JobFailed, KargahError, SweepFailed
from kargah.client.jobs import Job
from kargah.client.predict import load_model
from kargah.client.projects import Project
from kargah.client.sweeps import Sweep

__all__ = [
    "BridgeNotFound",
    "Comparison",
    "Dataset",
    "Job",
    "JobFailed",
    "Kargah",
    "KargahError",
    "Project",
    "Sweep",
    "SweepFailed",
    "compare",
    "connect",
    "load_model",
    "register",
    "sweep",
    "train",
]
