"""The penalty that the elastic net, logistic regression and linear SVMs share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.hypergrad.rules._adjoint import Change, Part
from skopt_evo.hypergrad.rules._linear import LinearFit


@dataclass(frozen=True)
class ElasticPenalty:
    """The penalty strength * (l1_ratio |w|_1 + (1 - l1_ratio)/2 |w|^2).

    Coefficients that its kink holds at zero stay there. The gradient changes with the
    strength by ``l1_ratio sgn w + (1 - l1_ratio) w``, and with the ratio by
    ``strength (sgn w - w)``; at the ends of [0, 1] that is one-sided.

    Attributes
    ----------
    strength : float
        Its weight: what is called ``alpha``, and the inverse of what is called ``C``.
    l1_ratio : float, default=0.0
        The part of its kinked summand.
    has_ratio : bool, default=True
        Whether the part is a parameter; else it is fixed, and the parameter idle.
    intercept_scaling : float or None, default=None
        A constant feature whose coefficient is penalised as well, and makes the
        intercept; None if the intercept is free.

    References
    ----------
    H. Zou and T. Hastie, "Regularization and variable selection via the elastic net",
    Journal of the Royal Statistical Society B 67(2), 2005.
    """

    strength: float
    l1_ratio: float = 0.0
    has_ratio: bool = True
    intercept_scaling: float | None = None

    def part(
        self,
        X: Any,
        coef: FloatArray,
        intercept: FloatArray,
        slopes: FloatArray,
        curvatures: FloatArray,
        *,
        has_intercept: bool,
        **settings: Any,
    ) -> Part:
        """Return a model with this penalty, and its changes with all there is to tune.

        Parameters
        ----------
        X, coef, slopes, curvatures, has_intercept
            As in `LinearFit`.
        intercept : ndarray of shape (n_outputs,)
            The intercepts.
        **settings
            What else `LinearFit` takes.
        """
        l2 = self.strength * (1.0 - self.l1_ratio)
        scaling, intercept_l2 = self.intercept_scaling, 0.0
        if scaling is not None:
            intercept_l2 = l2 / scaling**2
            has_intercept = has_intercept and bool(self._support(intercept).all())
        fit = LinearFit(
            X,
            coef,
            slopes,
            curvatures,
            l2=l2,
            has_intercept=has_intercept,
            intercept_l2=intercept_l2,
            support=self._support(coef),
            **settings,
        )
        return fit, self._changes(coef, intercept)

    def _support(self, coef: FloatArray) -> BoolArray:
        has_kink = self.strength * self.l1_ratio > 0.0
        return np.not_equal(coef, 0.0) | (not has_kink)

    def _changes(self, coef: FloatArray, intercept: FloatArray) -> dict[str, Change]:
        scaling = np.inf if self.intercept_scaling is None else self.intercept_scaling
        constant, rho, strength = intercept / scaling, self.l1_ratio, self.strength
        by_strength = Change(
            rho * np.sign(coef) + (1.0 - rho) * coef,
            (rho * np.sign(constant) + (1.0 - rho) * constant) / scaling,
        )
        by_ratio = Change()
        if self.has_ratio:
            by_ratio = Change(
                strength * (np.sign(coef) - coef),
                strength * (np.sign(constant) - constant) / scaling,
            )
        # d(1/C)/dC = -1/C^2.
        by_inverse = Change(*(-(strength**2) * part for part in by_strength[:2]))
        return {"alpha": by_strength, "C": by_inverse, "l1_ratio": by_ratio}
