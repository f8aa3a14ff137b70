"""Any regressor as a surrogate."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies._categories import category_of

# Categories have a column each up to so many of them; draws of a distribution that can
# only be sampled are numbered without order, so that columns would say nothing.
MOST_CATEGORIES = 256


class RegressorSurrogate:
    """A regressor on encoded genomes.

    Numeric genes are columns as they are, categories and branches have a column of
    zeros and ones each. An inactive gene has the middle of its scale.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    make_regressor : callable
        Called with a seed, returns an unfitted regressor whose ``predict`` takes
        ``return_std=True``, or that has fitted regressors in ``estimators_``.

    References
    ----------
    F. Hutter, L. Xu, H. H. Hoos and K. Leyton-Brown, "Algorithm runtime prediction:
    methods & evaluation", Artificial Intelligence 206, 79-111, 2014 (the spread of the
    trees of a forest as its uncertainty).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import ExtraTreesRegressor
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.surrogates import RegressorSurrogate
    >>> surrogate = RegressorSurrogate(
    ...     GeneLayout.continuous(1),
    ...     lambda seed: ExtraTreesRegressor(random_state=seed),
    ... )
    >>> rng = np.random.default_rng(0)
    >>> places = rng.random((50, 1))
    >>> surrogate.fit(places, places[:, 0], tune=True, rng=rng)
    >>> mean, std = surrogate.predict(np.array([[0.25], [0.75]]))
    >>> bool(mean[0] < 0.4 < 0.6 < mean[1])
    True
    """

    def __init__(
        self, layout: GeneLayout, make_regressor: Callable[[int], Any]
    ) -> None:
        self._layout = layout
        self._make_regressor = make_regressor

    def fit(
        self,
        genomes: FloatArray,
        targets: FloatArray,
        *,
        tune: bool,
        rng: np.random.Generator,
    ) -> None:
        """Fit a new regressor; `tune` is ignored: it tunes itself."""
        regressor = self._make_regressor(int(rng.integers(2**31 - 1)))
        self._regressor = regressor.fit(self._encode(genomes), targets)

    def predict(self, genomes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the means and the standard deviations of targets."""
        features = self._encode(genomes)
        if "return_std" in inspect.signature(self._regressor.predict).parameters:
            mean, std = self._checked(
                self._regressor.predict(features, return_std=True), len(genomes)
            )
        else:
            members = np.ravel(self._regressor.estimators_)
            predictions = np.array([member.predict(features) for member in members])
            mean, std = predictions.mean(axis=0), predictions.std(axis=0)
        # Where all trees agree, the next value is still not known for sure.
        return np.asarray(mean), np.maximum(std, 1e-9)

    def _checked(self, predicted: Any, n: int) -> tuple[FloatArray, FloatArray]:
        """Return means and deviations; raise if a regressor predicts something else."""
        try:
            mean, std = (np.asarray(each, dtype=np.float64) for each in predicted)
        except (TypeError, ValueError):
            mean = std = np.empty(0)
        if mean.shape != (n,) or std.shape != (n,):
            raise ValueError(
                f"surrogate={self._regressor!r}: predict(X, return_std=True) returned "
                f"{shown(predicted)}, expected two arrays of shape ({n},), the means "
                "and their standard deviations."
            )
        return mean, std

    def _encode(self, genomes: FloatArray) -> FloatArray:
        """Return columns that suit regressors of any kind, trees above all.

        They are not those of `FeatureMap`, whose scales are for sums of squared
        distances: a tree splits a gene of two categories as it is.
        """
        layout = self._layout
        active_genes = np.where(layout.active_in(genomes), genomes, 0.5)
        columns = []
        for gene in range(layout.n_genes):
            n_levels, values = int(layout.n_levels[gene]), active_genes[:, gene]
            if layout.is_numeric[gene] or not 2 < n_levels <= MOST_CATEGORIES:
                columns.append(values[:, np.newaxis])
            else:
                columns.append(np.eye(n_levels)[category_of(values, n_levels)])
        return np.hstack(columns) if columns else np.zeros((len(genomes), 1))
