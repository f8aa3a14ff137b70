"""Scores of any configuration, from a table of those that were evaluated."""

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern


class Interpolation:
    """The mean of a forest, for the steps, and a Gaussian process, for the slopes.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float32
        The configurations.

    Y : ndarray of shape (n_rows, n_folds)
        Their scores.

    log_scales : sequence of n_columns + 1 floats
        Logarithms of the process's length scales and of its noise.
    """

    def __init__(self, X, Y, log_scales):
        *scales, noise = np.exp(log_scales)
        self._center = np.median(Y, axis=0)
        self._bounds = Y.min(axis=0), Y.max(axis=0)
        self._process = GaussianProcessRegressor(
            Matern(scales, nu=1.5), alpha=noise, optimizer=None
        )
        self._process.fit(X.astype(float), Y - self._center)
        forest = ExtraTreesRegressor(64, min_samples_leaf=2, random_state=0).fit(X, Y)
        self._trees = [tree.tree_ for tree in forest.estimators_]

    def __call__(self, row):
        """Return the scores, shape (n_folds,), of one configuration's columns."""
        row = row[np.newaxis]
        smooth = self._process.predict(row)[0] + self._center
        # The forest's own predict takes 30 times as long for a single row.
        single = row.astype(np.float32)
        steps = np.mean([tree.predict(single)[0, :, 0] for tree in self._trees], axis=0)
        return (np.clip(smooth, *self._bounds) + steps) / 2
