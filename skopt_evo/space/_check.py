"""Check that an estimator has the parameters of a search space."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator
from typing import Any

from sklearn.base import clone

from skopt_evo._messages import listed, shown
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
    for branch, dimensions in enumerate(space.branches):
        for hosts in host_settings(space, branch):
            target = clone(estimator)
            refused: tuple[str, ...] = ()
            # In order of their names: each one before those that are nested in it.
            for name, dimension in dimensions.items():
                if name.startswith(refused):
                    continue
                value = hosts[name] if name in hosts else dimension.decode(0.5)
                if not _can_set(target, name, value, hosts):
                    refused += (f"{name}__",)


def host_settings(
    space: SearchSpace, branch: int, n_most: int = MAX_COMBINATIONS
) -> Iterator[dict[str, Any]]:
    """Iterate over the values of those parameters that others are nested in."""
    dimensions = space.branches[branch]
    hosts = [
        name
        for name, dimension in dimensions.items()
        if dimension.is_finite
        and not dimension.is_vector  # nothing is nested in an array
        and any(other.startswith(name + "__") for other in dimensions)
    ]
    values = itertools.product(*(dimensions[name].values() for name in hosts))
    for setting in itertools.islice(values, n_most):
        yield dict(zip(hosts, setting, strict=True))


def _can_set(target: Any, name: str, value: Any, hosts: dict[str, Any]) -> bool:
    """Set a parameter and tell whether that went well; raise if it does not exist."""
    try:
        target.set_params(**{name: clone(value, safe=False)})
    except Exception:
        valid = sorted(target.get_params(deep=True))
        if name not in valid:
            raise SearchSpaceError(_explain(target, name, valid, hosts)) from None
        return False  # not about names: the fit of such a candidate will tell
    return True


def _explain(target: Any, name: str, valid: list[str], hosts: dict[str, Any]) -> str:
    parts = [f"Invalid parameter {name!r} in param_grid for estimator {target}."]
    close = [other for other in valid if other.endswith(f"__{name}")]
    # A name that begins with "estimator__" is the search's, not the estimator's.
    close += [other for other in valid if name.endswith(f"__{other}")]
    close += difflib.get_close_matches(name, valid, n=1, cutoff=0.7)
    if close:
        parts.append(f"Did you mean {close[0]!r}?")
    around = {host: hosts[host] for host in hosts if name.startswith(f"{host}__")}
    if around:
        parts.append(
            f"It cannot be set where {shown(around)}: write the search space as a list "
            "of dicts, one for each estimator with its own parameters."
        )
    parts.append(f"Valid parameters are: {listed(valid)}.")
    return " ".join(parts)
