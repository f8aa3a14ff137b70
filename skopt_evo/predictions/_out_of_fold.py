"""The out-of-fold predictions of all candidates of a search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.predictions._scores import NotFromPredictionsError, PredictionScorer
from skopt_evo.predictions._store import Store
from skopt_evo.predictions._targets import Targets
from skopt_evo.trials import Predictions


class OutOfFoldPredictions:
    """What the candidates of a search predicted for rows they were not fitted on.

    ``predictions[i]`` is an array with what candidate `i` predicted, for each sample,
    by the models that were fitted without it: of shape (n_samples, n_classes) for
    probabilities and decisions between more than two classes, (n_samples,) for
    decisions between two, (n_samples,) or (n_samples, n_outputs) for the values of a
    regressor. It is NaN for samples that no
    test set had. Of a sample that several test sets had, as those of repeated
    cross-validation, it is the mean.

    Parameters
    ----------
    candidates : iterable of (mapping of int to Predictions, or None)
        The predictions of each candidate by split; None, or fewer splits than there
        are, if it has failed.
    splits : sequence of (train, test)
        The splits: row numbers, or one bool a sample.
    n_samples : int
        The number of samples.
    targets : Targets
        What is predicted.
    store : Store, default=None
        Where the arrays are kept.
    scorers : mapping of str to PredictionScorer, default=None
        The scorer of each metric.
    groups : array-like of shape (n_samples,), default=None
        What the splits were made by: samples of a group belong together.

    Attributes
    ----------
    classes : list of ndarray or None
        The classes of each output, in the order of the columns; None for regression.
    methods : list of (str or None)
        The method of the estimator that has answered, for each candidate: what says
        most of ``"predict_proba"``, ``"decision_function"`` and ``"predict"``. None for
        candidates without predictions, as those that failed or that predicted NaN. The
        answers of ``predict`` of a classifier are kept as zeros and ones, one column
        for each class.
    n_predictions : ndarray of shape (n_samples,), dtype=int
        How many test sets each sample was in.
    n_missing : int
        How many samples were in none.
    """

    def __init__(
        self,
        candidates: Iterable[Mapping[int, Predictions] | None],
        splits: Sequence[tuple[Any, Any]],
        n_samples: int,
        targets: Targets,
        store: Store | None = None,
        *,
        scorers: Mapping[str, PredictionScorer] | None = None,
        groups: Any = None,
    ) -> None:
        store = Store() if store is None else store
        # Some splitters count from the end.
        tests = [as_row_numbers(test) % n_samples for _, test in splits]
        self.splits = list(splits)
        self.scorers, self.groups = dict(scorers or {}), groups
        self.targets, self.n_samples = targets, n_samples
        self.n_predictions = np.bincount(np.concatenate(tests), minlength=n_samples)
        self._repeats = [
            _Repeat(numbers, [tests[number] for number in numbers])
            for numbers in _disjoint(tests, n_samples)
        ]
        self._pools = [self._pool(folds, len(tests), store) for folds in candidates]

    @property
    def classes(self) -> list[NDArray[Any]] | None:
        classes = self.targets.classes
        return None if classes is None else list(classes)

    @property
    def methods(self) -> list[str | None]:
        return [None if pool is None else pool[0].method for pool in self._pools]

    @property
    def n_missing(self) -> int:
        return int(np.sum(self.n_predictions == 0))

    @property
    def rows(self) -> list[NDArray[Any]]:
        """The samples of each repetition of cross-validation, in ascending order."""
        return [repeat.rows for repeat in self._repeats]

    @property
    def split_of(self) -> list[NDArray[Any]]:
        """The number of the split that each of the `rows` was tested in."""
        return [repeat.split_of for repeat in self._repeats]

    def __len__(self) -> int:
        return len(self._pools)

    def __repr__(self) -> str:
        n_with = sum(pool is not None for pool in self._pools)
        return (
            f"<out-of-fold predictions of {n_with} of {len(self)} candidates for "
            f"{self.n_samples} samples, {self.n_missing} of them without any>"
        )

    def __getitem__(self, candidate: int) -> FloatArray:
        pool = self._pools[candidate]
        if pool is None:
            raise ValueError(
                f"Candidate {candidate} has no predictions: it failed, or predicted "
                "NaN. `methods` is None for all of these."
            )
        n_columns = pool[0].values.shape[1]
        total = np.zeros((self.n_samples, n_columns))
        for repeat, predictions in zip(self._repeats, pool, strict=True):
            np.add.at(total, repeat.rows, predictions.values)
        counts = np.where(self.n_predictions, self.n_predictions, np.nan)
        mean = total / counts[:, np.newaxis]
        is_flat = n_columns == 1 and self.targets.n_outputs == 1
        return mean[:, 0] if is_flat else mean

    def __getstate__(self) -> dict[str, Any]:
        """Return the contents, all of it in memory: a file does not travel."""
        pools = [
            None if pool is None else [_in_memory(each) for each in pool]
            for pool in self._pools
        ]
        return {**self.__dict__, "_pools": pools}

    def comparable(self, candidate: int) -> list[int]:
        """Return the candidates whose predictions may be averaged with those of one.

        Decisions and probabilities have no mean that makes sense.
        """
        first = self._pools[candidate]
        if first is None:
            return []
        kind = first[0].method, first[0].is_list, first[0].values.shape[1]
        return [
            number
            for number, pool in enumerate(self._pools)
            if pool is not None
            and (pool[0].method, pool[0].is_list, pool[0].values.shape[1]) == kind
        ]

    def group_codes(self) -> NDArray[Any]:
        """Return the number of the group of each sample, from 0 on.

        Without groups, each sample is one of its own.
        """
        if self.groups is None:
            return np.arange(self.n_samples)
        import pandas as pd  # sorts nothing: groups may be of several types

        codes, _ = pd.factorize(
            np.asarray(self.groups, dtype=object), use_na_sentinel=False
        )
        return np.asarray(codes)

    def pooled(self, candidate: int) -> list[Predictions]:
        """Return the predictions of a candidate, one for each repetition.

        Their rows are those of `rows`.
        """
        pool = self._pools[candidate]
        assert pool is not None
        return pool

    def checked_scorer(
        self, metric: str, candidate: int, cv_results: Mapping[str, Any]
    ) -> PredictionScorer:
        """Return the scorer of a metric, if predictions are all that it needs.

        Parameters
        ----------
        metric : str
            Its name in ``cv_results_``.
        candidate : int
            Whose predictions are scored, to compare with what the search has found.
        cv_results : mapping
            The results of the search.

        Raises
        ------
        NotFromPredictionsError
            If the scores differ, or if there are no predictions.
        """
        pool, scorer = self._pools[candidate], self.scorers.get(metric)
        if pool is None or scorer is None:
            raise NotFromPredictionsError(f"Candidate {candidate} has no predictions.")
        for repeat, predictions in zip(self._repeats, pool, strict=True):
            for split in repeat.splits:
                chosen = np.flatnonzero(repeat.split_of == split)
                expected = cv_results[f"split{split}_test_{metric}"][candidate]
                scorer.check(predictions.take(chosen), repeat.rows[chosen], expected)
        return scorer

    def _pool(
        self, folds: Mapping[int, Predictions] | None, n_splits: int, store: Store
    ) -> list[Predictions] | None:
        """Put the predictions of all splits together, a row a sample."""
        if folds is None or len(folds) < n_splits:
            return None
        kinds = {(fold.method, fold.is_list) for fold in folds.values()}
        is_finite = all(np.isfinite(fold.values).all() for fold in folds.values())
        if len(kinds) > 1 or not is_finite:
            return None
        return [
            store.hold_predictions(
                repeat.pooled([folds[split] for split in repeat.splits], self.targets)
            )
            for repeat in self._repeats
        ]


class _Repeat:
    """Splits whose test sets have no sample in common, as those of a k-fold."""

    def __init__(self, splits: list[int], tests: list[NDArray[Any]]) -> None:
        rows = np.concatenate(tests)
        self.splits = splits
        self._order = np.argsort(rows, kind="stable")
        self.rows = rows[self._order]
        sizes = [len(test) for test in tests]
        self.split_of = np.repeat(splits, sizes)[self._order]

    def pooled(self, folds: Sequence[Predictions], targets: Targets) -> Predictions:
        values = np.concatenate([fold.values for fold in folds])[self._order]
        labels = None
        if any(fold.labels is not None for fold in folds):
            codes = [
                targets.codes(fold.method, fold.values)
                if fold.labels is None
                else fold.labels
                for fold in folds
            ]
            labels = np.concatenate(codes)[self._order]
        return Predictions(folds[0].method, values, labels, folds[0].is_list)


def as_row_numbers(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the numbers of rows that are given by numbers or by one bool a sample."""
    rows = np.asarray(rows)
    return np.flatnonzero(rows) if rows.dtype == bool else rows


def _disjoint(tests: Sequence[NDArray[Any]], n_samples: int) -> list[list[int]]:
    """Return the numbers of splits, put together while their test sets are disjoint.

    Of repeated cross-validation that makes one list a repetition, of random splits one
    a split.
    """
    repeats: list[list[int]] = []
    taken = np.zeros(n_samples, dtype=bool)
    for split, test in enumerate(tests):
        if not repeats or taken[test].any():
            repeats.append([])
            taken[:] = False
        repeats[-1].append(split)
        taken[test] = True
    return repeats


def _in_memory(predictions: Predictions) -> Predictions:
    labels = predictions.labels
    return Predictions(
        predictions.method,
        np.array(predictions.values),
        None if labels is None else np.array(labels),
        predictions.is_list,
    )
