"""Scalers of columns."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, Pullback, TransformerRule
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._matrices import as_matrix
from skopt_evo.preprocessing import FeatureScale


@register_hypergradient(FeatureScale, params=["weights"])
class FeatureScaleRule(TransformerRule):
    """The rule for `FeatureScale`: ``weights``.

    With Z_ij = X_ij w_j and the derivatives Zbar, dS/dw_j = sum_i X_ij Zbar_ij, over
    training and test data; the columns of a group add up. dS/dX_ij = w_j Zbar_ij.
    """

    def check(self, estimator: Any, name: str) -> None:
        super().check(estimator, name)
        if name == "weights" and estimator.weights is None:
            raise NoHypergradientError("FeatureScale has no weights.")

    def pullback(
        self,
        transformer: Any,
        fold: Fold,
        cotangents: tuple[FloatArray, FloatArray],
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        X, X_test = as_matrix(fold.X), as_matrix(fold.X_test)
        params = {}
        if "weights" in names:
            by_column = _column_products(X, cotangents[0])
            by_column += _column_products(X_test, cotangents[1])
            groups = transformer.groups
            params["weights"] = (
                by_column if groups is None else np.bincount(groups, by_column)
            )
        if not inputs:
            return Pullback(params)
        scale = transformer.scale_
        return Pullback(params, cotangents[0] * scale, cotangents[1] * scale)


@register_hypergradient(StandardScaler)
class StandardScalerRule(TransformerRule):
    """The rule for `StandardScaler`, which may come behind what is tuned.

    With Z = (X - mu) / sigma and the derivatives Zbar, those by X are Zbar / sigma. The
    mean mu and the standard deviation sigma depend on the n training samples as well:
    each of them gets mubar / n + sigmabar (X - mu) / (n sigma) more, where mubar is the
    sum of -Zbar / sigma over all the data, sigmabar that of -Zbar Z / sigma.
    """

    def pullback(
        self,
        transformer: Any,
        fold: Fold,
        cotangents: tuple[FloatArray, FloatArray],
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        if fold.fit_params:
            raise NoHypergradientError(
                "a StandardScaler fitted with sample weights is not covered behind "
                "what is tuned."
            )
        X, X_test = as_matrix(fold.X), as_matrix(fold.X_test)
        if sparse.issparse(X):
            raise NoHypergradientError(
                "a StandardScaler of sparse data is not covered behind what is tuned."
            )
        n_features = X.shape[1]
        scale = (
            np.ones(n_features) if transformer.scale_ is None else transformer.scale_
        )
        mean = np.zeros(n_features) if transformer.mean_ is None else transformer.mean_
        by_train, by_test = cotangents[0] / scale, cotangents[1] / scale
        change = np.zeros_like(by_train)
        if transformer.with_mean:
            change -= (by_train.sum(axis=0) + by_test.sum(axis=0)) / len(X)
        if transformer.with_std:
            shift = mean if transformer.with_mean else 0.0
            by_scale = np.sum(by_train * (X - shift), axis=0)
            by_scale += np.sum(by_test * (X_test - shift), axis=0)
            # Columns without any variance are not scaled, and stay so.
            by_scale[transformer.var_ == 0.0] = 0.0
            change -= by_scale * (X - mean) / (len(X) * scale**2)
        return Pullback({}, by_train + change, by_test)


@register_hypergradient(FunctionTransformer)
class FunctionTransformerRule(TransformerRule):
    """The rule for `FunctionTransformer` without a function: nothing changes."""

    def check_estimator(self, estimator: Any) -> None:
        if estimator.func is not None:
            raise NoHypergradientError(
                "the derivative of a FunctionTransformer's function is not known."
            )

    def pullback(
        self,
        transformer: Any,
        fold: Fold,
        cotangents: tuple[FloatArray, FloatArray],
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        return Pullback({}, *cotangents)


def _column_products(X: Any, cotangent: FloatArray) -> FloatArray:
    """Return the scalar product of each column with that of another matrix."""
    products = X.multiply(cotangent) if sparse.issparse(X) else X * cotangent
    return np.asarray(products.sum(axis=0), dtype=np.float64).ravel()
