"""Ensembles of the candidates with the best scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.ensemble._candidates import Candidates
from skopt_evo.ensemble._check import check_int, check_members
from skopt_evo.ensemble._from_search import FromSearch
from skopt_evo.ensemble._protocol import Members


@dataclass(frozen=True)
class TopEnsemble(FromSearch):
    """Average the candidates with the best mean test scores, with equal weights.

    Pass it as `ensemble` to a search, or call `from_search` with a fitted one.

    Parameters
    ----------
    n : int, default=10
        How many candidates.
    members : {"folds", "refit"}, default="refit"
        Which models are averaged: those that were fitted on the training sets of the
        splits, or each candidate fitted on all the data.

    Raises
    ------
    TypeError, ValueError
        If a parameter makes no sense.

    Examples
    --------
    >>> from skopt_evo.ensemble import TopEnsemble
    >>> TopEnsemble(5)
    TopEnsemble(n=5, members='refit')
    """

    n: int = 10
    members: Members = "refit"

    def __post_init__(self) -> None:
        check_int("TopEnsemble", "n", self.n, 1)
        check_members("TopEnsemble", self.members)

    @property
    def n_models(self) -> int | None:
        """Those that are averaged."""
        return self.n if self.members == "folds" else 0

    def weights(self, candidates: Candidates) -> FloatArray:
        """Return the weights of the candidates, see `Ensemble`."""
        return top_weights(candidates, self.n)


@dataclass(frozen=True)
class FoldsEnsemble(FromSearch):
    """Average the models of the best candidate, one for each training set.

    It costs no further fit: ``ensemble="folds"`` of a search is this.

    Notes
    -----
    Each model is fitted on a part of the data, but the average of them varies less
    than one model that is fitted on all the data. It is also known as a committee of
    cross-validation.

    References
    ----------
    B. Parmanto, P. W. Munro and H. R. Doyle, "Improving committee diagnosis with
    resampling techniques", NIPS 1995.

    Examples
    --------
    >>> from skopt_evo.ensemble import FoldsEnsemble
    >>> FoldsEnsemble()
    FoldsEnsemble()
    """

    @property
    def members(self) -> Members:
        """The models of the splits."""
        return "folds"

    @property
    def n_models(self) -> int | None:
        """The best candidate."""
        return 1

    def weights(self, candidates: Candidates) -> FloatArray:
        """Return the weights of the candidates, see `Ensemble`."""
        return top_weights(candidates, 1)


def top_weights(candidates: Candidates, n: int) -> FloatArray:
    """Return equal weights of the best candidates.

    The best one of the search comes first, whatever chose it.
    """
    members = candidates.members() or [candidates.best]
    scores = candidates.scores
    order = sorted(members, key=lambda i: (i != candidates.best, -scores[i], i))
    weights = np.zeros(len(scores))
    weights[order[:n]] = 1.0 / min(n, len(order))
    return weights
