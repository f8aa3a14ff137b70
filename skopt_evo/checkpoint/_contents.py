"""What objects are made of, as far as a search can depend on it."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterable
from functools import singledispatch
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse, stats

from skopt_evo._sklearn_compat import kept_by_clone
from skopt_evo.checkpoint._arrays import (
    array_parts,
    pandas_values,
    polars_parts,
    sparse_parts,
)


class Unordered(list[Any]):
    """Parts whose order does not matter."""


class Contents(NamedTuple):
    """What an object is made of.

    Attributes
    ----------
    name : str
        Its kind.
    parts : iterable
        Objects, `Unordered` ones, and blocks of memory whose length the parts before
        them tell.
    is_shared : bool
        Whether other objects may well have a part in it too.
    """

    name: str
    parts: Iterable[Any]
    is_shared: bool = False


def path_of(value: Any) -> str:
    """Return where a class or function is imported from, private modules left out."""
    module = str(getattr(value, "__module__", None) or "")
    name = str(getattr(value, "__qualname__", getattr(value, "__name__", "")))
    parts = [
        part for part in module.split(".") if part[:1] != "_" or part == "__main__"
    ]
    return ".".join([*parts, name])


@singledispatch
def contents(value: Any, *, is_fitted: bool) -> Contents:
    """Return what an object is made of.

    Parameters
    ----------
    value : object
        Anything but None, bool, int, float, complex, str and bytes.
    is_fitted : bool
        Whether what estimators have learnt is a part of them.
    """
    # Nothing can be of pandas that has not been imported. It comes first: the columns
    # of a frame are attributes of any name.
    if (pd := sys.modules.get("pandas")) and isinstance(
        value, (pd.DataFrame, pd.Series, pd.Index)
    ):
        return _pandas_contents(value)
    name = path_of(type(value))
    if sparse.issparse(value) and value.ndim == 2:
        return Contents("sparse", sparse_parts(value))
    if isinstance(
        getattr(value, "dist", None), (stats.rv_continuous, stats.rv_discrete)
    ):
        return Contents("frozen", [value.dist, value.args, value.kwds], True)
    if hasattr(value, "get_params"):
        if is_fitted:
            return Contents(name, [type(value), _known(vars(value))], True)
        # Nothing is added where nothing was set: hashes of before stay valid.
        kept = [kept] if (kept := kept_by_clone(value)) else []
        return Contents(
            name, [type(value), _known(_changed_parameters(value)), *kept], True
        )
    if type(value).__module__.partition(".")[0] == "polars" and hasattr(value, "dtype"):
        return Contents("series", polars_parts(value))
    if type(value).__module__.partition(".")[0] == "polars" and hasattr(
        value, "height"
    ):
        return Contents("frame", value.get_columns())
    return Contents(name, [type(value), *_state(value)], True)


def _pandas_contents(value: Any) -> Contents:
    if value.ndim == 2:
        columns = (pandas_values(value.iloc[:, i]) for i in range(value.shape[1]))
        return Contents("frame", [value.index, value.columns, *columns])
    if hasattr(value, "iloc"):
        return Contents("series", [value.name, value.index, pandas_values(value)])
    levels = [value.get_level_values(level) for level in range(value.nlevels)]
    return Contents("index", [list(value.names), *map(pandas_values, levels)])


@contents.register(list)
@contents.register(tuple)
def _(value: Any, *, is_fitted: bool) -> Contents:
    return Contents(path_of(type(value)), value)


@contents.register(set)
@contents.register(frozenset)
def _(value: Any, *, is_fitted: bool) -> Contents:
    return Contents("set", [Unordered(value)])


@contents.register
def _(value: dict, *, is_fitted: bool) -> Contents:  # type: ignore[type-arg]
    if sparse.issparse(value):  # dok_matrix is both
        return Contents("sparse", sparse_parts(value))
    return Contents(path_of(type(value)), [Unordered(value.items())])


@contents.register
def _(value: range, *, is_fitted: bool) -> Contents:
    return Contents("range", [value.start, value.stop, value.step])


@contents.register(np.ndarray)
@contents.register(np.generic)
def _(value: Any, *, is_fitted: bool) -> Contents:
    return Contents("array", array_parts(np.asarray(value)))


@contents.register
def _(value: np.ma.MaskedArray, *, is_fitted: bool) -> Contents:
    return Contents("masked", [np.ma.getmaskarray(value), value.filled()])


@contents.register(stats.rv_continuous)
@contents.register(stats.rv_discrete)
def _(value: Any, *, is_fitted: bool) -> Contents:
    # Those that are made of values or of a histogram have them in these attributes.
    tables = [getattr(value, key, None) for key in ("xk", "pk", "_histogram")]
    limits = [float(value.a), float(value.b)]
    return Contents("distribution", [type(value), value.name, *limits, *tables], True)


@contents.register
def _(value: np.random.RandomState, *, is_fitted: bool) -> Contents:
    if value is np.random.mtrand._rand:
        return Contents("global random state", ())  # whatever its state is now
    return Contents(path_of(type(value)), [value.get_state(legacy=False)])


@contents.register
def _(value: np.random.Generator, *, is_fitted: bool) -> Contents:
    return Contents(path_of(type(value)), [value.bit_generator.state])


@contents.register(np.random.BitGenerator)
@contents.register(np.random.SeedSequence)
def _(value: Any, *, is_fitted: bool) -> Contents:
    return Contents(path_of(type(value)), [value.state])


@contents.register(types.ModuleType)
@contents.register(np.ufunc)
def _(value: Any, *, is_fitted: bool) -> Contents:
    return Contents("named", [value.__name__])


@contents.register
def _(value: types.BuiltinFunctionType, *, is_fitted: bool) -> Contents:
    owner = value.__self__
    is_method = owner is not None and not isinstance(owner, types.ModuleType)
    return Contents("builtin", [path_of(value), owner if is_method else None], True)


@contents.register
def _(value: types.MethodType, *, is_fitted: bool) -> Contents:
    return Contents("method", [value.__func__, value.__self__], True)


@contents.register
def _(value: types.FunctionType, *, is_fitted: bool) -> Contents:
    if not _is_private(value):
        return Contents("function", [path_of(value)], True)
    closure = []
    for cell in value.__closure__ or ():
        try:
            closure.append(cell.cell_contents)
        except ValueError:  # it is to be filled
            closure.append(None)
    defaults = [value.__defaults__, value.__kwdefaults__]
    return Contents(
        "code of", [path_of(value), value.__code__, *defaults, *closure], True
    )


@contents.register
def _(value: types.CodeType, *, is_fitted: bool) -> Contents:
    names = [value.co_names, value.co_varnames, value.co_freevars]
    return Contents("code", [value.co_code, value.co_consts, *names])


@contents.register
def _(value: type, *, is_fitted: bool) -> Contents:
    if not _is_private(value):
        return Contents("class", [path_of(value)], True)
    functions = Unordered(
        (name, path_of(type(member)), _function_of(member))
        for name, member in vars(value).items()
        if isinstance(member, (types.FunctionType, staticmethod, classmethod, property))
    )
    return Contents("code of", [path_of(value), value.__bases__, functions], True)


def _function_of(member: Any) -> Any:
    return getattr(member, "__func__", None) or getattr(member, "fget", member)


def _is_private(value: Any) -> bool:
    """Tell whether the name of a class or function does not tell which one it is."""
    return value.__module__ == "__main__" or "<" in value.__qualname__


def _changed_parameters(estimator: Any) -> dict[str, Any]:
    """Return the parameters of an estimator that are not at their defaults.

    So a later version that has more of them changes nothing.
    """
    parameters = estimator.get_params(deep=False)
    try:
        signature = inspect.signature(type(estimator).__init__).parameters
    except (TypeError, ValueError):
        return dict(parameters)
    return {
        name: value
        for name, value in parameters.items()
        if name not in signature or not _is_same(value, signature[name].default)
    }


def _is_same(value: Any, default: Any) -> bool:
    if value is default:
        return True
    is_plain = type(value) is type(default) and isinstance(value, (int, float, str))
    return is_plain and bool(value == default)


def _known(state: Any) -> Any:
    """Return a state without the attributes that are None.

    Whether there is such an attribute at all depends on the version.
    """
    if not isinstance(state, dict):
        return state
    return {key: value for key, value in state.items() if value is not None}


def _state(value: Any) -> list[Any]:
    """Return what pickle would store of an object, nothing if that cannot be told."""
    try:
        if hasattr(value, "__array__"):
            return [np.asarray(value)]
        reduced = value.__reduce_ex__(4)
        if isinstance(reduced, str):
            return [reduced]
        _, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
        return [arguments, _known(state), list(items or ()), dict(pairs or ())]
    except Exception:  # whatever a class may raise
        return [_known(getattr(value, "__dict__", None))]
