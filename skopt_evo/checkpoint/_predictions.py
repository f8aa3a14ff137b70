"""Predictions in a journal: some lines before that of the fold that they belong to.

A line has a bounded length, a test set has not. So the bytes of the arrays come in
parts, a record each, and the record of the fold says what they are. A kill between them
leaves parts without a fold, which mean nothing: the fit is done again.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from reprlib import repr as shortened
from typing import Any

import numpy as np

from skopt_evo.trials import Predictions
from skopt_evo.trials._fold_record import check_keys, is_index
from skopt_evo.trials._predictions import METHODS

# Bytes of a part: with 4 characters for 3 bytes it is well below the longest line.
PART = 2**21

# What the numbers of predictions and of labels are in a file, whatever the machine.
TYPES = ("<f4", "<f8")
LABELS = "<i4"

KEYS = ("method", "shape", "type", "n_outputs", "is_list", "n_parts")
MAX_SIZE = 2**48


def describe(predictions: Predictions) -> dict[str, Any]:
    """Return what the bytes of predictions mean, as plain data.

    Parameters
    ----------
    predictions : Predictions
        Of one fit.
    """
    values, labels = predictions.values, predictions.labels
    size = values.nbytes + (0 if labels is None else labels.nbytes)
    return {
        "method": predictions.method,
        "shape": list(values.shape),
        "type": values.dtype.newbyteorder("<").str,
        "n_outputs": 0 if labels is None else labels.shape[1],
        "is_list": predictions.is_list,
        "n_parts": -(-size // PART),
    }


def to_parts(predictions: Predictions) -> list[str]:
    """Return the bytes of predictions, as the lines of text of several records.

    Parameters
    ----------
    predictions : Predictions
        Of one fit.
    """
    values, labels = predictions.values, predictions.labels
    kind = values.dtype.newbyteorder("<")
    content = np.ascontiguousarray(values, dtype=kind).tobytes()
    if labels is not None:
        content += np.ascontiguousarray(labels, dtype=LABELS).tobytes()
    return [
        base64.b64encode(content[start : start + PART]).decode("ascii")
        for start in range(0, len(content), PART)
    ]


def from_parts(description: Any, parts: Sequence[str]) -> Predictions:
    """Return predictions, if this is what `describe` and `to_parts` return for some.

    Parameters
    ----------
    description : object
        Plain data, which may come from anybody.
    parts : sequence of str
        What the records before have: the last ones count. Before them there may be
        some of a run that was cut short.

    Raises
    ------
    TypeError, ValueError
        If it is not.
    """
    n_rows, n_columns = _checked_shape(description)
    kind, n_outputs = description["type"], description["n_outputs"]
    n_parts = description["n_parts"]
    if not is_index(n_parts - 1, len(parts)):
        raise ValueError(f"{len(parts)} parts of {shortened(n_parts)}")
    parts = parts[-n_parts:]
    try:
        content = b"".join(base64.b64decode(part, validate=True) for part in parts)
    except binascii.Error as error:
        raise ValueError(f"predictions that are no base64: {error}") from None
    n_values, n_labels = n_rows * n_columns, n_rows * n_outputs
    size = np.dtype(kind).itemsize * n_values
    if len(content) != size + np.dtype(LABELS).itemsize * n_labels:
        raise ValueError(f"{len(content)} bytes of {n_values} predictions")
    values = np.frombuffer(content, kind, n_values).reshape(n_rows, n_columns)
    labels = None
    if n_outputs:
        numbers = np.frombuffer(content, LABELS, offset=size)
        labels = numbers.reshape(n_rows, n_outputs).astype(np.int32)
    native = values.astype(values.dtype.newbyteorder("="))
    return Predictions(
        description["method"], native, labels, is_list=description["is_list"]
    )


def part_of(record: Mapping[str, Any]) -> str:
    """Return the text of a record of a part."""
    if not isinstance(record["part"], str):
        raise TypeError(f"part={shortened(record['part'])}")
    return str(record["part"])


def _checked_shape(description: Any) -> tuple[int, int]:
    """Return the numbers of rows and columns; raise for what no search writes."""
    if not isinstance(description, dict):
        raise TypeError(f"predictions={shortened(description)}")
    check_keys(description, KEYS)
    shape, n_outputs = description["shape"], description["n_outputs"]
    if type(description["n_parts"]) is not int:
        raise TypeError(f"n_parts={shortened(description['n_parts'])}")
    if not (
        isinstance(shape, list)
        and len(shape) == 2
        and all(is_index(n, MAX_SIZE) for n in (*shape, n_outputs))
        and math.prod(shape) < MAX_SIZE
    ):
        raise ValueError(f"shape={shortened(shape)}, n_outputs={shortened(n_outputs)}")
    if description["method"] not in METHODS or description["type"] not in TYPES:
        raise ValueError(f"predictions of {shortened(description)}")
    if not isinstance(description["is_list"], bool):
        raise TypeError(f"is_list={shortened(description['is_list'])}")
    return shape[0], shape[1]
