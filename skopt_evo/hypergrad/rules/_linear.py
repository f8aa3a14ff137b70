"""Implicit differentiation of models that are linear in their coefficients.

Such a model minimises

    J(W, b) = sum_i loss_i(eta_i) + penalty(W),    eta_i = W x_i + b,

over its coefficients W, of shape (n_outputs, n_features), and intercepts b. At the
minimum the gradient is zero whatever the hyperparameters h, so that

    H dW/dh = -d(grad J)/dh,

and a function S of the outputs changes by dS/dh = -q . d(grad J)/dh, where q solves
H q = dS/dW once, however many hyperparameters there are (Bengio 2000; Pedregosa 2016).
A penalty with a kink holds some coefficients at zero: they do not move, and the system
is that of the others (Bertrand et al. 2022).

References
----------
Y. Bengio, "Gradient-based optimization of hyperparameters", Neural Computation 12(8),
2000.
F. Pedregosa, "Hyperparameter optimization with approximate gradient", ICML 2016,
arXiv:1602.02355.
Q. Bertrand et al., "Implicit differentiation for fast hyperparameter selection in
non-smooth convex learning", JMLR 23, 2022.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.hypergrad._protocol import SOLVER_TOLERANCE
from skopt_evo.hypergrad._solve import solve_by_iteration, solve_definite
from skopt_evo.hypergrad.rules._matrices import dense

# Up to so many coefficients the Hessian is formed and factorised: that is exact, and on
# many samples takes as long as some dozens of iterations.
MOST_DENSE = 600


# What belongs to the coefficients, and what to the intercepts.
FloatPair: TypeAlias = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class LinearFit:
    """A linear model at the minimum of its objective.

    Attributes
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        The training data.
    coef : ndarray of shape (n_outputs, n_features)
        The coefficients.
    slopes : ndarray of shape (n_samples, n_outputs)
        The derivative of the loss of each sample, its weight included, by its outputs.
    curvatures : ndarray of shape (n_samples, n_outputs)
        The second derivative of that by an output and itself.
    l2 : float or ndarray of shape (n_features,), default=0.0
        The second derivative of the penalty by a coefficient and itself.
    has_intercept : bool, default=True
        Whether intercepts are fitted.
    intercept_l2 : float, default=0.0
        The second derivative of a penalty of the intercepts.
    curve : callable or None, default=None
        Multiplies changes of the outputs, shape (n_samples, n_outputs), with the second
        derivatives of the losses: needed where they couple the outputs of a sample.
    shared : ndarray of shape (n_samples, n_outputs) or None, default=None
        v, where another parameter is fitted to all samples, such as a scale, and has
        been eliminated: vv' is what that takes from the second derivatives.
    support : ndarray of shape (n_outputs, n_features) or None, default=None
        Which coefficients move; None for all of them.
    tolerance : float, default=SOLVER_TOLERANCE
        The relative accuracy of systems that are solved by iteration.
    """

    X: Any
    coef: FloatArray
    slopes: FloatArray
    curvatures: FloatArray
    l2: FloatArray | float = 0.0
    has_intercept: bool = True
    intercept_l2: float = 0.0
    curve: Callable[[FloatArray], FloatArray] | None = None
    shared: FloatArray | None = None
    support: BoolArray | None = None
    tolerance: float = SOLVER_TOLERANCE

    def solve(self, by_coef: FloatArray, by_intercept: FloatArray) -> FloatPair:
        """Return the q that solves ``H q = s``, with zeros where nothing moves.

        Parameters
        ----------
        by_coef : ndarray of shape (n_outputs, n_features)
            s, as far as it belongs to the coefficients.
        by_intercept : ndarray of shape (n_outputs,)
            The same of the intercepts.
        """
        right = self._flat(by_coef, by_intercept)
        if not right.size:
            # No coefficient moves.
            solution = right
        elif right.size <= MOST_DENSE:
            solution = solve_definite(self._hessian(), right)
        else:
            solution = solve_by_iteration(
                self._times_hessian, self._diagonal(), right, self.tolerance
            )
        return self._unflat(solution)

    def outputs(self, coef: FloatArray, intercept: FloatArray) -> FloatArray:
        """Return what these coefficients add to the outputs: (n_samples, n_outputs)."""
        return np.asarray(self.X @ coef.T + intercept, dtype=np.float64)

    def slope_changes(self, changes: FloatArray) -> FloatArray:
        """Return how the slopes change with the outputs: (n_samples, n_outputs)."""
        changed = self._curve(changes)
        if self.shared is not None:
            changed = changed - self.shared * np.vdot(self.shared, changes)
        return changed

    def _curve(self, changes: FloatArray) -> FloatArray:
        return self.curvatures * changes if self.curve is None else self.curve(changes)

    @cached_property
    def _moving(self) -> BoolArray:
        """The coefficients and, in the last column, the intercepts that move."""
        moving = np.ones((len(self.coef), self.coef.shape[1] + 1), dtype=bool)
        if self.support is not None:
            moving[:, :-1] = self.support
        moving[:, -1] = self.has_intercept
        return moving

    def _flat(self, coef: FloatArray, intercept: FloatArray) -> FloatArray:
        return np.column_stack([coef, intercept])[self._moving]

    def _unflat(self, flat: FloatArray) -> FloatPair:
        full = np.zeros(self._moving.shape)
        full[self._moving] = flat
        return full[:, :-1], full[:, -1]

    def _times_hessian(self, flat: FloatArray) -> FloatArray:
        coef, intercept = self._unflat(flat)
        changed = self.slope_changes(self.outputs(coef, intercept))
        return self._flat(
            dense(self.X.T @ changed).T + self.l2 * coef,
            changed.sum(axis=0) + self.intercept_l2 * intercept,
        )

    def _diagonal(self) -> FloatArray:
        """Return the diagonal of the Hessian, as far as it preconditions it."""
        n_coefs = np.count_nonzero(self._moving)
        if n_coefs > self.X.shape[0] * len(self.coef):
            # Most directions are those of the penalty alone, a constant: dividing by
            # anything else spreads what is a single eigenvalue.
            return np.ones(n_coefs)
        if sparse.issparse(self.X):
            squares = dense(self.X.power(2).T @ self.curvatures)
        else:
            # Without a second matrix of the size of X.
            squares = np.einsum("ij,ij,ik->jk", self.X, self.X, self.curvatures)
        return self._flat(
            squares.T + self.l2, self.curvatures.sum(axis=0) + self.intercept_l2
        )

    def _hessian(self) -> FloatArray:
        """Return the Hessian of what moves, a block for each pair of outputs."""
        n_outputs = len(self.coef)
        columns = [self._columns(moving[:-1]) for moving in self._moving]
        blocks = [[np.empty(0)] * n_outputs for _ in range(n_outputs)]
        for right in range(n_outputs):
            unit = np.eye(1, n_outputs, right)
            weights = self._curve(np.broadcast_to(unit, self.curvatures.shape))
            for left in range(right + 1):
                block = self._block(columns[left], weights[:, left], columns[right])
                blocks[left][right], blocks[right][left] = block, block.T
        matrix = np.block(blocks)
        l2 = np.broadcast_to(self.l2, self.coef.shape)
        intercept_l2 = np.full(n_outputs, self.intercept_l2)
        matrix[np.diag_indices_from(matrix)] += self._flat(l2, intercept_l2)
        if self.shared is not None:
            vector = self._flat(
                dense(self.X.T @ self.shared).T, self.shared.sum(axis=0)
            )
            matrix -= np.outer(vector, vector)
        return matrix

    def _columns(self, moving: BoolArray) -> Any:
        return self.X if moving.all() else self.X[:, np.flatnonzero(moving)]

    def _block(self, left: Any, weights: FloatArray, right: Any) -> FloatArray:
        """Return ``left' diag(weights) right``, with 1's beside for the intercepts."""
        if sparse.issparse(left):
            block = dense(left.T @ right.multiply(weights[:, np.newaxis]).tocsr())
        elif left is not right or weights.min() < 0.0:
            block = left.T @ (weights[:, np.newaxis] * right)
        elif weights.min() == weights.max():
            block = weights[0] * (left.T @ left)
        else:
            # A matrix by itself takes half of the time of two matrices.
            scaled = np.sqrt(weights)[:, np.newaxis] * left
            block = scaled.T @ scaled
        if not self.has_intercept:
            return block
        beside, below = left.T @ weights, right.T @ weights
        return np.block([[block, beside[:, np.newaxis]], [below, weights.sum()]])
