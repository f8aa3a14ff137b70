"""Warm starts: from the parameter `initial_params` to what a search begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skopt_evo._messages import did_you_mean, listed, shown
from skopt_evo._typing import FloatArray
from skopt_evo.proposers._known import ALLOWED, WarmStart
from skopt_evo.proposers._known_results import checked_metrics, from_results
from skopt_evo.proposers._tables import columns_of
from skopt_evo.space import SearchSpace


def parse_initial_params(
    initial_params: Any,
    space: SearchSpace,
    *,
    metrics: Sequence[str] | None,
    steering: str | None,
    n_splits: int,
    own_params: Mapping[str, Any],
) -> WarmStart:
    """Return what the parameter `initial_params` of a search stands for.

    Parameters
    ----------
    initial_params : None, sequence of dicts, dict or DataFrame
        Candidates, or ``cv_results_``.
    space : SearchSpace
        The space that they have to lie in.
    metrics : sequence of str or None
        The names of the metrics in ``cv_results_``, in the scorers' order; None if only
        the results of a fit will tell.
    steering : str or None
        The metric that candidates are ranked by, None for the first one.
    n_splits : int
        The number of splits of the search.
    own_params : mapping
        The estimator's own parameters, for what candidates leave out.

    Raises
    ------
    TypeError
        If it is neither of them.
    ValueError
        If a candidate lies outside of the space, or if the results lack a metric.
    """
    if initial_params is None:
        return WarmStart(np.empty((0, space.n_genes)), None)
    initial_params = columns_of(initial_params)
    if isinstance(initial_params, Mapping):
        found = checked_metrics(initial_params, metrics, steering)
        return from_results(initial_params, space, found, steering, n_splits)
    message = f"initial_params={shown(initial_params)} is not allowed: {ALLOWED}."
    if isinstance(initial_params, str) or not isinstance(initial_params, Sequence):
        raise TypeError(message)
    genomes = []
    for number, params in enumerate(initial_params):
        if not isinstance(params, Mapping):
            raise TypeError(f"{message} Element {number} is no dict: {shown(params)}.")
        try:
            genomes.append(_genome_of(params, space, own_params))
        except ValueError as error:
            raise ValueError(
                f"initial_params[{number}] is no point of param_grid. {error}"
            ) from None
    return WarmStart(np.reshape(genomes, (len(genomes), space.n_genes)), None)


def _genome_of(
    params: Mapping[str, Any], space: SearchSpace, own_params: Mapping[str, Any]
) -> FloatArray:
    """Return the genome of a setting, which may leave parameters of a branch out.

    These have the estimator's own values where the space has them, else the middle of
    their range, as the first start of a descent.
    """
    reasons: list[str] = []
    if any(params.keys() == dimensions.keys() for dimensions in space.branches):
        try:
            return space.encode(params)
        except ValueError as error:
            reasons.append(str(error))
    for branch, dimensions in enumerate(space.branches):
        if params.keys() < dimensions.keys():
            try:
                for name, value in params.items():
                    dimensions[name].locate(value)
            except ValueError as error:
                reasons.append(str(error))
            else:
                return space.encode_known({**own_params, **params}, branch)
    if not reasons:
        raise ValueError(_wrong_names(params, space))
    raise ValueError(
        f"{' '.join(dict.fromkeys(reasons))} Widen param_grid, or leave this candidate "
        "out."
    )


def _wrong_names(params: Mapping[str, Any], space: SearchSpace) -> str:
    """Return which names of a setting no branch has, or that no branch has them all."""
    unknown = [name for name in params if name not in space.parameter_names]
    if not unknown:
        return (
            f"No dict of param_grid has all of the names {listed(sorted(params))}. "
            "Pass those of one dict."
        )
    hint = did_you_mean(str(unknown[0]), space.parameter_names)
    return (
        f"The names {listed(unknown)} are none of its parameters.{hint} These are "
        f"{listed(space.parameter_names)}."
    )
