"""Why a model file is refused."""

from __future__ import annotations


class UnsafeModelFile(ValueError):
    """The file holds something that is not on the allow list.

    `part` names the entry of the archive, or the field of the program, and `reason` says in English what is there.
    """

    def __init__(self, part: str, reason: str) -> None:
        # Both may repeat what the file says: cut, and without control characters.
        self.part, self.reason = _printable(part), _printable(reason)
        super().__init__(f"{self.part}: {self.reason}")


class UnwritableWeights(ValueError):
    """A weight is of a kind that safetensors has not; the model itself is all right."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = _printable(name), kind
        super().__init__(f"{self.name} is of {kind}, which safetensors has not")


def _printable(text: str) -> str:
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
