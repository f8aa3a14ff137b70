"""The simplest candidate that is as good as the best one, up to noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from skopt_evo._messages import shown
from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.results import metrics_of
from skopt_evo.selection._cv_results import checked_metric, fold_scores
from skopt_evo.selection._order import (
    CVResults,
    Order,
    check_order,
    simplicity_keys,
)


@dataclass(frozen=True)
class OneStandardError:
    r"""Choose the simplest candidate within one standard error of the best one.

    The best mean of many is partly the best by chance. All candidates whose mean test
    score is at least that of the best one minus its standard error are taken for
    equally good, and the simplest of them is chosen. `order` says what is simple. Of
    equally simple ones it is the one with the better score, then the one that was tried
    first.

    An object of this class is passed as `refit` to a search of skopt_evo or of
    scikit-learn. It can also be called with the ``cv_results_`` of a search that is
    already fitted.

    Parameters
    ----------
    order : dict or callable
        Which of two candidates is the simpler one.

        - A dict has names as keys. What comes first decides first, the next where
          the first ones are equal. A name is that of a parameter, or of any other
          column of ``cv_results_``, such as ``"mean_fit_time"`` or
          ``"mean_test_<metric>"``. The value is ``"smaller"`` or ``"larger"``,
          whichever is simpler, for numbers; for anything else a list of the values,
          the simplest one first. A candidate that does not have the parameter (in a
          conditional space), or for which it is NaN, comes after all that do.
        - A callable gets the ``params`` of a candidate and returns what they can be
          sorted by, a number or a tuple for instance: the smaller, the simpler. NaN
          comes last.

    metric : str, default=None
        The metric to compare candidates by; None for the only one there is.

    Raises
    ------
    TypeError
        If `order` or `metric` is of the wrong type; when called, if the keys that a
        callable `order` returns cannot be compared.
    ValueError
        If `order` is empty or asks for what is neither ``"smaller"``, ``"larger"`` nor
        a list; when called, if there is no such parameter, column or metric, if `order`
        does not say how to compare a value, if there are fewer than two splits, or if
        no candidate has a score on every split.

    Notes
    -----
    The standard error is :math:`s / \sqrt{k}` with :math:`s` the standard deviation of
    the best candidate's scores on the :math:`k` splits, with divisor :math:`k - 1`. It
    takes the splits as independent. Test sets that overlap, as those of repeated
    cross-validation, make it too small, and the rule milder.

    A candidate without a finite score on every split is never chosen (but splits on
    which no candidate has one do not count), nor one that
    failed, by the column ``status`` of our searches, while another one has not.

    As with any function as `refit`, the search has no ``best_score_``. The mean score
    of the winner is ``cv_results_["mean_test_score"][best_index_]``.

    References
    ----------
    L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone, "Classification and
    Regression Trees", Wadsworth, 1984, section 3.4.3.

    T. Hastie, R. Tibshirani and J. Friedman, "The Elements of Statistical Learning",
    2nd edition, Springer, 2009, section 7.10.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skopt_evo import GeneticSearchCV
    >>> from skopt_evo.selection import OneStandardError
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> param_grid = {"max_depth": [2, 4, 6, 8], "min_samples_leaf": [1, 5, 10, 20]}
    >>> best = GeneticSearchCV(tree, param_grid).fit(X, y)
    >>> rule = OneStandardError({"max_depth": "smaller", "min_samples_leaf": "larger"})
    >>> simple = GeneticSearchCV(tree, param_grid, refit=rule).fit(X, y)
    >>> simple.best_params_["max_depth"] < best.best_params_["max_depth"]
    True
    >>> trees = simple.best_estimator_, best.best_estimator_
    >>> [int(tree.get_n_leaves()) for tree in trees]
    [4, 9]

    Categories are listed, the simplest one first. Here the kernel decides first:

    >>> OneStandardError({"kernel": ["linear", "rbf"], "C": "smaller"})
    OneStandardError(order={'kernel': ['linear', 'rbf'], 'C': 'smaller'}, metric=None)

    A function can combine parameters. This one counts the selected columns:

    >>> def n_columns(params):
    ...     return params["columnmask__mask"].sum()
    >>> rule = OneStandardError(n_columns)
    """

    order: Order
    metric: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_order(self.order)
        if self.metric is not None and not isinstance(self.metric, str):
            raise TypeError(
                f"OneStandardError: metric={self.metric!r} is not the name of a "
                "metric: pass a string, or None for the only metric there is."
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OneStandardError):
            return NotImplemented
        if self.order != other.order or self.metric != other.metric:
            return False
        # Dicts are equal whatever the order of their keys, which matters here.
        both = [self.order, other.order]
        names = [list(order) for order in both if isinstance(order, Mapping)]
        return not names or names[0] == names[1]

    def __call__(self, cv_results: CVResults) -> int:
        """Return the row of the winner.

        Parameters
        ----------
        cv_results : dict of str to array-like of shape (n_candidates,)
            The ``cv_results_`` of a search.

        Returns
        -------
        best_index : int
        """
        metrics = metrics_of(cv_results)
        metric = checked_metric(self.metric, metrics, "OneStandardError", "compare by")
        means = np.asarray(cv_results[f"mean_test_{metric}"])
        folds = fold_scores(cv_results, metric)
        folds = np.where(_may_win(cv_results), folds, np.nan)
        is_shared = np.isfinite(folds).any(axis=1)
        if 2 <= is_shared.sum() < len(folds):
            # As for the search itself, a split without any score does not count. With a
            # number as error_score it is not known as such, and counts.
            folds = folds[is_shared]
            means = folds.mean(axis=0)
        rows = _contenders(means, folds)
        keys = simplicity_keys(self.order, cv_results, rows)
        try:
            return min(zip(keys, -means[rows], rows, strict=True))[-1]
        except (TypeError, ValueError) as error:  # the latter from arrays
            raise TypeError(
                f"OneStandardError: order={shown(self.order)} returned keys that "
                f"cannot be compared ({error}). Let it return a number, or a tuple of "
                "numbers, for every candidate."
            ) from error


def _may_win(results: CVResults) -> BoolArray:
    """Return which candidates have not failed; all of them if that is not known.

    Of one that failed, a score may be `error_score`. One that was raced never wins: its
    scores are of some splits, or of less data.
    """
    status = np.asarray(results.get("status", ["ok"] * len(results["params"])))
    is_ok = np.asarray(status == "ok")
    return is_ok if is_ok.any() else np.asarray(status != "raced")


def _contenders(means: FloatArray, folds: FloatArray) -> list[int]:
    """Return the rows of those that are as good as the best, up to its error."""
    if len(folds) < 2:
        raise ValueError(
            "OneStandardError: a standard error takes at least two splits, got "
            f"{len(folds)}. Pass more of them as cv=..., or another refit."
        )
    scored = np.flatnonzero(np.isfinite(folds).all(axis=0))
    if not len(scored):
        raise ValueError(
            "OneStandardError: no candidate has a finite score on every split, so "
            "there is none to choose. The warnings of the search say what failed."
        )
    best = scored[np.argmax(means[scored])]
    error = np.std(folds[:, best], ddof=1) / np.sqrt(len(folds))
    return [int(row) for row in scored if means[row] >= means[best] - error]
