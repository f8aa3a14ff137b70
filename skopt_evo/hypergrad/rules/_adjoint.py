"""Derivatives of a function of the outputs of linear models, by everything else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.hypergrad._protocol import Pullback
from skopt_evo.hypergrad.rules._linear import LinearFit
from skopt_evo.hypergrad.rules._matrices import as_columns, check_size, dense


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
        The function, as `adjoint_of` got it.
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
        changed = fit.slope_changes(self.outputs)
        return -(fit.slopes @ self.coef + changed @ fit.coef), self.cotangent @ fit.coef


def adjoint_of(fit: LinearFit, X_test: Any, cotangent: FloatArray) -> Adjoint:
    """Solve for the adjoint of a function of the outputs on the test set.

    Parameters
    ----------
    fit : LinearFit
        The model.
    X_test : {ndarray, sparse matrix} of shape (n_test, n_features)
        The test data.
    cotangent : ndarray of shape (n_test, n_outputs)
        The derivative of the function by each output.
    """
    by_coef = dense(X_test.T @ cotangent).T
    q, q_intercept = fit.solve(by_coef, cotangent.sum(axis=0))
    return Adjoint(fit, q, q_intercept, X_test, cotangent)


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
        adjoint = adjoint_of(fit, X_test, cotangents[:, first:last])
        first = last
        for name in names:
            params[name] += adjoint.by(changes[name])
        if inputs:
            by_inputs.append(adjoint.by_inputs())
    return Pullback(params, *(sum(each) for each in zip(*by_inputs, strict=True)))
