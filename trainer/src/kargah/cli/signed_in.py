"""The connection that most verbs use."""

from __future__ import annotations

import argparse

import kargah
from kargah.client import Kargah


def signed_in(options: argparse.Namespace) -> Kargah:
    """As whom the command line says, else as the token that was found with the bridge."""
    return kargah.connect(email=options.email, password=options.password)
