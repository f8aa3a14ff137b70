"""Columns times weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skopt_evo._messages import shown
from skopt_evo._sklearn_compat import fit_context
from skopt_evo._typing import FloatArray


class FeatureScale(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Multiply each column with a weight.

    The other scalers of scikit-learn learn from the data. This one is told, so that a
    search can tune the weights together with the parameters of the model behind it,
    each feature or each group of features on its own: in front of a kernel they are
    inverse length scales, in front of a penalised linear model inverse penalties.
    :class:`~skopt_evo.GradientSearchCV` has exact derivatives by them.

    Parameters
    ----------
    weights : array-like of shape (n_features,) or (n_groups,), default=None
        The weights, None for ones.
    groups : array-like of shape (n_features,), dtype=int, default=None
        The place in `weights` of each column's weight; None if each column has its own.

    Attributes
    ----------
    scale_ : ndarray of shape (`n_features_in_`,)
        What each column is multiplied with.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`. Defined only when `X` has feature names
        that are all strings.

    See Also
    --------
    ColumnMask : Keeps the columns where a mask is True.
    sklearn.preprocessing.StandardScaler : Learns the weights from the data.

    References
    ----------
    R. M. Neal, "Bayesian learning for neural networks", 1996, section 1.2.3 (automatic
    relevance determination).

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.kernel_ridge import KernelRidge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skopt_evo import GradientSearchCV
    >>> from skopt_evo.preprocessing import FeatureScale
    >>> from skopt_evo.space import Vector
    >>> FeatureScale([1.0, 0.5]).fit_transform([[1.0, 2.0], [3.0, 4.0]])
    array([[1., 1.],
           [3., 2.]])
    >>> X, y = load_diabetes(return_X_y=True)
    >>> pipeline = make_pipeline(
    ...     StandardScaler(), FeatureScale(), KernelRidge(kernel="rbf", gamma=0.1)
    ... )
    >>> param_grid = {
    ...     "featurescale__weights": Vector(loguniform(1e-2, 1e1), X.shape[1]),
    ...     "kernelridge__alpha": loguniform(1e-3, 1e2),
    ... }
    >>> search = GradientSearchCV(pipeline, param_grid, n_iter=20, random_state=0)
    >>> search.fit(X, y).best_params_["featurescale__weights"].shape
    (10,)
    """

    _parameter_constraints: dict[str, Any] = {
        "weights": ["array-like", None],
        "groups": ["array-like", None],
    }

    def __init__(
        self, weights: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> None:
        self.weights = weights
        self.groups = groups

    @fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None) -> FeatureScale:
        """Check that the weights suit the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The data.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        ValueError
            If `weights` are not finite numbers, or not as many as there are columns or
            groups; if `groups` are no places in `weights`.
        """
        X = self._checked(X, reset=True)
        self.scale_ = self._checked_scale(X.shape[1])
        return self

    def transform(self, X: Any) -> Any:
        """Multiply the columns with their weights.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The data.

        Returns
        -------
        X_transformed : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The products.
        """
        check_is_fitted(self)
        return self._times(self._checked(X), self.scale_)

    def inverse_transform(self, X: Any) -> Any:
        """Divide the columns by their weights.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Transformed data.

        Returns
        -------
        X_original : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The data; infinite or NaN where a weight is 0.
        """
        check_is_fitted(self)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._times(self._checked(X), 1.0 / self.scale_)

    def _checked(self, X: Any, *, reset: bool = False) -> Any:
        return validate_data(
            self,
            X,
            reset=reset,
            accept_sparse=("csr", "csc"),
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
        )

    def _checked_scale(self, n_features: int) -> FloatArray:
        """Return the weight of each column."""
        n_wanted = n_features if self.groups is None else self._n_groups(n_features)
        if self.weights is None:
            return np.ones(n_features)
        weights = np.asarray(self.weights)
        if weights.dtype.kind not in "iuf" or weights.ndim != 1:
            raise ValueError(
                f"weights={shown(self.weights)} is no one-dimensional array of "
                f"numbers, but one of shape {weights.shape} and type {weights.dtype}. "
                "Pass one number for each column of X, or for each group."
            )
        if not np.all(np.isfinite(weights)):
            raise ValueError(
                f"weights={shown(self.weights)} has to be of finite numbers."
            )
        what = "columns" if self.groups is None else "groups"
        if len(weights) != n_wanted:
            raise ValueError(
                f"weights has {len(weights)} entries, but there are {n_wanted} {what}. "
                f"Pass one for each of them; in a search, Vector(..., {n_wanted})."
            )
        weights = weights.astype(np.float64)
        return weights if self.groups is None else weights[np.asarray(self.groups)]

    def _n_groups(self, n_features: int) -> int:
        groups = np.asarray(self.groups)
        if groups.dtype.kind not in "iu" or groups.shape != (n_features,):
            raise ValueError(
                f"groups={shown(self.groups)} is no array of {n_features} integers. "
                "Pass the number of its group, from 0 on, for each column of X."
            )
        n_groups = int(groups.max()) + 1
        if not np.array_equal(np.unique(groups), np.arange(n_groups)):
            raise ValueError(
                f"groups={shown(self.groups)} has to number groups from 0 on without "
                "gaps; pass numpy.unique(groups, return_inverse=True)[1]."
            )
        return n_groups

    @staticmethod
    def _times(X: Any, factors: FloatArray) -> Any:
        factors = factors.astype(X.dtype)
        if sparse.issparse(X):
            return X.multiply(factors).asformat(X.format)
        return X * factors

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
