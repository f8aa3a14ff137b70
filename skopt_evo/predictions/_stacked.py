"""Predictions of many candidates as one array, a block of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray

# Bytes of predictions that are in memory at a time beyond those that are kept.
BLOCK = 2**26


class Stacked:
    """Arrays of one shape, one for each candidate.

    Few of them are put together once. Of many, which may be in a file, a block is read
    each time that it is needed.

    Parameters
    ----------
    arrays : sequence of ndarray of shape (n_rows, n_columns)
        The arrays.
    rows : ndarray of int, default=None
        Which of their rows count; None for all of them.

    Attributes
    ----------
    shape : tuple of int
        How many rows that count, and columns, each array has.
    """

    def __init__(
        self, arrays: Sequence[NDArray[Any]], rows: NDArray[Any] | None = None
    ) -> None:
        self._arrays, self._rows = arrays, rows
        n_rows = len(arrays[0]) if rows is None else len(rows)
        self.shape = n_rows, arrays[0].shape[1]
        self._whole: FloatArray | None = None
        if 8 * len(arrays) * n_rows * self.shape[1] <= BLOCK:
            self._whole = self._read(range(len(arrays)), None)

    def __len__(self) -> int:
        return len(self._arrays)

    def __getitem__(self, number: int) -> FloatArray:
        if self._whole is not None:
            return np.asarray(self._whole[number])
        return np.asarray(self._read([number], None)[0])

    def blocks(self, rows: NDArray[Any] | None = None) -> Iterator[FloatArray]:
        """Iterate over blocks of arrays, in order.

        Parameters
        ----------
        rows : ndarray of int, default=None
            Which of the rows that count; None for all of them.

        Yields
        ------
        block : ndarray of shape (n_arrays, n_rows, n_columns)
            Not to be changed.
        """
        if self._whole is not None:
            yield self._whole if rows is None else self._whole[:, rows]
            return
        n_rows = self.shape[0] if rows is None else len(rows)
        size = max(1, BLOCK // max(1, 8 * n_rows * self.shape[1]))
        for start in range(0, len(self), size):
            yield self._read(range(start, min(start + size, len(self))), rows)

    def _read(self, numbers: Sequence[int], rows: NDArray[Any] | None) -> FloatArray:
        if self._rows is not None:
            rows = self._rows if rows is None else self._rows[rows]
        arrays = [self._arrays[number] for number in numbers]
        if rows is not None:
            arrays = [array[rows] for array in arrays]
        return np.array(arrays, dtype=np.float64)
