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

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import SOLVER_TOLERANCE, Pullback
from skopt_evo.hypergrad._solve import solve_by_iteration, solve_definite

# Up to so many coefficients the Hessian is formed and factorised: that is exact, and on
# many samples takes as long as some dozens of iterations.
MOST_DENSE = 600

# Derivatives by data are dense, whatever the data: no more entries than this.
MOST_INPUTS = 10**8


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

    def adjoint(self, X_test: Any, cotangent: FloatArray) -> Adjoint:
        """Solve for the adjoint of a function of the outputs on the test set.

        Parameters
        ----------
        X_test : {ndarray, sparse matrix} of shape (n_test, n_features)
            The test data.
        cotangent : ndarray of shape (n_test, n_outputs)
            The derivative of the function by each output.
        """
        right = self._flat(_dense(X_test.T @ cotangent).T, cotangent.sum(axis=0))
        if not right.size:
            # No coefficient moves.
            solution = right
        elif right.size <= MOST_DENSE:
            solution = solve_definite(self._hessian(), right)
        else:
            solution = solve_by_iteration(
                self._times_hessian, self._diagonal(), right, self.tolerance
            )
        q, q_intercept = self._unflat(solution)
        return Adjoint(self, q, q_intercept, X_test, cotangent)

    def outputs(self, coef: FloatArray, intercept: FloatArray) -> FloatArray:
        """Return what these coefficients add to the outputs: (n_samples, n_outputs)."""
        return np.asarray(self.X @ coef.T + intercept, dtype=np.float64)

    def bend(self, changes: FloatArray) -> FloatArray:
        """Return how the slopes change with the outputs: (n_samples, n_outputs)."""
        bent = self._curve(changes)
        if self.shared is not None:
            bent = bent - self.shared * np.vdot(self.shared, changes)
        return bent

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

    def _unflat(self, flat: FloatArray) -> tuple[FloatArray, FloatArray]:
        full = np.zeros(self._moving.shape)
        full[self._moving] = flat
        return full[:, :-1], full[:, -1]

    def _times_hessian(self, flat: FloatArray) -> FloatArray:
        coef, intercept = self._unflat(flat)
        bent = self.bend(self.outputs(coef, intercept))
        return self._flat(
            _dense(self.X.T @ bent).T + self.l2 * coef,
            bent.sum(axis=0) + self.intercept_l2 * intercept,
        )

    def _diagonal(self) -> FloatArray:
        """Return the diagonal of the Hessian, as far as it preconditions it."""
        n_coefs = np.count_nonzero(self._moving)
        if n_coefs > self.X.shape[0] * len(self.coef):
            # Most directions are those of the penalty alone, a constant: dividing by
            # anything else spreads what is a single eigenvalue.
            return np.ones(n_coefs)
        if sparse.issparse(self.X):
            squares = _dense(self.X.power(2).T @ self.curvatures)
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
                _dense(self.X.T @ self.shared).T, self.shared.sum(axis=0)
            )
            matrix -= np.outer(vector, vector)
        return matrix

    def _columns(self, moving: BoolArray) -> Any:
        return self.X if moving.all() else self.X[:, np.flatnonzero(moving)]

    def _block(self, left: Any, weights: FloatArray, right: Any) -> FloatArray:
        """Return ``left' diag(weights) right``, with 1's beside for the intercepts."""
        if sparse.issparse(left):
            block = _dense(left.T @ right.multiply(weights[:, np.newaxis]).tocsr())
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


class Change(NamedTuple):
    """How the gradient of the objective changes with a hyperparameter.

    Attributes
    ----------
    coef : float or ndarray of shape (n_outputs, n_features), default=0.0
        Through the penalty, where it belongs to the coefficients.
    intercept : float or ndarray of shape (n_outputs,), default=0.0
        Where it belongs to the intercepts.
    slopes : float or ndarray of shape (n_samples, n_outputs), default=0.0
        Through the slopes of the losses.
    """

    coef: FloatArray | float = 0.0
    intercept: FloatArray | float = 0.0
    slopes: FloatArray | float = 0.0


@dataclass(frozen=True)
class Adjoint:
    """What the derivatives of a function by everything else are made of.

    Attributes
    ----------
    fit : LinearFit
        The model.
    coef : ndarray of shape (n_outputs, n_features)
        q, as far as it belongs to the coefficients; 0 where they do not move.
    intercept : ndarray of shape (n_outputs,)
        The same of the intercepts.
    X_test, cotangent
        The function, as `LinearFit.adjoint` got it.
    """

    fit: LinearFit
    coef: FloatArray
    intercept: FloatArray
    X_test: Any
    cotangent: FloatArray

    @cached_property
    def outputs(self) -> FloatArray:
        """What q makes of the training data: shape (n_samples, n_outputs)."""
        return self.fit.outputs(self.coef, self.intercept)

    def by(self, change: Change) -> float:
        """Return the derivative by a hyperparameter: -q . d(grad J)/dh."""
        through_penalty = np.sum(self.coef * change.coef)
        through_penalty += np.sum(self.intercept * change.intercept)
        if np.ndim(change.slopes):
            return -float(through_penalty + np.sum(self.outputs * change.slopes))
        return -float(through_penalty)

    def by_inputs(self) -> tuple[FloatArray, FloatArray]:
        """Return the derivatives by the training data and by the test data.

        With r the slopes and D their derivatives, -[r q' + (D X q) w'] and s w', where
        s is the derivative by the outputs on the test set.

        Raises
        ------
        NoHypergradientError
            If they would not fit into memory.
        """
        fit = self.fit
        check_size(fit.X, self.X_test)
        bent = fit.bend(self.outputs)
        return -(fit.slopes @ self.coef + bent @ fit.coef), self.cotangent @ fit.coef


# A model, and how its gradient changes with each hyperparameter.
Part: TypeAlias = tuple[LinearFit, Mapping[str, Change]]


def pull_back(
    parts: Iterable[Part],
    X_test: Any,
    cotangent: FloatArray,
    names: Collection[str],
    *,
    inputs: bool,
) -> Pullback:
    """Return the derivatives of a function of the outputs of separate linear models.

    Parameters
    ----------
    parts : iterable of (LinearFit, dict of str to Change)
        The models, in the order of their outputs, of which each has some.
    X_test : {ndarray, sparse matrix} of shape (n_test, n_features)
        The test data.
    cotangent : ndarray of shape (n_test,) or (n_test, n_outputs)
        The derivative of the function by each output.
    names : collection of str
        The hyperparameters, of all models alike.
    inputs : bool
        Whether derivatives by the data are asked for too.
    """
    cotangents, first = as_columns(cotangent), 0
    params, by_inputs = dict.fromkeys(names, 0.0), []
    for fit, changes in parts:
        last = first + len(fit.coef)
        adjoint = fit.adjoint(X_test, cotangents[:, first:last])
        first = last
        for name in names:
            params[name] += adjoint.by(changes[name])
        if inputs:
            by_inputs.append(adjoint.by_inputs())
    return Pullback(params, *(sum(each) for each in zip(*by_inputs, strict=True)))


def check_size(*data: Any) -> None:
    """Raise where derivatives by all entries of the data would not fit into memory."""
    if max(n_entries(X) for X in data) > MOST_INPUTS:
        raise NoHypergradientError(
            "a transformer is tuned whose output is too large for a dense array: more "
            f"than {MOST_INPUTS:,} entries."
        )


def n_entries(X: Any) -> int:
    """Return the number of entries of a matrix, zeros included."""
    return int(X.shape[0]) * int(X.shape[1])


def as_matrix(X: Any) -> Any:
    """Return data as a float64 array, or as a sparse matrix by rows."""
    if sparse.issparse(X):
        return X.tocsr().astype(np.float64, copy=False)
    return np.asarray(X, dtype=np.float64)


def as_columns(values: Any) -> FloatArray:
    """Return values of samples as a matrix with a column an output."""
    array = np.asarray(values, dtype=np.float64)
    return array[:, np.newaxis] if array.ndim == 1 else array


def _dense(product: Any) -> FloatArray:
    """Return a product with a sparse matrix, or without one, as an array."""
    if sparse.issparse(product):
        product = product.toarray()
    return np.asarray(product, dtype=np.float64)
