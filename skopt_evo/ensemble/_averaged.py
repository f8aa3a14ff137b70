"""Weighted means of estimators, which a search returns as its best estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin

from skopt_evo._sklearn_compat import BaseComposition
from skopt_evo.ensemble._averaging import AveragedBase, if_richest, richest_method
from skopt_evo.predictions import stand_in


class AveragedClassifier(AveragedBase, ClassifierMixin, BaseComposition):  # type: ignore[misc]
    """Weighted mean of what several classifiers predict.

    The classifiers are fitted on all the data or, with `cv`, on each of the training
    sets of cross-validation. The models of one classifier share its weight equally.

    It is what a search makes of several of its candidates. Training sets may lack a
    class, and targets may have several outputs.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        The classifiers and their names. Each name may occur only once. Their parameters
        are set as ``<name>__<parameter>``.

    weights : array-like of shape (n_estimators,), default=None
        How much each of the classifiers counts: numbers that are not negative, and not
        all 0. One of weight 0 is fitted, but never asked for predictions. None stands
        for equal weights.

    cv : int, cross-validation generator or iterable, default=None
        What each of the classifiers is fitted on:

        - None: once on all the data.
        - int: on the training sets of so many folds, stratified ones for a single
          target.
        - A splitter, or an iterable of pairs of a training and a test set: on each of
          the training sets.

    n_jobs : int, default=None
        How many fits run side by side. None is 1, unless in a
        :obj:`joblib.parallel_config` context, and -1 stands for all processors.

    Attributes
    ----------
    estimators_ : list of list of classifiers
        The fitted models of each of the `estimators`: one, or one for each split.

    weights_ : ndarray of shape (n_estimators,)
        The weights, of sum 1.

    classes_ : ndarray of shape (n_classes,) or list of ndarray
        The classes, sorted; a list for several outputs.

    n_features_in_ : int
        Number of features seen during `fit`. Defined only if a model has it.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`. Defined only if a model has it.

    See Also
    --------
    AveragedRegressor : The same for regressors.
    sklearn.ensemble.VotingClassifier : Fits each classifier once, on one target.

    Notes
    -----
    What is averaged is the first of these methods that all models have:
    ``predict_proba``, ``decision_function``, ``predict``. If it is ``predict``, the
    mean is the share of the votes for each class. For a class that is not in a training
    set, the probability is 0; the decision is the smallest one of the row.

    Committees of models that were fitted on different parts of the data are the subject
    of [1]_, weights that are chosen by predictions for rows that the models were not
    fitted on that of [2]_ and [3]_.

    References
    ----------
    .. [1] B. Parmanto, P. W. Munro and H. R. Doyle, "Improving committee diagnosis with
       resampling techniques", Advances in Neural Information Processing Systems 8,
       pp. 882-888, 1996.
    .. [2] Leo Breiman, "Stacked regressions", Machine Learning 24, pp. 49-64, 1996.
    .. [3] R. Caruana, A. Niculescu-Mizil, G. Crew and A. Ksikes, "Ensemble selection
       from libraries of models", International Conference on Machine Learning, 2004.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skopt_evo.ensemble import AveragedClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> members = [
    ...     ("linear", LogisticRegression(max_iter=1000)),
    ...     ("tree", DecisionTreeClassifier(max_depth=3, random_state=0)),
    ... ]
    >>> ensemble = AveragedClassifier(members, weights=[3, 1], cv=5).fit(X, y)
    >>> ensemble.weights_
    array([0.75, 0.25])
    >>> [len(models) for models in ensemble.estimators_]
    [5, 5]
    >>> ensemble.predict_proba(X[:2]).round(2)
    array([[0.98, 0.02, 0.  ],
           [0.98, 0.02, 0.  ]])
    """

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict the classes with the largest means.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The classes; of those with equal means the first one.
        """
        return np.asarray(self._answer(richest_method(self), X).predict(X))

    @if_richest("predict_proba")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Any:
        """Return the weighted means of probabilities.

        Only available if all models have it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), or list of ndarray
            For several outputs a list, with an array for each of them. For multilabel
            targets an array of shape (n_samples, n_labels), unless a model returns a
            list.
        """
        return self._answer("predict_proba", X).predict_proba(X)

    @if_richest("predict_proba")  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithms of the weighted means of probabilities.

        Only available if all models have ``predict_proba``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), or list of ndarray
            As for `predict_proba`.
        """
        with np.errstate(divide="ignore"):  # as of scikit-learn's own
            chances = self.predict_proba(X)
            if isinstance(chances, list):
                return [np.log(each) for each in chances]
            return np.log(chances)

    @if_richest("decision_function")  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return the weighted means of decisions.

        Only available if all models have it, and not all have ``predict_proba``, which
        `predict` uses then: scorers that ask for either of the two are to use the same.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.

        Returns
        -------
        decisions : ndarray of shape (n_samples,) or (n_samples, n_classes)
            One number a sample for two classes, else one for each class or label.
        """
        return np.asarray(self._answer("decision_function", X).decision_function(X))

    def _answer(self, method: str, X: Any) -> Any:
        """Return an object that answers with the means in scikit-learn's forms."""
        means = self._mean(method, X)  # first: it checks that there are models
        return stand_in(means, self._targets)


class AveragedRegressor(AveragedBase, RegressorMixin, BaseComposition):  # type: ignore[misc]
    """Weighted mean of what several regressors predict.

    The regressors are fitted on all the data or, with `cv`, on each of the training
    sets of cross-validation. The models of one regressor share its weight equally.

    It is what a search makes of several of its candidates.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        The regressors and their names. Each name may occur only once. Their parameters
        are set as ``<name>__<parameter>``.

    weights : array-like of shape (n_estimators,), default=None
        How much each of the regressors counts: numbers that are not negative, and not
        all 0. One of weight 0 is fitted, but never asked for predictions. None stands
        for equal weights.

    cv : int, cross-validation generator or iterable, default=None
        What each of the regressors is fitted on:

        - None: once on all the data.
        - int: on the training sets of so many folds.
        - A splitter, or an iterable of pairs of a training and a test set: on each of
          the training sets.

    n_jobs : int, default=None
        How many fits run side by side. None is 1, unless in a
        :obj:`joblib.parallel_config` context, and -1 stands for all processors.

    Attributes
    ----------
    estimators_ : list of list of regressors
        The fitted models of each of the `estimators`: one, or one for each split.

    weights_ : ndarray of shape (n_estimators,)
        The weights, of sum 1.

    n_features_in_ : int
        Number of features seen during `fit`. Defined only if a model has it.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`. Defined only if a model has it.

    See Also
    --------
    AveragedClassifier : The same for classifiers, with more about the method.
    sklearn.ensemble.VotingRegressor : Fits each regressor once, on a single target.

    References
    ----------
    Leo Breiman, "Stacked regressions", Machine Learning 24, pp. 49-64, 1996.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> from skopt_evo.ensemble import AveragedRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> members = [("linear", Ridge(0.1)), ("neighbors", KNeighborsRegressor(20))]
    >>> ensemble = AveragedRegressor(members, weights=[0.7, 0.3]).fit(X, y)
    >>> ensemble.predict(X[:2]).round()
    array([198.,  80.])
    """

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Predict the weighted means of values.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The values.
        """
        values = self._mean("predict", X).values
        return values[:, 0] if self._targets.is_1d else values
