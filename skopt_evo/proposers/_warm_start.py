"""Warm starts: candidates to try first, or the results of another search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count, takewhile
from typing import Any, NamedTuple

import numpy as np

from skopt_evo._messages import did_you_mean, listed, shown
from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.proposers._tables import columns_of, read_candidates
from skopt_evo.results import metrics_of
from skopt_evo.space import SearchSpace
from skopt_evo.trials import FoldResult, Proposer, Trial

# The share of the budget that goes to evaluating known candidates anew, if what is
# known of them does not hold here.
RETRIED_SHARE = 1 / 4

# Scores of the same fold are the same but for rounding.
TOLERANCE = 1e-6

ALLOWED = (
    "pass a list of dicts, each with values of parameters of the space, or the "
    "cv_results_ of a fitted search, as a dict or as a DataFrame"
)


class WarmStart(NamedTuple):
    """What a search begins with.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        Candidates to try, of the results of a search the best ones first.
    scores : ndarray of shape (n, n_splits, n_metrics) or None
        The scores of the results of a search; None for candidates without results, and
        for results on another number of splits.
    has_results : bool
        Whether they are the results of a search.
    """

    genomes: FloatArray
    scores: FloatArray | None
    has_results: bool = False


def parse_initial_params(
    initial_params: Any,
    space: SearchSpace,
    *,
    metrics: Sequence[str] | None,
    steering: str | None,
    n_splits: int,
    own_params: Mapping[str, Any],
) -> WarmStart:
    """Return what the parameter `initial_params` of a search stands for.

    Parameters
    ----------
    initial_params : None, sequence of dicts, dict or DataFrame
        Candidates, or ``cv_results_``.
    space : SearchSpace
        The space that they have to lie in.
    metrics : sequence of str or None
        The names of the metrics in ``cv_results_``, in the scorers' order; None if only
        the results of a fit will tell.
    steering : str or None
        The metric that candidates are ranked by, None for the first one.
    n_splits : int
        The number of splits of the search.
    own_params : mapping
        The estimator's own parameters, for what candidates leave out.

    Raises
    ------
    TypeError
        If it is neither of them.
    ValueError
        If a candidate lies outside of the space, or if the results lack a metric.
    """
    if initial_params is None:
        return WarmStart(np.empty((0, space.n_genes)), None)
    initial_params = columns_of(initial_params)
    if isinstance(initial_params, Mapping):
        found = _metrics_of(initial_params, metrics, steering)
        return _from_results(initial_params, space, found, steering, n_splits)
    message = f"initial_params={shown(initial_params)} is not allowed: {ALLOWED}."
    if isinstance(initial_params, str) or not isinstance(initial_params, Sequence):
        raise TypeError(message)
    genomes = []
    for number, params in enumerate(initial_params):
        if not isinstance(params, Mapping):
            raise TypeError(f"{message} Element {number} is no dict: {shown(params)}.")
        try:
            genomes.append(_genome_of(params, space, own_params))
        except ValueError as error:
            raise ValueError(
                f"initial_params[{number}] is no point of param_grid. {error}"
            ) from None
    return WarmStart(np.reshape(genomes, (len(genomes), space.n_genes)), None)


def _genome_of(
    params: Mapping[str, Any], space: SearchSpace, own_params: Mapping[str, Any]
) -> FloatArray:
    """Return the genome of a setting, which may leave parameters of a branch out.

    These have the estimator's own values where the space has them, else the middle of
    their range, as the first start of a descent.
    """
    reasons: list[str] = []
    if any(params.keys() == dimensions.keys() for dimensions in space.branches):
        try:
            return space.encode(params)
        except ValueError as error:
            reasons.append(str(error))
    for branch, dimensions in enumerate(space.branches):
        if params.keys() < dimensions.keys():
            try:
                for name, value in params.items():
                    dimensions[name].locate(value)
            except ValueError as error:
                reasons.append(str(error))
            else:
                return space.encode_known({**own_params, **params}, branch)
    if not reasons:
        raise ValueError(_wrong_names(params, space))
    raise ValueError(
        f"{' '.join(dict.fromkeys(reasons))} Widen param_grid, or leave this candidate "
        "out."
    )


def _wrong_names(params: Mapping[str, Any], space: SearchSpace) -> str:
    """Return which names of a setting no branch has, or that no branch has them all."""
    unknown = [name for name in params if name not in space.parameter_names]
    if not unknown:
        return (
            f"No dict of param_grid has all of the names {listed(sorted(params))}. "
            "Pass those of one dict."
        )
    hint = did_you_mean(str(unknown[0]), space.parameter_names)
    return (
        f"The names {listed(unknown)} are none of its parameters.{hint} These are "
        f"{listed(space.parameter_names)}."
    )


def _from_results(
    results: Mapping[str, Any],
    space: SearchSpace,
    metrics: Sequence[str],
    steering: str | None,
    n_splits: int,
) -> WarmStart:
    """Return the candidates of a ``cv_results_`` that lie in the space."""
    keys = [
        [f"split{split}_test_{metric}" for metric in metrics]
        for split in range(n_splits)
    ]
    has_splits = (
        all(key in results for row in keys for key in row)
        and f"split{n_splits}_test_{metrics[0]}" not in results
    )
    # Lists: the rows of a pandas.Series have names, which may be in any order.
    candidates = read_candidates(results, _rows(results, "params"), space)
    has_failed = _has_failed(results, metrics)
    means = _comparable_means(results, _steering(metrics, steering), has_failed)
    genomes, rows = [], []
    # The best first; failures, of which nobody knows where to begin, last.
    for row in np.argsort(-means, kind="stable"):
        params = candidates[row]
        if params is None:
            continue
        try:
            genomes.append(space.encode(params))
        except ValueError:
            continue  # the space may have become smaller
        rows.append(row)
    if not genomes:
        raise ValueError(
            "initial_params: none of the candidates of this cv_results_ is a point of "
            f"param_grid, whose parameters are {listed(space.parameter_names)}. Pass "
            "the results of a search of a similar space."
        )
    scores = None
    if has_splits:
        known = np.array([[_column(results, key) for key in row] for row in keys])
        scores = np.where(has_failed, np.nan, known).transpose(2, 0, 1)[rows]
    return WarmStart(np.array(genomes), scores, has_results=True)


def _rows(results: Mapping[str, Any], key: str) -> list[Any]:
    """Return a column, whatever is in it; raise if it is none."""
    try:
        return list(results[key])
    except TypeError:
        raise TypeError(
            f"initial_params: {key}={shown(results[key])} of this cv_results_ is no "
            "column. "
            "Pass the cv_results_ itself."
        ) from None


def _column(results: Mapping[str, Any], key: str) -> FloatArray:
    """Return a column of numbers; raise if it is none, or not as long as the others."""
    rows, n_candidates = _rows(results, key), len(results["params"])
    try:
        column = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        column = None
    if column is None or column.shape != (n_candidates,):
        raise ValueError(
            f"initial_params: {key}={shown(results[key])} of this cv_results_ is no "
            "column "
            f"of {n_candidates} numbers, one for each of its params. Pass the "
            "cv_results_ itself, or cut all of its columns alike."
        )
    return column


def _steering(metrics: Sequence[str], steering: str | None) -> str:
    # The name that `refit` has for a single metric is no matter.
    return metrics[0] if steering is None or steering not in metrics else steering


def _has_failed(results: Mapping[str, Any], metrics: Sequence[str]) -> BoolArray:
    """Tell which candidates may have a number as `error_score` for their scores.

    Only our own searches say so: those of scikit-learn have no column ``status``.
    """
    means = np.array([_column(results, f"mean_test_{name}") for name in metrics])
    status = list(results.get("status", ["ok"] * means.shape[1]))
    # Whatever went wrong: a fit or a scorer that raised, took too long, or died. Where
    # a score is NaN it is that which went wrong, and the other scores are true ones.
    has_failed = np.array([each != "ok" for each in status], dtype=bool)
    return np.asarray(np.isfinite(means).all(axis=0) & has_failed)


def _comparable_means(
    results: Mapping[str, Any], metric: str, has_failed: BoolArray
) -> FloatArray:
    """Return the mean scores that candidates are ranked by, NaN for failures.

    If all have failed, as where no fit of one of the splits went well, these are the
    means over the splits that some candidate has a score on.
    """
    means = np.where(has_failed, np.nan, _column(results, f"mean_test_{metric}"))
    if np.isfinite(means).any():
        return means
    keys = takewhile(
        results.__contains__, (f"split{split}_test_{metric}" for split in count())
    )
    folds = np.array([_column(results, key) for key in keys])
    is_shared = np.isfinite(folds).any(axis=1) if len(folds) else np.array([False])
    return folds[is_shared].mean(axis=0) if is_shared.any() else means


def _metrics_of(
    results: Mapping[str, Any], wanted: Sequence[str] | None, steering: str | None
) -> Sequence[str]:
    """Return the metrics of a ``cv_results_``, after a check that it has the wanted."""
    if "params" not in results:
        raise ValueError(
            "initial_params: a dict or table with the keys "
            f"{sorted(map(str, results))[:5]} is no cv_results_, which has 'params': "
            f"{ALLOWED}."
        )
    found = metrics_of(results)
    needed = wanted or []
    if wanted is None and steering is not None and len(found) > 1:
        needed = [steering]
    missing = [metric for metric in needed if metric not in found]
    if missing or not found:
        raise ValueError(
            f"initial_params: this cv_results_ has the metrics {listed(found)}, but "
            f"the search needs {listed(missing)}. Pass the results of a search with "
            "the same scoring, or only the candidates: "
            "initial_params=list(results['params'][:10])."
        )
    return wanted or found


class WarmStartProposer:
    """Finds out whether known scores hold here, then leaves the search to another one.

    The best known candidate is evaluated first. If its scores are those that are known,
    fold by fold, so are the splits, the data and the scorers, and what is known of the
    other candidates is taken for granted. Otherwise the best are evaluated anew.

    Parameters
    ----------
    space : SearchSpace
        The space.
    start : WarmStart
        The candidates, the best ones first, with their scores.
    n_iter : int
        How many candidates there will be.
    make : callable
        Called with the genomes to begin with and those that are known, returns a
        proposer.
    """

    gradient = None

    def __init__(
        self,
        space: SearchSpace,
        start: WarmStart,
        n_iter: int,
        make: Callable[[FloatArray, FloatArray], Proposer],
    ) -> None:
        self._space = space
        self._start = start
        self._n_iter = n_iter
        self._make = make
        self._proposer: Proposer | None = None
        self._is_asked = False

    @property
    def lookahead(self) -> int:
        """That of the proposer which the search is left to."""
        return 1 if self._proposer is None else self._proposer.lookahead

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return the best known candidate, then what the other proposer proposes."""
        if self._proposer is not None:
            return self._proposer.propose(n_remaining)
        if self._is_asked:
            return []
        self._is_asked = True
        return [self._trial(0)]

    def observe(self, trials: Sequence[Trial]) -> None:
        """Compare the scores of the first candidate; pass on all others."""
        if self._proposer is None:
            # All at once: who is told later is younger to a strategy.
            self._proposer, trials = self._decide(trials[0])
        self._proposer.observe(trials)

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        """Return what the other proposer warns of."""
        return [] if self._proposer is None else self._proposer.finish(trials)

    def _decide(self, trial: Trial) -> tuple[Proposer, list[Trial]]:
        """Return who goes on from the first candidate, and what is known to begin."""
        genomes, scores = self._start.genomes, self._start.scores
        if scores is not None and _agree(trial, scores[0]):
            known = [self._trial(row) for row in range(1, len(genomes))]
            for row, other in enumerate(known, start=1):
                other.complete(_folds(trial, scores[row]))
            # The best last: where the old ones die, they are the youngest.
            return self._make(genomes[:0], genomes), [*known[::-1], trial]
        n_retried = max(1, round(RETRIED_SHARE * self._n_iter))
        return self._make(genomes[1:n_retried], genomes[:1]), [trial]

    def _trial(self, row: int) -> Trial:
        genome = self._start.genomes[row]
        return Trial(self._space.decode(genome), 0, "given", genome)


def _agree(trial: Trial, scores: FloatArray) -> bool:
    """Tell whether the scores of a trial are those that are known: (n_splits, n)."""
    rows = [
        list(fold.test_scores.values())
        if isinstance(fold.test_scores, dict)
        else [fold.test_scores]
        for fold in trial.folds
    ]
    # Of a scorer that is a function, a fit that failed has one score, not all.
    if any(len(row) != scores.shape[1] for row in rows):
        return False
    return np.allclose(rows, scores, rtol=TOLERANCE, atol=0.0, equal_nan=True)


def _folds(trial: Trial, scores: FloatArray) -> list[FoldResult]:
    """Return folds like those of a trial, with other scores."""
    folds = []
    for fold, row in zip(trial.folds, scores, strict=True):
        test_scores: Any = float(row[0])
        if fold.metrics is not None:
            test_scores = dict(zip(fold.metrics, map(float, row), strict=True))
        folds.append(FoldResult(test_scores))
    return folds
