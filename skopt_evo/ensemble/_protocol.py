"""What every way to choose an ensemble is."""

from __future__ import annotations

from typing import Literal, Protocol

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.ensemble._candidates import Candidates
from skopt_evo.ensemble._check import shares_of
from skopt_evo.exceptions import NoEnsembleError

Members = Literal["folds", "refit"]


class Ensemble(Protocol):
    """Chooses weights of the candidates of a search.

    Attributes
    ----------
    members : {"folds", "refit"}
        Which models are averaged: those that were fitted on the training sets of the
        splits, or one for each chosen candidate, fitted on all the data.
    n_models : int or None
        Of how many of the best candidates the search keeps the models of the splits;
        None for all. What is not kept, and chosen all the same, is fitted again.
    """

    @property
    def members(self) -> Members:
        """Which models are averaged."""

    @property
    def n_models(self) -> int | None:
        """Of how many of the best candidates the models are kept."""

    def weights(self, candidates: Candidates) -> FloatArray:
        """Return the weights of the candidates.

        Parameters
        ----------
        candidates : Candidates
            What is known of them.

        Returns
        -------
        weights : ndarray of shape (n_candidates,)
            Non-negative; other than 0 for `Candidates.members` alone. They are divided
            by their sum.
        """


def weights_of(ensemble: Ensemble, candidates: Candidates) -> FloatArray:
    """Return the weights that an ensemble chooses, checked, with the sum 1.

    Raises
    ------
    skopt_evo.exceptions.NoEnsembleError
        If there is nothing to average, or if they are no weights.
    """
    if candidates.reason:
        raise NoEnsembleError(candidates.reason)
    weights = ensemble.weights(candidates)
    shares = shares_of(weights, len(candidates.scores))
    if shares is None:
        raise NoEnsembleError(
            f"{ensemble!r} returned {shown(weights)}, expected a weight of at least 0 "
            f"for each of the {len(candidates.scores)} candidates, not all of them 0."
        )
    return shares
