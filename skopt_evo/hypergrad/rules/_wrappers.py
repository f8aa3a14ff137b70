"""Meta-estimators that fit one estimator, or one an output."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

from skopt_evo._sklearn_compat import clone_without_callbacks
from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._copies import apply, copied
from skopt_evo.hypergrad._protocol import Fold, Outputs, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import predictor_rule, register_hypergradient
from skopt_evo.hypergrad.rules._routing import routed
from skopt_evo.hypergrad.rules._training_data import check_shared

# Transformers whose inverse makes each number of that number alone.
ELEMENTWISE = (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

# How far differences of an inverse transformation reach, relative to 1 + |value|: an
# error of h^4 and rounding of eps / h are both below 1e-11.
REACH = 1e-4


class _WrapperRule(PredictorRule):
    """What the rules share: the parameters are those of what is wrapped."""

    part = "estimator"

    def check(self, estimator: Any, name: str) -> None:
        part, _, param = name.partition("__")
        if part != self.part or not param:
            raise NoHypergradientError(
                f"{name!r} is no parameter of the {self.part} that "
                f"{type(estimator).__name__} fits."
            )
        self.check_estimator(estimator)
        wrapped = getattr(estimator, self.part)
        predictor_rule(wrapped).check(wrapped, param)

    def check_inputs(self, estimator: Any) -> None:
        self.check_estimator(estimator)
        wrapped = getattr(estimator, self.part)
        predictor_rule(wrapped).check_inputs(wrapped)

    def inner_names(self, names: Collection[str]) -> list[str]:
        return [name.removeprefix(f"{self.part}__") for name in names]

    def outer(self, pulls: Collection[Pullback]) -> Pullback:
        """Add up what the parts bring back."""
        first, *others = pulls
        params = dict(first.params)
        X, X_test = first.X, first.X_test
        for pull in others:
            params = {name: params[name] + pull.params[name] for name in params}
            if X is not None and pull.X is not None:
                X = X + pull.X
            if X_test is not None and pull.X_test is not None:
                X_test = X_test + pull.X_test
        named = {f"{self.part}__{name}": value for name, value in params.items()}
        return Pullback(named, X, X_test)


@register_hypergradient(TransformedTargetRegressor)
class TransformedTargetRule(_WrapperRule):
    """The rule for `TransformedTargetRegressor`: the parameters of its regressor.

    A prediction is g(m), where m is the regressor's own and g the inverse of what is
    made of the targets, which depends on nothing that is tuned. So derivatives by m are
    those by the prediction times g'(m); g is a function of one number, whose slope is
    taken by central differences of fourth order.
    """

    part = "regressor"

    def check_estimator(self, estimator: Any) -> None:
        if estimator.regressor is None:
            raise NoHypergradientError("TransformedTargetRegressor has no regressor.")
        transformer = estimator.transformer
        if transformer is not None and type(transformer) not in ELEMENTWISE:
            raise NoHypergradientError(
                f"the targets are transformed by {type(transformer).__name__}, whose "
                "derivative is not known."
            )

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        has_several = np.ndim(fold.y) > 1 and np.shape(fold.y)[1] > 1
        if has_several and isinstance(estimator.transformer_, FunctionTransformer):
            raise NoHypergradientError(
                "several targets are transformed by a function, which may mix them."
            )
        inner = replace(
            fold,
            y=_fitted_targets(estimator, fold),
            fit_params=routed(estimator, fold.fit_params, "regressor"),
        )
        regressor = estimator.regressor_
        rule = predictor_rule(regressor)
        predictions = rule.outputs(regressor, fold.X_test).values
        pull = rule.pullback(
            regressor,
            inner,
            # Of a column of targets some regressors predict a vector.
            cotangent.reshape(predictions.shape)
            * _inverse_slope(estimator.transformer_, predictions),
            self.inner_names(names),
            inputs=inputs,
        )
        return self.outer([pull])


@register_hypergradient(MultiOutputRegressor)
class MultiOutputRule(_WrapperRule):
    """The rule for `MultiOutputRegressor`: sums over the regressors, one a target."""

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        y = np.asarray(fold.y, dtype=np.float64)
        fit_params = routed(estimator, fold.fit_params, "estimator")
        if y.shape[1] > 1:
            check_shared(estimator.estimator, fold.X, y[:, 0], fit_params)
        return self.outer(
            [
                predictor_rule(regressor).pullback(
                    regressor,
                    replace(fold, y=y[:, target], fit_params=fit_params),
                    cotangent[:, target],
                    self.inner_names(names),
                    inputs=inputs,
                )
                for target, regressor in enumerate(estimator.estimators_)
            ]
        )


@register_hypergradient(OneVsRestClassifier)
class OneVsRestRule(_WrapperRule):
    """The rule for `OneVsRestClassifier`: sums over the classifiers, one a class.

    Two classes have a single classifier, that of the second one.
    """

    def outputs(self, estimator: Any, X: Any) -> Outputs:
        if estimator.multilabel_:
            raise NoHypergradientError("the score is one of a single label a sample.")
        parts = [
            predictor_rule(classifier).outputs(classifier, X)
            for classifier in estimator.estimators_
        ]
        kind = parts[0].kind
        if len(parts) == 1:
            return Outputs(parts[0].values, kind, estimator.classes_)
        values = np.column_stack([part.values for part in parts])
        kind = "ovr_log_odds" if kind == "log_odds" else kind
        return Outputs(values, kind, estimator.classes_)

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        classes = estimator.classes_
        own = classes[1:] if len(estimator.estimators_) == 1 else classes
        cotangents = np.reshape(cotangent, (len(cotangent), -1))
        fit_params = routed(estimator, fold.fit_params, "estimator")
        y = np.asarray(fold.y)
        if len(own) > 1:
            codes = (y == own[0]).astype(int)
            check_shared(estimator.estimator, fold.X, codes, fit_params)
        return self.outer(
            [
                predictor_rule(classifier).pullback(
                    classifier,
                    replace(
                        fold, y=(y == own[place]).astype(int), fit_params=fit_params
                    ),
                    cotangents[:, place],
                    self.inner_names(names),
                    inputs=inputs,
                )
                for place, classifier in enumerate(estimator.estimators_)
            ]
        )


class _Targets(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Keeps the targets that it is fitted on."""

    def fit(self, X: Any, y: Any) -> _Targets:
        self.y_ = y
        return self

    def predict(self, X: Any) -> Any:
        raise NotImplementedError


def _fitted_targets(estimator: Any, fold: Fold) -> Any:
    """Return what a `TransformedTargetRegressor` has fitted its regressor on.

    Functions that work in place may change targets that are transformed afterwards.
    """
    twin = clone_without_callbacks(estimator).set_params(regressor=_Targets())
    return twin.fit(fold.X, copied(fold.y)).regressor_.y_


def _inverse_slope(transformer: Any, values: FloatArray) -> FloatArray:
    """Return the derivative of an inverse transformation at each of some values."""
    reach = REACH * (1.0 + np.abs(values))

    def inverse(moved: FloatArray) -> FloatArray:
        columns = moved.reshape(len(moved), -1)
        inverted = apply(transformer.inverse_transform, columns)
        return np.reshape(inverted, values.shape)

    near = inverse(values + reach) - inverse(values - reach)
    far = inverse(values + 2.0 * reach) - inverse(values - 2.0 * reach)
    return np.asarray((8.0 * near - far) / (12.0 * reach))
