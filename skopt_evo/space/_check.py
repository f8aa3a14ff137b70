"""Check that an estimator has the parameters of a search space."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator
from typing import Any

from sklearn.base import clone

from skopt_evo.exceptions import SearchSpaceError
from skopt_evo.space._codec import SearchSpace

# How many combinations of estimators (values of a parameter that other parameters are
# nested in) are looked at; beyond, an error is found when the candidate is fitted.
MAX_COMBINATIONS = 200


def check_parameter_names(estimator: Any, space: SearchSpace) -> None:
    """Raise before the first fit if a candidate's parameters could not be set.

    Parameters
    ----------
    estimator : estimator
        The estimator whose parameters are searched.
    space : SearchSpace
        The space; each branch is checked with every estimator that it can put in place
        of a part of `estimator`.

    Raises
    ------
    SearchSpaceError
        If a name is not a parameter of the estimator; the error names the closest one.
    """
    for branch in range(space.n_branches):
        for hosts in _host_settings(space, branch):
            try:
                target = clone(estimator).set_params(**clone(hosts, safe=False))
            except Exception:
                continue  # not about names: the fit of such a candidate will tell
            for name, dimension in space.branches[branch].items():
                if name not in hosts:
                    _check_name(target, name, dimension.decode(0.5), hosts)


def _host_settings(space: SearchSpace, branch: int) -> Iterator[dict[str, Any]]:
    """Iterate over the values of those parameters that others are nested in."""
    dimensions = space.branches[branch]
    hosts = [
        name
        for name, dimension in dimensions.items()
        if dimension.is_finite
        and any(other.startswith(name + "__") for other in dimensions)
    ]
    values = itertools.product(*(dimensions[name].values() for name in hosts))
    for setting in itertools.islice(values, MAX_COMBINATIONS):
        yield dict(zip(hosts, setting, strict=True))


def _check_name(target: Any, name: str, value: Any, hosts: dict[str, Any]) -> None:
    try:
        target.set_params(**{name: clone(value, safe=False)})
    except (ValueError, AttributeError) as error:
        message = str(error)
        if "Invalid parameter" not in message and "set_params" not in message:
            return  # the value is refused, not the name
        raise SearchSpaceError(_explain(target, name, hosts, message)) from None


def _explain(target: Any, name: str, hosts: dict[str, Any], message: str) -> str:
    valid = sorted(target.get_params(deep=True))
    close = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    parts = [f"Invalid parameter {name!r} in param_grid for estimator {target}."]
    if close:
        parts.append(f"Did you mean {close[0]!r}?")
    if hosts:
        parts.append(
            f"It cannot be set where {hosts!r}: write the search space as a list of "
            "dicts, one for each estimator with its own parameters."
        )
    parts.append(f"Valid parameters are: {valid!r}.")
    return " ".join(parts)
