"""A rule for exact derivatives, compared with differences of the score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv

from skopt_evo._messages import shown
from skopt_evo._sklearn_compat import check_method_params, safe_split
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._copies import apply, copied
from skopt_evo.hypergrad._exact import differentiate, reasons_against, targets_of
from skopt_evo.hypergrad._protocol import Fold
from skopt_evo.hypergrad._registry import predictor_rule
from skopt_evo.hypergrad.criteria import criterion_of

if TYPE_CHECKING:
    import pandas as pd

# The relative accuracy of iterative solvers here, where exactness is all that counts.
TOLERANCE = 1e-12


def check_hypergradient(
    estimator: Any,
    params: Mapping[str, Any],
    X: Any,
    y: Any,
    *,
    scoring: Any = None,
    cv: Any = None,
    fit_params: Mapping[str, Any] | None = None,
    step: float = 1e-4,
) -> pd.DataFrame:
    """Compare exact derivatives of the cross-validated loss with central differences.

    Differences are only as good as the fits: give estimators that iterate a tight
    tolerance. Those of `HuberRegressor`, `LinearSVC` and `SVC` stop earlier than any
    tolerance asks for, so that differences by small steps are inexact.

    Parameters
    ----------
    estimator : estimator
        The estimator. There has to be a rule for it, see `register_hypergradient`.
    params : mapping of str to float or ndarray
        The hyperparameters to differentiate by, and where.
    X : array-like of shape (n_samples, n_features)
        The data.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        The targets.
    scoring : str or callable, default=None
        The scorer of a single metric, as for the searches. For scores with jumps it is
        the smooth surrogate that is differentiated.
    cv : int, cross-validation generator or iterable, default=None
        The splits, as for the searches.
    fit_params : mapping, default=None
        What else ``fit`` gets, such as ``sample_weight``; arrays with an entry a sample
        are split.
    step : float, default=1e-4
        How far the differences reach, as a part of each value; of 1 for values of 0.

    Returns
    -------
    check : pandas.DataFrame
        A row for each number in `params`: ``exact`` and ``difference``, the two
        derivatives of the loss (the smaller the better, mean over the folds), and
        ``error``, their distance as a part of the larger one, or of a millionfold of
        what rounding makes of the difference, if that is more.

    Raises
    ------
    NoHypergradientError
        If there is no derivative by one of `params`, or if the score does not follow
        from the outputs that the rule says the estimator has.
    TypeError
        If `params` is no dict, or an empty one.
    ValueError
        If `step` is not in (0, 1).

    See Also
    --------
    register_hypergradient : Registers a rule.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from skopt_evo.hypergrad import check_hypergradient
    >>> X, y = load_diabetes(return_X_y=True)
    >>> check = check_hypergradient(Ridge(), {"alpha": 0.1}, X, y)
    >>> bool(check.loc["alpha", "error"] < 1e-6)
    True
    """
    import pandas as pd

    if not isinstance(params, Mapping) or not params:
        raise TypeError(
            f"params={shown(params)} is no dict of values: pass the hyperparameters "
            "and where to differentiate, e.g. {'alpha': 1.0}."
        )
    if not 0.0 < step < 1.0:
        raise ValueError(
            f"step={step!r} is a part of each value: pass a float in (0, 1), e.g. 1e-4."
        )
    problem = _Problem(estimator, params, X, y, scoring, cv, fit_params or {})
    exact = problem.gradient(params)
    rows = []
    for name, value in params.items():
        for place in np.ndindex(np.shape(value)):
            ours = float(np.asarray(exact[name])[place])
            difference, rounding = _difference(problem, params, name, place, step)
            scale = max(abs(ours), abs(difference), 1e6 * rounding) or 1.0
            label = name + "".join(f"[{index}]" for index in place)
            rows.append((label, ours, difference, abs(ours - difference) / scale))
    columns = ["parameter", "exact", "difference", "error"]
    return pd.DataFrame(rows, columns=columns).set_index("parameter")


def _difference(
    problem: _Problem,
    params: Mapping[str, Any],
    name: str,
    place: tuple[int, ...],
    step: float,
) -> tuple[float, float]:
    """Return a central difference, and what rounding of the losses makes of it."""
    array = np.asarray(params[name], dtype=np.float64)
    size = step * (abs(float(array[place])) or 1.0)
    ahead, behind = (
        problem.loss({**params, name: _moved(array, place, change)})
        for change in (size, -size)
    )
    # What is left of the last digits of the losses, a thousand times over.
    rounding = 1e3 * np.finfo(np.float64).eps * abs(ahead) / size
    return (ahead - behind) / (2.0 * size), float(rounding)


class _Problem:
    """The cross-validated loss as a function of hyperparameters."""

    def __init__(
        self,
        estimator: Any,
        params: Mapping[str, Any],
        X: Any,
        y: Any,
        scoring: Any,
        cv: Any,
        fit_params: Mapping[str, Any],
    ) -> None:
        self._estimator = clone(estimator).set_params(**clone(dict(params), safe=False))
        self._data = X, y
        self._fit_params = fit_params
        self._scorer = check_scoring(estimator, scoring)
        cv = check_cv(cv, y, classifier=is_classifier(estimator))
        self._splits = list(cv.split(X, y))
        for name, reason in reasons_against(
            self._estimator, params, self._scorer
        ).items():
            raise NoHypergradientError(f"There is no derivative by {name!r}: {reason}")

    def loss(self, params: Mapping[str, Any]) -> float:
        """Return the mean loss of the folds."""
        losses = []
        for estimator, fold, y_test in self._folds(params):
            criterion = criterion_of(self._scorer, estimator)
            outputs = predictor_rule(estimator).outputs(estimator, fold.X_test)
            losses.append(criterion.evaluate(y_test, outputs, None)[0])
        return float(np.mean(losses))

    def gradient(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the mean derivatives."""
        gradients = []
        for estimator, fold, y_test in self._folds(params):
            criterion = criterion_of(self._scorer, estimator)
            gradients.append(
                differentiate(
                    estimator,
                    fold,
                    y_test,
                    list(params),
                    criterion,
                    score=apply(partial(self._scorer, estimator), fold.X_test, y_test),
                )[1]
            )
        return {
            name: np.mean([gradient[name] for gradient in gradients], axis=0)
            for name in params
        }

    def _folds(self, params: Mapping[str, Any]) -> Any:
        X, y = self._data
        for train, test in self._splits:
            estimator = clone(self._estimator)
            estimator.set_params(**clone(dict(params), safe=False))
            fit_params = check_method_params(X, self._fit_params, indices=train)
            X_train, y_train = safe_split(estimator, X, y, train)
            X_test, y_test = safe_split(estimator, X, y, test, train)
            estimator.fit(copied(X_train), copied(y_train), **fit_params)
            y_train, y_test = (targets_of(estimator, y) for y in (y_train, y_test))
            yield (
                estimator,
                Fold(X_train, y_train, X_test, fit_params, TOLERANCE),
                y_test,
            )


def _moved(array: Any, place: tuple[int, ...], change: float) -> Any:
    moved = array.copy()
    moved[place] += change
    return moved if moved.ndim else float(moved)
