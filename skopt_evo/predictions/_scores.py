"""The user's own scorer, called with predictions that were kept."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.metrics import accuracy_score, r2_score

from skopt_evo._sklearn_compat import (
    asks_for_labels,
    check_method_params,
    is_scorer,
    safe_indexing,
    scorer_parts,
)
from skopt_evo._typing import FloatArray
from skopt_evo.predictions._metrics import (
    NEEDS_PROBABILITIES,
    NEEDS_TWO_CLASSES,
    Metric,
    metric_of,
)
from skopt_evo.predictions._stand_in import stand_in
from skopt_evo.predictions._targets import Targets
from skopt_evo.trials import Predictions

# By how much a score of predictions may differ from that of the estimator itself: the
# predictions are rounded.
RELATIVE, ABSOLUTE = 1e-4, 1e-6


class NotFromPredictionsError(ValueError):
    """The scorer cannot be computed from predictions alone."""


class PredictionScorer:
    """Scores predictions by the scorer of a search.

    Parameters
    ----------
    scorer : callable
        What is called with an estimator, rows and targets.
    X, y : array-like
        The data of the search.
    targets : Targets
        What is predicted.
    params : mapping, default=None
        Further arguments of the scorer, such as `sample_weight`; arrays with an entry a
        sample are indexed along with the data.
    metric : str, default=None
        Which of the scores counts, if the scorer returns several.
    """

    def __init__(
        self,
        scorer: Any,
        X: Any,
        y: Any,
        targets: Targets,
        params: Mapping[str, Any] | None = None,
        metric: str | None = None,
    ) -> None:
        self.targets = targets
        self._scorer, self._metric = scorer, metric
        self._y, self._params = y, dict(params or {})
        # Scorers of scikit-learn hand the rows on to the estimator, and that is all.
        is_known = scorer_parts(scorer) is None or is_scorer(scorer)
        self._X = None if is_known else X
        self._labels = self._numbers() if targets.n_outputs == 1 else None

    @property
    def asks_for_labels(self) -> bool:
        """Whether the scorer asks for what is predicted, not how likely it is."""
        return bool(asks_for_labels(self._scorer))

    def is_vectorised(self, method: str) -> bool:
        """Tell whether all candidates are scored at once."""
        return self._vectorised(method) is not None

    def score(self, predictions: Predictions, rows: NDArray[Any]) -> float:
        """Return the score of predictions; raise what the scorer raises.

        Parameters
        ----------
        predictions : Predictions
            Of these rows.
        rows : ndarray of int
            The numbers of the rows, some of them perhaps more than once.
        """
        X = rows[:, np.newaxis] if self._X is None else safe_indexing(self._X, rows)
        y = safe_indexing(self._y, rows)
        params = check_method_params(self._y, params=self._params, indices=rows)
        estimator = stand_in(predictions, self.targets)
        with config_context(assume_finite=True, skip_parameter_validation=True):
            found = self._scorer(estimator, X, y, **params)
        if isinstance(found, dict):
            found = found[self._metric]
        return float(found)

    def scores(
        self,
        method: str,
        values: NDArray[Any],
        rows: NDArray[Any],
        *,
        is_list: bool = False,
    ) -> FloatArray:
        """Return the scores of many predictions, NaN where the scorer raises.

        Parameters
        ----------
        method : {"predict_proba", "decision_function", "predict"}
            The method that has answered.
        values : ndarray of shape (m, n_rows, n_columns)
            Its answers.
        rows : ndarray of int of shape (n_rows,)
            The numbers of the rows.
        is_list : bool, default=False
            Whether ``predict_proba`` answers a list.
        """
        if not len(rows):
            return np.full(len(values), np.nan)
        if (found := self._vectorised(method)) is not None:
            metric, sign = found
            assert self._labels is not None
            with np.errstate(all="ignore"):
                return sign * metric(self.targets, method, values, self._labels[rows])
        scores = np.full(len(values), np.nan)
        with warnings.catch_warnings():
            # The user was warned of the same by the fits of the search.
            warnings.simplefilter("ignore")
            for number, each in enumerate(values):
                predictions = Predictions(method, each, is_list=is_list)
                try:
                    scores[number] = self.score(predictions, rows)
                except Exception:
                    # Some rows have too few classes, say, as some bootstraps may have.
                    continue
        return scores

    def check(
        self, predictions: Predictions, rows: NDArray[Any], expected: float
    ) -> None:
        """Check that predictions have the score that the estimator had.

        Parameters
        ----------
        predictions : Predictions
            Of one split.
        rows : ndarray of int
            Its test set.
        expected : float
            The score that the search has found.

        Raises
        ------
        NotFromPredictionsError
            If they have not: the scorer looks at something else.
        """
        try:
            score = self.score(predictions, rows)
        except Exception as error:
            raise NotFromPredictionsError(
                f"scoring={self._scorer!r} cannot be computed from predictions: it "
                f"raises {error!r} without the fitted estimator."
            ) from error
        if not np.isclose(score, expected, rtol=RELATIVE, atol=ABSOLUTE):
            raise NotFromPredictionsError(
                f"scoring={self._scorer!r} cannot be computed from predictions: it is "
                f"{score:.6g} by them, {expected:.6g} by the fitted estimator."
            )

    def _vectorised(self, method: str) -> tuple[Metric, float] | None:
        """Return the metric for many predictions at once and its sign, if there is."""
        if self._params:
            return None
        parts = scorer_parts(self._scorer)
        if parts is None:  # the estimator's own score
            is_class = self.targets.classes is not None
            parts = (accuracy_score if is_class else r2_score), 1, {}
        function, sign, options = parts
        metric = metric_of(function, options, self.targets, method)
        if metric is None or not self._gets_what_it_takes(function):
            return None
        return metric, float(sign)

    def _gets_what_it_takes(self, function: Any) -> bool:
        """Tell whether a metric of numbers gets numbers, and one of labels labels.

        A scorer of ``make_scorer(log_loss)`` asks for labels, and takes them for
        probabilities.
        """
        if self.targets.classes is None or not is_scorer(self._scorer):
            return True
        takes_numbers = function in (*NEEDS_PROBABILITIES, *NEEDS_TWO_CLASSES)
        return takes_numbers != self.asks_for_labels

    def _numbers(self) -> NDArray[Any]:
        """Return the targets as numbers: of the classes, or as they are."""
        y = np.asarray(self._y).reshape(-1)
        if self.targets.classes is None:
            return y.astype(np.float64)
        return np.searchsorted(self.targets.classes[0], y)


def mean_of_repeats(scores: Sequence[FloatArray]) -> FloatArray:
    """Return the means over repetitions, of those that have a score.

    Parameters
    ----------
    scores : sequence of ndarray of shape (m,)
        Those of each repetition.

    Returns
    -------
    means : ndarray of shape (m,)
        NaN where no repetition has one.
    """
    found = np.array(scores)
    counts = np.isfinite(found).sum(axis=0)
    total = np.where(np.isfinite(found), found, 0.0).sum(axis=0)
    return np.where(counts, total / np.maximum(counts, 1), np.nan)
