"""What every surrogate is."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from skopt_evo._typing import FloatArray


class Surrogate(Protocol):
    """Learns the targets of genomes, and predicts those of others."""

    def fit(
        self,
        genomes: FloatArray,
        targets: FloatArray,
        *,
        tune: bool,
        rng: np.random.Generator,
    ) -> None:
        """Forget what was learnt, and learn from genomes of known targets.

        Parameters
        ----------
        genomes : ndarray of shape (n, n_genes)
            In their canonical form.
        targets : ndarray of shape (n,)
            Finite numbers, the smaller the better.
        tune : bool
            Whether the surrogate should look to its own hyperparameters.
        rng : numpy.random.Generator
            The random number generator.
        """

    def predict(self, genomes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the means and the standard deviations of targets.

        Parameters
        ----------
        genomes : ndarray of shape (m, n_genes)
            In their canonical form.

        Returns
        -------
        mean, std : ndarray of shape (m,)
            How sure the surrogate is of the function's value, without the noise of a
            measurement where it can tell them apart.
        """
