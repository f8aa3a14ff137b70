"""Candidates of a table of results that has been a text file."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from skopt_evo._messages import shown
from skopt_evo.exceptions import SearchSpaceWarning
from skopt_evo.space import SearchSpace
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._values import is_number

# What is written with 16 digits or so may be read as another number, but for the last.
TOLERANCE = 1e-12

# A dimension with more values than this is not searched for a text.
MAX_LISTED = 2**20

EMPTY = "(empty)"


def columns_of(table: Any) -> Any:
    """Return the columns of a frame of pandas or polars as a dict, others unchanged."""
    if hasattr(table, "columns") and hasattr(table, "__getitem__"):
        return {str(name): list(table[name]) for name in table.columns}
    return table


def read_candidates(
    results: Mapping[str, Any], params: Sequence[Any], space: SearchSpace
) -> list[Mapping[str, Any] | None]:
    """Return the parameters of each candidate, from their columns where need be.

    In a text file the column ``params`` is text, and so are those values in the columns
    ``param_<name>`` that are no numbers. A text stands for the value of the space that
    is written so. What cannot be found by its text are arrays, values of which several
    are written in the same way, and values that the space does not have.

    Parameters
    ----------
    results : mapping
        The table, a column an entry.
    params : sequence
        Its column ``params``.
    space : SearchSpace
        The space to find the values in.

    Returns
    -------
    candidates : list of mappings
        None where a value could not be found.

    Raises
    ------
    TypeError
        If candidates are no dicts, and there are no columns of their parameters.
    ValueError
        If no candidate was found because of its texts.

    Warns
    -----
    SearchSpaceWarning
        If some candidates were not found because of their texts.
    """
    if all(isinstance(setting, Mapping) for setting in params):
        return list(params)
    prefix = "param_"
    columns = {
        str(key)[len(prefix) :]: list(column)
        for key, column in results.items()
        if str(key).startswith(prefix)
    }
    if not columns:
        row = next(n for n, each in enumerate(params) if not isinstance(each, Mapping))
        raise TypeError(
            f"initial_params: params[{row}]={shown(params[row])} of this cv_results_ "
            "is no dict, and there are no columns param_<name> to take the values "
            "from. Pass the cv_results_ itself, or all columns of the file."
        )
    reader = _Reader(space)
    candidates: list[Mapping[str, Any] | None] = []
    reasons = []
    for row, setting in enumerate(params):
        cells = {name: column[row] for name, column in columns.items()}
        try:
            candidates.append(reader.setting(cells, str(setting)))
        except LookupError as error:
            candidates.append(None)
            reasons.append(error.args[0])
    if reasons:
        message = (
            f"initial_params: {len(reasons)} of {len(params)} candidates of this "
            "table, which has been a text file, are left out: "
            f"{' '.join(list(dict.fromkeys(reasons))[:3])}"
        )
        if len(reasons) == len(params):
            raise ValueError(f"{message} Pass the cv_results_ itself, or a pickle.")
        warnings.warn(message, SearchSpaceWarning, stacklevel=2)
    return candidates


class _Reader:
    """Finds the values of the cells of a text file."""

    def __init__(self, space: SearchSpace) -> None:
        self._space = space
        self._texts: dict[int, dict[str, list[Any]]] = {}

    def setting(self, cells: Mapping[str, Any], text: str) -> Mapping[str, Any] | None:
        """Return the setting of a row, None if it lies outside of the space.

        Parameters
        ----------
        cells : mapping
            The cell of each parameter, an empty one too where it has no value.
        text : str
            The setting as it was written.

        Raises
        ------
        LookupError
            If the text of a value is that of none, or of several.
        """
        # None and "there is no such parameter" are the same empty cell.
        given = {
            name: cell
            for name, cell in cells.items()
            if not _is_empty(cell) or f"{name!r}: " in text
        }
        reason: LookupError | None = None
        for dimensions in self._space.branches:
            if dimensions.keys() == given.keys():
                try:
                    return {
                        name: self._value(dimension, given[name])
                        for name, dimension in dimensions.items()
                    }
                except LookupError as error:
                    reason = error
                except ValueError:
                    continue  # the space may have become smaller
        if reason is not None:
            raise reason
        return None

    def _value(self, dimension: Dimension, cell: Any) -> Any:
        number = _number(cell)
        if dimension.is_finite and 0 < dimension.n_levels <= MAX_LISTED:
            if not dimension.is_vector:
                return self._listed_value(dimension, cell, number)
        elif number is not None and not dimension.is_vector:
            return _value_in_range(dimension, number)
        raise _unknown(dimension, cell)

    def _listed_value(self, dimension: Dimension, cell: Any, number: Any) -> Any:
        if id(dimension) not in self._texts:
            texts: dict[str, list[Any]] = {}
            for value in dimension.values():
                texts.setdefault(_text(value), []).append(value)
            self._texts[id(dimension)] = texts
        found = self._texts[id(dimension)].get(_text(cell), [])
        if not found and number is not None:
            found = [
                value
                for value in dimension.values()
                if is_number(value) and _is_close(float(value), number)
            ]
            if not found and dimension.is_numeric:
                raise dimension._refuse(cell)
        if len(found) != 1:
            raise _unknown(dimension, cell)
        return found[0]


def _value_in_range(dimension: Dimension, number: float) -> Any:
    whole = [int(number)] if number.is_integer() else []
    ends = (
        [dimension.decode(0.0), dimension.decode(1.0)] if dimension.is_numeric else []
    )
    near = [end for end in ends if _is_close(float(end), number)]
    for value in (number, *whole, *near):
        if dimension.holds(value):
            return value
    raise dimension._refuse(number)


def _text(value: Any) -> str:
    return EMPTY if _is_empty(value) else str(value)


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _number(cell: Any) -> float | None:
    """Return the number in a cell, None if there is none."""
    try:
        number = math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _is_close(first: float, second: float) -> bool:
    return math.isclose(first, second, rel_tol=TOLERANCE, abs_tol=0.0)


def _unknown(dimension: Dimension, cell: Any) -> LookupError:
    return LookupError(
        f"Parameter {dimension.name!r} has no value, or several, with the text "
        f"{shown(cell, 200)}."
    )
