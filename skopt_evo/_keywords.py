"""The names that other libraries have for our parameters."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from skopt_evo._messages import did_you_mean

Init = TypeVar("Init", bound=Callable[..., None])

# What other searches call it: scikit-learn's, those of scikit-optimize, optuna,
# hyperopt, ray, FLAML and sklearn-genetic-opt.
OTHER_NAMES = {
    "param_grid": (
        "distributions",
        "grid",
        "param_distribution",
        "param_distributions",
        "param_space",
        "params",
        "parameters",
        "search_space",
        "search_spaces",
        "space",
    ),
    "n_iter": (
        "budget",
        "generations",
        "max_evals",
        "n_calls",
        "n_candidates",
        "n_trials",
        "num_samples",
    ),
    "cv": ("folds", "n_folds", "n_splits"),
    "initial_params": ("points_to_evaluate", "warm_start_configs", "x0"),
    "n_iter_no_change": ("early_stopping", "patience"),
    "n_jobs": ("n_workers", "num_workers"),
    "random_state": ("random_seed", "seed"),
    "scoring": ("metric", "metrics"),
    "timeout": ("max_time", "time_budget", "time_budget_s"),
}
OUR_NAMES = {other: ours for ours, others in OTHER_NAMES.items() for other in others}


def explain_keywords(init: Init) -> Init:
    """Decorate an ``__init__`` so that its error for an unknown name says what to pass.

    Its signature, which `get_params` is made of, stays as it is. A subclass that has an
    ``__init__`` of its own may take any of these names for its parameters.

    Parameters
    ----------
    init : callable
        The ``__init__``, without ``**kwargs``.

    Returns
    -------
    init : callable
        The same one, with another message of its TypeError.
    """
    names = list(inspect.signature(init).parameters)[1:]

    @functools.wraps(init)
    def explained(self: object, *args: Any, **kwargs: Any) -> None:
        for name in kwargs:
            if name not in names:
                raise TypeError(_message(type(self).__name__, name, names))
        init(self, *args, **kwargs)

    return cast(Init, explained)


def _message(owner: str, name: str, names: list[str]) -> str:
    # The first words are Python's.
    message = f"{owner}.__init__() got an unexpected keyword argument {name!r}."
    meant = OUR_NAMES.get(name)
    if meant == "n_iter":
        return f"{message} Pass n_iter, the number of candidates evaluated in all."
    if meant is not None:
        return f"{message} Pass it as {meant}."
    return message + did_you_mean(name, names)
