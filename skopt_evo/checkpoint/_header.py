"""What a journal belongs to: the first line of its file."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Mapping
from importlib import import_module
from reprlib import repr as shortened
from typing import Any

from skopt_evo.checkpoint._fingerprint import fingerprint
from skopt_evo.checkpoint._schema import make_schema
from skopt_evo.exceptions import CheckpointMismatchError, CheckpointWarning

# The parts that must be the same, and what they are called if one is not.
PARTS = {
    "data": "the data (X)",
    "targets": "the targets (y)",
    "fit_params": "the parameters of fit, such as sample_weight",
    "splits": (
        "the splits (a splitter that shuffles needs an integer as its random_state to "
        "make the same ones again)"
    ),
    "scoring": "scoring",
    "space": "the search space (param_grid)",
    "estimator": "the estimator (its class or its parameters)",
    "settings": "the settings of the search",
}

PACKAGES = ("sklearn", "numpy", "scipy", "joblib", "skopt_evo")


def make_header(*, seed: int | None = None, **parts: Any) -> dict[str, Any]:
    """Return the header of a search's journal: what its results depend on.

    Parameters
    ----------
    seed : int or None, default=None
        What chance comes from. None, for a header that is only compared, stands for
        whatever the other one has.
    **parts : object
        Each of ``data``, ``targets``, ``fit_params``, ``splits``, ``scoring``,
        ``space``, ``estimator`` and ``settings``; what is left out counts as None.
        What a larger budget may extend is not to be among the settings.

    Returns
    -------
    header : dict
        A fingerprint of each part, the seed, the schema of the results, and the
        versions of the libraries: plain data, of which no more of the parts can be told
        than how several metrics are called.

    Examples
    --------
    >>> from skopt_evo.checkpoint import compare, make_header
    >>> header = make_header(data=[[1.0], [2.0]], seed=0)
    >>> compare(header, make_header(data=[[1.0], [2.0]], seed=0))
    >>> compare(header, make_header(data=[[1.0], [3.0]], seed=0))
    Traceback (most recent call last):
      ...
    skopt_evo.exceptions.CheckpointMismatchError: The checkpoint belongs to another ...
    """
    if unknown := parts.keys() - PARTS.keys():
        raise TypeError(f"A header has the parts {list(PARTS)}, got {sorted(unknown)}.")
    prints = {name: fingerprint(parts.get(name)) for name in PARTS}
    schema = make_schema(parts)
    return {**prints, "seed": seed, "schema": schema, "versions": versions()}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on.

    Returns
    -------
    versions : dict of str to str
        Of ``python``, ``sklearn``, ``numpy``, ``scipy``, ``joblib``, ``skopt_evo``.
    """
    libraries = {name: str(import_module(name).__version__) for name in PACKAGES}
    return {"python": platform.python_version(), **libraries}


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Check that a journal belongs to a search.

    Parameters
    ----------
    old : mapping
        The header in the journal.
    new : mapping
        That of the search, from `make_header`.

    Raises
    ------
    CheckpointMismatchError
        If anything but the versions differs.

    Warns
    -----
    CheckpointWarning
        If a version differs: the same call may then have other results.
    """
    differences = [PARTS[name] for name in PARTS if old.get(name) != new.get(name)]
    if new.get("seed") is not None and old.get("seed") != new["seed"]:
        differences.append(
            f"random_state, which comes to {new['seed']!r} and not to "
            f"{shortened(old.get('seed'))} (None takes the one in the checkpoint)"
        )
    if differences:
        raise CheckpointMismatchError(
            "The checkpoint belongs to another search. These are not the same as when "
            f"it was written: {'; '.join(differences)}. Pass the same again to go on, "
            "or another path as checkpoint to start afresh."
        )
    _compare_versions(old.get("versions"), new["versions"])


def _compare_versions(old: Any, new: Mapping[str, str]) -> None:
    known = old if isinstance(old, dict) else {}
    changes = [
        f"{name} {str(known.get(name))[:40]} (now {version})"
        for name, version in new.items()
        if known.get(name) != version
    ]
    if changes:
        warnings.warn(
            f"The checkpoint was written with {', '.join(changes)}. The search goes on "
            "from it, but may end otherwise than if all of it ran with one version.",
            CheckpointWarning,
            stacklevel=3,
        )
