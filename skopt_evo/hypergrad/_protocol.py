"""What a rule for exact derivatives gets, and what it returns.

The derivative of a score goes backward through a fold: from the score to the outputs of
the fitted estimator on the test set (a criterion), from there to the hyperparameters
and the inputs of the final estimator (a `PredictorRule`), and through the transformers
before it (a `TransformerRule` each).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._copies import apply

# The relative accuracy of linear systems that are solved by iteration. It is far below
# what the fits themselves leave, and costs a fraction of them.
SOLVER_TOLERANCE = 5e-4


@dataclass(frozen=True)
class Fold:
    """What an estimator was fitted on, and what it is judged on.

    Attributes
    ----------
    X : {array-like, sparse matrix} of shape (n_train, n_features)
        The training data.
    y : array-like of shape (n_train,) or (n_train, n_outputs)
        The training targets.
    X_test : {array-like, sparse matrix} of shape (n_test, n_features)
        The test data.
    fit_params : mapping of str to object, default={}
        What else ``fit`` was given, such as ``sample_weight``.
    tolerance : float, default=SOLVER_TOLERANCE
        The relative accuracy of linear systems that are solved by iteration.
    """

    X: Any
    y: Any
    X_test: Any
    fit_params: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float = SOLVER_TOLERANCE

    def sample_weight(self) -> FloatArray:
        """Return the weights of the training samples, ones without: shape (n_train,).

        Raises
        ------
        NoHypergradientError
            If ``fit`` was given something else than weights.
        """
        others = sorted(self.fit_params.keys() - {"sample_weight"})
        if others:
            raise NoHypergradientError(
                f"fit was given {others}, and rules know of sample_weight alone."
            )
        weights = self.fit_params.get("sample_weight")
        n_samples = self.X.shape[0] if hasattr(self.X, "shape") else len(self.X)
        if weights is None:
            return np.ones(n_samples)
        return np.broadcast_to(np.asarray(weights, dtype=np.float64), n_samples)


class Outputs(NamedTuple):
    """What a fitted estimator says of some samples, before any decision.

    Attributes
    ----------
    values : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Predictions of a regressor; log-odds or decision values of a classifier: one
        column a class, or, for two classes, a vector of those of the second one.
    kind : {"prediction", "log_odds", "ovr_log_odds", "margin"}
        How probabilities follow from the values of a classifier: ``"log_odds"`` by the
        logistic function or the softmax, ``"ovr_log_odds"`` by the logistic function
        for each class and division by the sum, ``"margin"`` not at all.
    classes : ndarray of shape (n_classes,) or None, default=None
        The labels of a classifier.
    """

    values: FloatArray
    kind: str = "prediction"
    classes: NDArray[Any] | None = None


class Pullback(NamedTuple):
    """What a change of the outputs means for everything that they depend on.

    Attributes
    ----------
    params : dict of str to float or ndarray
        The derivatives by the hyperparameters, in their own units, each one of the
        shape of its value.
    X : ndarray of shape (n_train, n_features) or None
        The derivatives by the training data, None if they were not asked for.
    X_test : ndarray of shape (n_test, n_features) or None
        The same by the test data.
    """

    params: dict[str, Any]
    X: FloatArray | None = None
    X_test: FloatArray | None = None


class Rule:
    """What rules for predictors and for transformers have in common.

    Attributes
    ----------
    params : frozenset of str
        The hyperparameters whose derivatives the rule knows; set by
        `register_hypergradient`.
    """

    params: frozenset[str] = frozenset()

    def check(self, estimator: Any, name: str) -> None:
        """Raise if the derivative by a hyperparameter cannot be had.

        Parameters
        ----------
        estimator : estimator
            The estimator, fitted or not; a rule looks at its parameters alone.
        name : str
            The hyperparameter, as ``estimator.set_params`` takes it.

        Raises
        ------
        NoHypergradientError
            With the reason.
        """
        kind = type(estimator).__name__
        if name not in self.params:
            known = f"those of {sorted(self.params)}" if self.params else "none"
            raise NoHypergradientError(
                f"of the derivatives by parameters of {kind} only {known} are known, "
                f"not that of {name!r}."
            )
        self.check_estimator(estimator)

    def check_estimator(self, estimator: Any) -> None:
        """Raise if a setting of the estimator makes any derivative impossible.

        Raises
        ------
        NoHypergradientError
            With the reason.
        """

    def check_inputs(self, estimator: Any) -> None:
        """Raise if there is no derivative by the data that the estimator is fitted on.

        Raises
        ------
        NoHypergradientError
            With the reason.
        """
        self.check_estimator(estimator)


class PredictorRule(Rule, ABC):
    """How the outputs of a regressor or a classifier depend on its hyperparameters."""

    def outputs(self, estimator: Any, X: Any) -> Outputs:
        """Return what the fitted estimator says of samples.

        The predictions of a regressor, unless a rule says otherwise. A method of the
        estimator may change the data that it is called with, and they are needed again:
        call it with a copy.

        Parameters
        ----------
        estimator : estimator
            The fitted estimator.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The samples.
        """
        return Outputs(np.asarray(apply(estimator.predict, X), dtype=np.float64))

    @abstractmethod
    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        """Return the derivatives of a function of the outputs on the test set.

        Parameters
        ----------
        estimator : estimator
            The estimator, fitted on ``fold.X``.
        fold : Fold
            The data.
        cotangent : ndarray of the shape of the outputs' values on ``fold.X_test``
            The derivative of the function by each of them.
        names : collection of str
            The hyperparameters to give derivatives for; `check` accepts them.
        inputs : bool
            Whether derivatives by the data are asked for too; `check_inputs` accepts
            that.

        Raises
        ------
        NoHypergradientError
            If it turns out that there is none.
        """


class TransformerRule(Rule, ABC):
    """How what a transformer returns depends on its hyperparameters and inputs.

    `Fold.X` and `Fold.X_test` are what it was given.
    """

    @abstractmethod
    def pullback(
        self,
        transformer: Any,
        fold: Fold,
        cotangents: tuple[FloatArray, FloatArray],
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        """Return the derivatives of a function of the transformed data.

        Parameters
        ----------
        transformer : transformer
            The transformer, fitted on ``fold.X``.
        fold : Fold
            The data before the transformation.
        cotangents : tuple of two ndarrays
            The derivatives of the function by the transformed ``fold.X`` and
            ``fold.X_test``.
        names : collection of str
            The hyperparameters to give derivatives for; `check` accepts them.
        inputs : bool
            Whether derivatives by the data are asked for too.
        """
