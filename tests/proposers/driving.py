"""Drive proposers without any fit: losses are a function of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from skopt_evo.descent import FiniteDifference, resolve_gradient
from skopt_evo.proposers import DescentProposer, Settings
from skopt_evo.results import Objective
from skopt_evo.space import SearchSpace
from skopt_evo.trials import FoldResult, Proposer, Trial

FORWARD = FiniteDifference(scheme="forward")

Loss = Callable[[Mapping[str, Any]], float]


def evaluate(trials: Sequence[Trial], loss: Loss) -> None:
    """Give each trial the one fold that has its loss; NaN is a fit that failed."""
    for trial in trials:
        score = -loss(trial.params)
        error = "failed" if np.isnan(score) else None
        trial.complete([FoldResult(score, fit_error=error)])


def run(proposer: Proposer, loss: Loss, n_iter: int) -> list[list[Trial]]:
    """Search as `BaseEvoSearchCV` does; return the batches."""
    batches: list[list[Trial]] = []
    while (n_remaining := n_iter - sum(map(len, batches))) > 0:
        batch = proposer.propose(n_remaining)
        assert len(batch) <= n_remaining
        if not batch:
            break
        evaluate(batch, loss)
        batches.append(batch)
        proposer.observe(batch)
    return batches


def descent_proposer(
    param_grid: Any,
    *,
    n_iter: int,
    gradient: Any = FORWARD,
    optimizer: Any = "adam",
    learning_rate: float | None = None,
    n_restarts: int | None = None,
    seed: int = 0,
    params: dict[str, Any] | None = None,
    metric: str | None = None,
) -> DescentProposer:
    """Return the proposer that `GradientSearchCV` makes of these settings."""
    return DescentProposer(
        SearchSpace(param_grid, seed=seed),
        Settings(
            resolve_gradient(gradient),
            "auto" if optimizer is None else optimizer,
            learning_rate,
            n_restarts,
        ),
        Objective(metric),
        seed,
        n_iter=n_iter,
        params=params or {},
    )


def search(param_grid: Any, loss: Loss, *, n_iter: int, **settings: Any) -> list[Trial]:
    """Return all candidates of a descent search, in order; gaps are not warned of."""
    proposer = descent_proposer(param_grid, n_iter=n_iter, **settings)
    trials = [trial for batch in run(proposer, loss, n_iter) for trial in batch]
    proposer.finish(trials)
    return trials


def best(trials: Sequence[Trial]) -> float:
    """Return the lowest loss, infinity if every candidate failed."""
    losses = [trial.loss(None) for trial in trials]
    return float(np.nanmin([np.inf, *losses]))
