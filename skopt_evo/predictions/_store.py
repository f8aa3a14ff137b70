"""Arrays within a bound of memory: what is beyond it goes into a file."""

from __future__ import annotations

import tempfile
import weakref
from dataclasses import replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo.trials import Predictions

# Bytes that are kept in memory, of all the arrays of a search together.
MAX_MEMORY = 2**28


class Store:
    """Keeps arrays in memory up to a bound, and in a temporary file from then on.

    The file has no name, where the operating system allows that: it is gone as soon as
    nothing refers to the arrays any more, whatever becomes of the process.

    Parameters
    ----------
    max_memory : int, default=268435456
        How many bytes may be in memory.

    Attributes
    ----------
    max_memory : int
        How many bytes may be in memory.
    n_in_memory, n_on_disk : int
        How many bytes there are.
    """

    def __init__(self, max_memory: int = MAX_MEMORY) -> None:
        self.max_memory = max_memory
        self._file: IO[bytes] | None = None
        self.n_in_memory = 0
        self.n_on_disk = 0

    def hold(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return an array of the same contents, which takes no memory beyond the bound.

        Parameters
        ----------
        array : ndarray
            It is not to be changed any more.

        Raises
        ------
        OSError
            If the file system of temporary files is full.
        """
        if not array.size or self.n_in_memory + array.nbytes <= self.max_memory:
            self.n_in_memory += array.nbytes
            return array
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="skopt_evo_")  # noqa: SIM115
            # Maps stay: each of them has opened the file for itself.
            weakref.finalize(self, self._file.close)
        # A map begins where any type of number may begin.
        start = -(-self.n_on_disk // 16) * 16
        try:
            self._file.seek(start)
            self._file.write(np.ascontiguousarray(array).data)
            self._file.flush()
        except OSError as error:
            error.add_note(
                f"There is no room in {tempfile.gettempdir()!r} for {array.nbytes} "
                "bytes of predictions or fitted models, of which a search keeps up to "
                f"{self.max_memory} bytes in memory. Set the environment variable "
                "TMPDIR to a folder with more room, or pass ensemble=None and "
                "return_predictions=False."
            )
            raise
        self.n_on_disk = start + array.nbytes
        return np.memmap(
            self._file, dtype=array.dtype, mode="r", offset=start, shape=array.shape
        )

    def release(self, array: NDArray[Any]) -> None:
        """Take note that an array of `hold` is not needed any more."""
        if not isinstance(array, np.memmap):
            self.n_in_memory -= array.nbytes

    def release_predictions(self, predictions: Predictions) -> None:
        """Take note that predictions of `hold_predictions` are not needed any more."""
        self.release(predictions.values)
        if predictions.labels is not None:
            self.release(predictions.labels)

    def hold_predictions(self, predictions: Predictions) -> Predictions:
        """Return the same predictions, with arrays of `hold`."""
        labels = predictions.labels
        return replace(
            predictions,
            values=self.hold(predictions.values),
            labels=None if labels is None else self.hold(labels),
        )
