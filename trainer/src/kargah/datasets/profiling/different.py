"""The different texts of a column, and how often each one occurs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from kargah.datasets.tables.arrow import array_of, numbers_of, where

if TYPE_CHECKING:
    import pyarrow as pa

    # A whole number of 64 bits for each text, the same for equal ones.
    Hashed = Callable[[pa.ChunkedArray], pa.Array]


class Different(Protocol):
    """`texts` with how often each of them stands in the column, its `weights`; `counts` are those of different ones."""

    @property
    def texts(self) -> pa.ChunkedArray:
        """Every different text at least once."""

    @property
    def weights(self) -> Any:
        """How many of the column each of `texts` stands for."""

    @property
    def counts(self) -> Any:
        """How often each different text occurs."""

    def chosen(self, which: Any) -> pa.Array:
        """Return the different texts of those `counts` that `which` is set for, in their order."""

    def cut(self, chars: int) -> Different:
        """Return the same with no text longer than `chars`."""


class Repeating:
    """Texts that are kept as a dictionary and places in it, and so are counted already but for adding up."""

    def __init__(self, values: pa.ChunkedArray) -> None:
        import numpy as np
        import pyarrow as pa

        whole = values.unify_dictionaries()
        texts = whole.chunk(0).dictionary if whole.num_chunks else pa.array([], values.type.value_type)
        counts = np.zeros(len(texts), np.int64)
        for chunk in whole.chunks:
            counts += np.bincount(numbers_of(chunk.indices.drop_null()), minlength=len(texts))
        self._keep(texts.filter(where(counts > 0)), counts[counts > 0])

    def _keep(self, texts: pa.Array, counts: Any) -> None:
        import pyarrow as pa

        self._texts = texts
        self.texts = pa.chunked_array([texts])
        self.weights = self.counts = counts

    def chosen(self, which: Any) -> pa.Array:
        """Return the different texts of those `counts` that `which` is set for, in their order."""
        return self._texts.filter(where(which))

    def cut(self, chars: int) -> Repeating:
        """Return the same with no text longer than `chars`."""
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = {"text": pc.utf8_slice_codeunits(self._texts, 0, chars), "count": array_of(self.counts, pa.int64())}
        grouped = pa.table(columns).group_by("text").aggregate([("count", "sum")]).combine_chunks()
        shorter = Repeating.__new__(Repeating)
        shorter._keep(grouped.column("text").chunk(0), numbers_of(grouped.column("count_sum").chunk(0)))
        return shorter


class Hashes:
    """Texts told apart by 64 bits of each: of a million different ones two are taken for one once in 30 million tables.

    Numbers are sorted ten times sooner than texts are counted.
    """

    weights = 1

    def __init__(self, texts: pa.ChunkedArray, hashes: Any) -> None:
        import numpy as np

        self.texts = texts
        self._hashes = hashes
        ordered = np.sort(hashes)
        is_new = np.ones(len(ordered), bool)
        np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
        places = np.flatnonzero(is_new)
        self._keys = ordered[places]
        self.counts = np.diff(np.append(places, len(ordered)))

    def chosen(self, which: Any) -> pa.Array:
        """Return the different texts of those `counts` that `which` is set for, in their order."""
        import numpy as np
        import pyarrow as pa

        keys = self._keys[which]
        if len(keys) == 0:
            return pa.array([], self.texts.type)
        nearest = keys[np.minimum(np.searchsorted(keys, self._hashes), len(keys) - 1)]
        at = np.flatnonzero(nearest == self._hashes)
        first = at[np.unique(self._hashes[at], return_index=True)[1]]
        return self.texts.take(array_of(first, pa.int64())).combine_chunks()

    def cut(self, chars: int) -> Repeating:
        """Return the same with no text longer than `chars`."""
        import pyarrow as pa
        import pyarrow.compute as pc

        cut = [pc.utf8_slice_codeunits(chunk, 0, chars).dictionary_encode() for chunk in self.texts.chunks]
        return Repeating(pa.chunked_array(cut, pa.dictionary(pa.int32(), pa.string())))
