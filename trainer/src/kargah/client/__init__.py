"""The notebook client."""

from kargah.client.connection import Kargah, connect, register, sweep, train
from kargah.client.dataset import Dataset
from kargah.client.errors import BridgeNotFound, JobFailed, KargahError, SweepFailed
from kargah.client.jobs import Job
from kargah.client.predict import load_model
from kargah.client.projects import Project
from kargah.client.sweeps import Sweep

__all__ = [
    "BridgeNotFound",
    "Dataset",
    "Job",
    "JobFailed",
    "Kargah",
    "KargahError",
    "Project",
    "Sweep",
    "SweepFailed",
    "connect",
    "load_model",
    "register",
    "sweep",
    "train",
]
