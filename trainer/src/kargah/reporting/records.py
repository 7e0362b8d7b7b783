"""How a call of `log` lies in the spool: one fixed record, so that writing it is one `pack_into`.

    u8 0xA5 · u24 shape · i64 ns since the epoch · i64 step · f64 for each metric · u32 seal   (little-endian)

`shape` is the number (from 1) of the line in `keys.jsonl` that names the metrics. The seal comes last and never ends
with a zero byte: a record that a kill cut has none, for the file was zeros before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_BEGIN = b"\xa5"
_SEAL = 0x5AFE_C0DE
_NUMBER = struct.Struct("<I")


class Point(NamedTuple):
    key: str
    value: float
    step: int
    timestamp: int
    """ms since the epoch."""


class Shape:
    """The layout of the records that carry these keys, in this order."""

    def __init__(self, number: int, keys: Sequence[str]) -> None:
        self.keys = tuple(keys)
        self.head = number << 8 | _BEGIN[0]
        self.seal = number ^ _SEAL
        self.layout = struct.Struct(f"<Iqq{len(self.keys)}dI")
        self.size = self.layout.size
        self.pack_into = self.layout.pack_into

    def points(self, data: bytes, at: int) -> list[Point]:
        _, time_ns, step, *values, _ = self.layout.unpack_from(data, at)
        timestamp = time_ns // 1_000_000
        return [Point(key, value, step, timestamp) for key, value in zip(self.keys, values, strict=True)]


@dataclass(frozen=True)
class Record:
    start: int
    end: int
    shape: Shape


def records(data: bytes, shapes: Sequence[Shape]) -> Iterator[Record]:
    """The sealed records of `data`. What is none of them (cut by a kill, spoilt on the disk) is stepped over."""
    at = data.find(_BEGIN)
    while at >= 0:
        found = _record_at(data, at, shapes)
        if found is None:
            at = data.find(_BEGIN, at + 1)
        else:
            yield found
            at = data.find(_BEGIN, found.end)


def _record_at(data: bytes, at: int, shapes: Sequence[Shape]) -> Record | None:
    if at + _NUMBER.size > len(data):
        return None
    number = _NUMBER.unpack_from(data, at)[0] >> 8
    if not 0 < number <= len(shapes):
        return None
    shape = shapes[number - 1]
    end = at + shape.size
    if end > len(data) or _NUMBER.unpack_from(data, end - _NUMBER.size)[0] != shape.seal:
        return None
    return Record(at, end, shape)
