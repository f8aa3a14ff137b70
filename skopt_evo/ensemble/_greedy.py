"""Greedy selection of an ensemble, with replacement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.ensemble._candidates import Candidates
from skopt_evo.ensemble._check import check_int, check_members
from skopt_evo.ensemble._from_search import FromSearch
from skopt_evo.ensemble._protocol import Members
from skopt_evo.exceptions import NoEnsembleError
from skopt_evo.predictions import Pool


@dataclass(frozen=True)
class GreedyEnsemble(FromSearch):
    r"""Add the candidate that improves the score of the average most, many times.

    It begins with the best candidate. In each round each candidate is tried as one more
    member, and the one with the best score of the averaged out-of-fold predictions
    stays; a candidate may be chosen many times. Of all rounds, those up to the best
    score count. Weights are the numbers of times that candidates were chosen.

    To choose among many candidates overfits the predictions. So it is done `n_bags`
    times with a random half of the candidates each, and the weights are averaged.

    Pass it as `ensemble` to a search, or call `from_search` with a fitted one.

    Parameters
    ----------
    n_rounds : int, default=24
        How often a member is added.
    n_bags : int, default=10
        How many times a half of the candidates is drawn; 0 to choose among all of them,
        once.
    members : {"folds", "refit"}, default="folds"
        Which models are averaged.

        - ``"folds"``: those that were fitted on the training sets of the splits. They
          have been fitted anyway, and their average varies less than a single model
          that is fitted on all the data.
        - ``"refit"``: each chosen candidate is fitted on all the data. That costs a
          fit for each of them, and predictions take less time.

    random_state : int, default=0
        Seed of the random number generator that draws the halves.

    Raises
    ------
    TypeError, ValueError
        If a parameter makes no sense.

    Notes
    -----
    The selection takes about a second for accuracy, log loss, the area under the ROC
    curve, F1 and metrics like it, mean errors and :math:`R^2`, which are computed for
    all candidates at once. Any other scorer is called up to ten thousand times, which
    may take minutes, and then the members come from the ten best candidates alone.

    References
    ----------
    R. Caruana, A. Niculescu-Mizil, G. Crew and A. Ksikes, "Ensemble selection from
    libraries of models", ICML 2004.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skopt_evo import GeneticSearchCV
    >>> from skopt_evo.ensemble import GreedyEnsemble
    >>> X, y = load_wine(return_X_y=True)
    >>> model = DecisionTreeClassifier(random_state=0)
    >>> search = GeneticSearchCV(
    ...     model,
    ...     {"ccp_alpha": loguniform(1e-4, 1e-1), "max_features": [2, 5, 13]},
    ...     n_iter=12,
    ...     scoring="neg_log_loss",
    ...     ensemble=GreedyEnsemble(n_bags=4),
    ...     random_state=0,
    ... ).fit(X, y)
    >>> search.best_estimator_.predict_proba(X[:2]).shape
    (2, 3)
    >>> float(search.best_estimator_.weights_.sum())
    1.0
    """

    n_rounds: int = 24
    n_bags: int = 10
    members: Members = "folds"
    random_state: int = 0

    def __post_init__(self) -> None:
        check_int("GreedyEnsemble", "n_rounds", self.n_rounds, 1)
        check_int("GreedyEnsemble", "n_bags", self.n_bags, 0)
        check_members("GreedyEnsemble", self.members)
        check_int("GreedyEnsemble", "random_state", self.random_state, 0)

    @property
    def n_models(self) -> int | None:
        """Any candidate may be chosen."""
        return None if self.members == "folds" else 0

    def weights(self, candidates: Candidates) -> FloatArray:
        """Return the weights of the candidates.

        Parameters
        ----------
        candidates : Candidates
            With predictions, and a scorer that can be computed from them.

        Returns
        -------
        weights : ndarray of shape (n_candidates,)

        Raises
        ------
        skopt_evo.exceptions.NoEnsembleError
            If there are no predictions, or no scorer.
        """
        if candidates.predictions is None:
            raise NoEnsembleError("The search has kept no predictions.")
        if not candidates.members():
            raise NoEnsembleError("The best candidate has no predictions.")
        if candidates.scorer is None:
            raise NoEnsembleError("The scorer cannot be computed from predictions.")
        members = candidates.best_members()
        weights = np.zeros(len(candidates.scores))
        for half in self._halves(members):
            pool = candidates.pool(half)
            weights[half] += select(pool, self.n_rounds)
        return np.asarray(weights / weights.sum())

    def _halves(self, members: list[int]) -> list[list[int]]:
        """Return the candidates that each selection chooses from."""
        if self.n_bags == 0 or len(members) < 4:
            return [members]
        rng = np.random.default_rng(int(self.random_state))
        n_half = (len(members) + 1) // 2
        return [
            sorted(rng.choice(members, n_half, replace=False).tolist())
            for _ in range(self.n_bags)
        ]


def select(pool: Pool, n_rounds: int) -> FloatArray:
    """Return the weights of the members of a pool, by greedy selection.

    Parameters
    ----------
    pool : Pool
        The predictions.
    n_rounds : int
        How often a member is added to the first one.

    Returns
    -------
    weights : ndarray of shape (len(pool),)
        With the sum 1. Where two are as good as each other, the first one is chosen.
    """
    counts = np.zeros(len(pool))
    total, scores = pool.zero(), pool.scores()
    best_score, best_counts = -np.inf, counts
    for n_summed in range(n_rounds + 1):
        if n_summed:
            scores = pool.scores_with(total, n_summed)
        scores = np.where(np.isfinite(scores), scores, -np.inf)
        chosen = int(np.argmax(scores))
        pool.add(total, chosen)
        counts[chosen] += 1
        if scores[chosen] > best_score:
            best_score, best_counts = scores[chosen], counts.copy()
    if not best_counts.any():  # no score can be computed
        best_counts = counts
    return np.asarray(best_counts / best_counts.sum())
