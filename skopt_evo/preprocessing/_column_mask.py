"""Selection of the columns that a mask says."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skopt_evo._messages import shown
from skopt_evo._sklearn_compat import fit_context
from skopt_evo._typing import BoolArray


class ColumnMask(SelectorMixin, BaseEstimator):  # type: ignore[misc]
    """Keep the columns where a mask is True.

    The other selectors of scikit-learn learn from the data which columns to keep. This
    one is told, so that a search can evolve the columns together with the parameters of
    the model: see :class:`~skopt_evo.space.Mask`.

    Parameters
    ----------
    mask : array-like of shape (n_features,), dtype=bool, default=None
        Which columns to keep, at least one; None for all of them.

    Attributes
    ----------
    support_ : ndarray of shape (`n_features_in_`,), dtype=bool
        Which columns are kept.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`. Defined only when `X` has feature names
        that are all strings.

    See Also
    --------
    sklearn.feature_selection.SelectFromModel : Keeps what a model gives weight to.
    sklearn.feature_selection.RFE : Drops one feature after the other.
    sklearn.feature_selection.SelectKBest : Keeps the features with the highest scores.

    Notes
    -----
    The values of `X` are not looked at: missing ones and strings are allowed.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skopt_evo import GeneticSearchCV
    >>> from skopt_evo.preprocessing import ColumnMask
    >>> from skopt_evo.space import Mask
    >>> X, y = load_wine(return_X_y=True)
    >>> ColumnMask([True, False] * 6 + [True]).fit_transform(X).shape
    (178, 7)
    >>> pipeline = make_pipeline(StandardScaler(), ColumnMask(), LogisticRegression())
    >>> param_grid = {
    ...     "columnmask__mask": Mask(X.shape[1]),
    ...     "logisticregression__C": loguniform(1e-3, 1e3),
    ... }
    >>> search = GeneticSearchCV(pipeline, param_grid, n_iter=30, random_state=0)
    >>> search.fit(X, y).best_params_["columnmask__mask"].shape
    (13,)
    """

    _parameter_constraints: dict[str, Any] = {"mask": ["array-like", None]}

    def __init__(self, mask: ArrayLike | None = None) -> None:
        self.mask = mask

    @fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None) -> ColumnMask:
        """Check that the mask suits the data.

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
            If `mask` is not boolean, has no entry that is True, or has not one entry a
            column of `X`.
        """
        X = validate_data(
            self, X, accept_sparse=True, dtype=None, ensure_all_finite=False
        )
        self.support_ = self._checked_mask(X.shape[1])
        return self

    def _checked_mask(self, n_features: int) -> BoolArray:
        if self.mask is None:
            return np.ones(n_features, dtype=bool)
        mask = np.array(self.mask)
        if mask.dtype != bool or mask.ndim != 1:
            raise ValueError(
                f"mask={shown(self.mask)} is not a one-dimensional array of booleans, "
                f"but one of shape {mask.shape} and type {mask.dtype}. Pass True or "
                "False for each column of X; for column numbers, pass "
                "numpy.isin(numpy.arange(X.shape[1]), numbers)."
            )
        if len(mask) != n_features:
            raise ValueError(
                f"mask has {len(mask)} entries, but X has {n_features} columns: it "
                "takes one entry a column. In a search, pass Mask(X.shape[1])."
            )
        if not mask.any():
            raise ValueError(
                "mask selects none of the columns of X: at least one entry has to be "
                "True. Pass None to keep all columns."
            )
        return mask

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        return tags
