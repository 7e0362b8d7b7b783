"""The verbs of `kargah`, a module each; `kargah.cli` says what one has."""
