"""What arrays, matrices and frames are made of, a block of memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

# Numbers of an array that are read at a time.
CHUNK = 2**16


def array_parts(array: Any) -> Iterator[Any]:
    """Iterate over the type, the shape and the memory of an array, in its C order."""
    if array.dtype.names is not None:  # there may be gaps between the fields
        yield from ("fields", array.shape, array.dtype.names)
        yield from (array[name] for name in array.dtype.names)
        return
    if array.dtype.hasobject or array.dtype.kind == "T":
        yield from ("objects", array.shape)
        yield from array.flat
        return
    dtype = array.dtype.newbyteorder("<")
    yield from (dtype.str, array.shape)
    if dtype.itemsize:
        yield from _blocks(array, dtype)


def _blocks(array: Any, dtype: Any) -> Iterator[memoryview]:
    options: dict[str, Any] = {
        "flags": ["external_loop", "buffered", "zerosize_ok"],
        "op_flags": [["readonly", "contig"]],
        "op_dtypes": [dtype],
        "order": "C",
        "casting": "safe",
        "buffersize": CHUNK,
    }
    for chunk in np.nditer(array, **options):
        yield memoryview(np.ravel(chunk).view(np.uint8).data)


def sparse_parts(matrix: Any) -> Iterator[Any]:
    """Iterate over the parts of a matrix: the same ones for every format of it."""
    rows = matrix.tocsr()
    if not rows.has_canonical_format or np.count_nonzero(rows.data) < rows.nnz:
        rows = rows.copy()
        rows.sum_duplicates()
        rows.eliminate_zeros()
    yield from (rows.shape, rows.data)
    for indices in (rows.indices, rows.indptr):
        # They are of 32 or 64 bits, as there was need for them.
        yield indices.size
        yield from _blocks(indices, np.dtype("<i8"))


def pandas_values(values: Any) -> Any:
    """Return the values of a series or an index: objects where numpy has no type."""
    if hasattr(values.dtype, "categories"):
        codes = values.array.codes.astype(np.int64)
        return values.dtype.categories, values.dtype.ordered, codes
    if isinstance(values.dtype, np.dtype) and values.dtype.kind != "O":
        return values.to_numpy()
    return values.to_numpy(dtype=object)


def polars_parts(series: Any) -> Iterator[Any]:
    yield from (series.name, str(series.dtype))
    if series.dtype.is_numeric() and not series.null_count():
        yield series.to_numpy()
    else:
        yield from (len(series), *series)
