"""What every schedule does, whatever it concludes.

A schedule joins with a class in the test module of its name, which says how it is
made::

    class TestAllSplits(ScheduleConformance):
        make = AllSplits
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge

from skopt_evo import GeneticSearchCV, GradientSearchCV, _preparation
from skopt_evo._sklearn_callbacks import HAS_CALLBACKS
from skopt_evo.scheduling import Schedule, SearchLoop, Snapshot, Verdict
from skopt_evo.trials import FoldResult, Trial, Unit
from tests.marking import quick
from tests.scheduling.sessions import Scripted, make_session
from tests.scheduling.stopping_conformance import Series

# More questions than any schedule may need for a candidate.
MOST_STEPS = 100

X = np.arange(36.0)[:, np.newaxis]
y = np.sin(X[:, 0])
SPACE = {"a": uniform(0, 1), "b": uniform(0, 1)}


class Hill(RegressorMixin, BaseEstimator):
    """Scores by its parameters and the rows of both sets; fails where it is steep."""

    def __init__(self, a: float = 0.5, b: float = 0.5, steep: float = 2.0) -> None:
        self.a = a
        self.b = b
        self.steep = steep

    def fit(self, X: Any, y: Any) -> Hill:
        if self.a > self.steep:
            raise ValueError("too steep")
        self.noise_ = float(np.sin(X.sum() * (1.0 + self.a)))
        return self

    def predict(self, X: Any) -> Any:
        return np.full(len(X), self.b)

    def score(self, X: Any, y: Any) -> float:
        loss = (self.a - 0.7) ** 2 + (self.b - 0.3) ** 2
        return 0.05 * self.noise_ + 0.01 * float(np.sin(X.mean())) - loss


# ---- one candidate


def drive(
    schedule: Schedule, trial: Trial, known: Snapshot, score: Callable[[Unit], float]
) -> list[Any]:
    """Answer what a schedule asks for; return its answers, the verdict last."""
    answers: list[Any] = [schedule.first(trial)]
    while not isinstance(answers[-1], Verdict):
        assert len(answers) <= MOST_STEPS, "it goes on for ever"
        for unit in answers[-1]:
            trial.results[unit] = FoldResult(score(unit))
        answers.append(schedule.next(trial, known))
    trial.is_pruned = answers[-1] is Verdict.PRUNED
    return answers


def random_score(rng: np.random.Generator) -> Callable[[Unit], float]:
    """Return scores of a candidate, some of which are missing."""
    level, share = rng.normal(), rng.choice([0.0, 0.0, 0.3, 1.0])

    def score(unit: Unit) -> float:
        return np.nan if rng.random() < share else level + 0.3 * rng.normal()

    return score


def candidates(
    make: Callable[[], Schedule], n_splits: int, seed: int, n: int = 15
) -> list[tuple[Trial, Snapshot, list[Any]]]:
    """Return candidates with what was known of others, and the answers for each."""
    rng = np.random.default_rng(seed)
    schedule, observed = make(), []
    found = []
    for number in range(n):
        trial = Trial({}, 0, "initial", number=number, n_splits=n_splits)
        known = Snapshot(observed, max(0, len(observed) - int(rng.integers(4))))
        answers = drive(schedule, trial, known, random_score(rng))
        found.append((trial, known, answers))
        observed.append(trial)
    return found


# ---- searches


def search_of(make: Callable[[], Schedule], **options: Any) -> GeneticSearchCV:
    """Return a search with a schedule, which has not been fitted."""

    class Search(GeneticSearchCV):
        def _make_schedule(self) -> Schedule:
            return make()

    options = {"n_iter": 14, "cv": 4, "random_state": 0, "lookahead": 3, **options}
    return Search(Hill(), SPACE, surrogate=None, population_size=4, **options)


def table_of(search: GeneticSearchCV) -> dict[str, list[str]]:
    """Return the results without the times, exactly, as texts."""
    return {
        name: [repr(value) for value in column]
        for name, column in search.cv_results_.items()
        if "time" not in name
    }


def check_rows(search: GeneticSearchCV, n_splits: int) -> None:
    """Check the rows of candidates that were pruned."""
    results = search.cv_results_
    columns = [results[f"split{split}_test_score"] for split in range(n_splits)]
    n_missing = np.isnan(columns).sum(axis=0)
    is_pruned = results["status"] == "raced"
    n_left = n_splits - results["n_splits_evaluated"]
    assert np.all(n_missing[is_pruned] >= n_left[is_pruned])
    assert np.all(n_left[~is_pruned] == 0)
    for row in np.flatnonzero(is_pruned):
        known = [column[row] for column in columns if np.isfinite(column[row])]
        if len(known) == results["n_splits_evaluated"][row]:
            np.testing.assert_allclose(results["mean_test_score"][row], np.mean(known))
            np.testing.assert_allclose(results["std_test_score"][row], np.std(known))
    ranks = results["rank_test_score"]
    if is_pruned.any() and not is_pruned.all():
        assert set(ranks[is_pruned]) == {ranks.max()}
        assert not is_pruned[search.best_index_]


def count_fits(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that grows with each fit of a search in this process."""
    fits: list[Any] = []
    fit = Hill.fit

    def counted(self: Hill, X: Any, y: Any) -> Hill:
        fits.append((self.a, self.b, X[:, 0].tobytes()))
        return fit(self, X, y)

    monkeypatch.setattr(Hill, "fit", counted)
    return fits


def two_scores(steep: float) -> Callable[..., dict[str, float]]:
    """Return a scorer; where it is too steep there are no scores of the last split."""

    def score(estimator: Hill, X: Any, y: Any) -> dict[str, float]:
        if X[-1, 0] == 35.0 and estimator.a > steep:
            return {"height": np.nan, "width": np.nan}
        return {"height": estimator.score(X, y), "width": -estimator.b}

    return score


class Seen:
    """A callback that notes the tasks of a search."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []

    def setup(self, estimator: Any, context: Any) -> None:
        pass

    def teardown(self, estimator: Any, context: Any) -> None:
        pass

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        self.begun.append(context.task_name)

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
        self.ended.append(context.task_name)
        return False


# What raises on purpose, and all-NaN rows.
IGNORED = [
    pytest.mark.filterwarnings("ignore:One or more of the t"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning"),
    pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.MissingScoresWarning"),
]


class ScheduleConformance:
    """The tests; a subclass defines `make`, and maybe the attribute.

    Attributes
    ----------
    prunes : bool
        Whether it prunes some of the candidates of the searches below.
    """

    pytestmark = IGNORED
    prunes = False

    def make(self) -> Schedule:
        raise NotImplementedError

    # ---- what it asks for

    @pytest.mark.parametrize("seed", range(10))
    @pytest.mark.parametrize("n_splits", [1, 2, 5, 10])
    def test_it_asks_for_units_of_the_search_each_once_and_ends(
        self, n_splits: int, seed: int
    ) -> None:
        for _, _, answers in candidates(self.make, n_splits, seed):
            units = [unit for asked in answers[:-1] for unit in asked]
            assert all(isinstance(unit, Unit) for unit in units)
            assert len(set(units)) == len(units)
            assert {unit.split for unit in units} <= set(range(n_splits))
            assert all(0.0 < unit.fidelity <= 1.0 for unit in units)
            # Each question but the last one has an answer to wait for.
            assert all(len(asked) for asked in answers[:-1])

    @pytest.mark.parametrize("seed", range(5))
    def test_what_is_done_has_all_splits_with_the_whole_resource(
        self, seed: int
    ) -> None:
        for trial, _, answers in candidates(self.make, 4, seed):
            if answers[-1] is Verdict.DONE:
                assert set(map(Unit, range(4))) <= trial.results.keys()

    def test_the_first_candidate_is_never_pruned(self) -> None:
        for seed in range(10):
            (_, _, answers), *_ = candidates(self.make, 4, seed, n=1)
            assert answers[-1] is Verdict.DONE

    # ---- its answers follow from its arguments

    @pytest.mark.parametrize("seed", range(10))
    def test_the_same_arguments_have_the_same_answer(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        schedule = self.make()
        for trial, known, answers in candidates(self.make, 4, seed):
            for step in range(1, len(answers)):
                before = [unit for asked in answers[:step] for unit in asked]
                order = rng.permutation(len(before))  # in which the fits have ended
                again = copy.copy(trial)
                again.results = {
                    before[place]: trial.results[before[place]] for place in order
                }
                again.is_pruned = False
                given = copy.deepcopy(again)
                alone = Snapshot(known.observed[: len(known)], len(known))
                for each, snapshot in [
                    (schedule, known),
                    (schedule, known),  # asked again
                    (copy.deepcopy(schedule), alone),
                    (self.make(), alone),  # it knows nothing of other candidates
                ]:
                    assert each.next(again, snapshot) == answers[step]
                assert vars(again) == vars(given), "it changes the candidate"
            again = Trial({}, 0, "initial", number=trial.number, n_splits=4)
            assert schedule.first(again) == answers[0]

    # ---- whole searches

    def test_whether_it_prunes(self) -> None:
        statuses = list(search_of(self.make).fit(X, y).cv_results_["status"])
        assert set(statuses) <= {"ok", "raced"}
        assert statuses.count("raced") > 1 if self.prunes else set(statuses) == {"ok"}

    @pytest.mark.parametrize("error_score", [np.nan, -7.0])
    @pytest.mark.parametrize("steep", [2.0, 0.6])
    @pytest.mark.parametrize("refit", [True, False])
    def test_rows_of_pruned_candidates(
        self, error_score: float, steep: float, refit: bool
    ) -> None:
        search = search_of(self.make, error_score=error_score, refit=refit)
        search.set_params(estimator__steep=steep, n_iter=20).fit(X, y)
        check_rows(search, 4)
        has_failed = search.cv_results_["status"] == "failed"
        assert has_failed.any() == (steep < 1.0)
        assert not has_failed[search.best_index_]

    def test_the_columns_are_those_of_any_search(self) -> None:
        scoring = ["r2", "neg_mean_squared_error"]
        options = {"scoring": scoring, "refit": "r2", "return_train_score": True}
        search = search_of(self.make, **options).fit(X, y)
        plain = GeneticSearchCV(Hill(), SPACE, n_iter=3, cv=4, **options).fit(X, y)
        assert search.cv_results_.keys() == plain.cv_results_.keys()
        for name, column in plain.cv_results_.items():
            dtypes = [
                np.asarray(each).dtype for each in (column, search.cv_results_[name])
            ]
            assert dtypes[0] == dtypes[1], name

    @pytest.mark.parametrize("steep", [2.0, -1.0])
    def test_no_pruned_candidate_is_on_the_pareto_front(self, steep: float) -> None:
        """Nor if all others have failed on a split, as all do where it is too steep."""
        search = search_of(self.make, scoring=two_scores(steep), refit=False).fit(X, y)
        status = search.cv_results_["status"]
        assert set(status) <= {"ok" if steep > 0 else "failed", "raced"}
        assert "raced" not in status[search.pareto_front_]
        assert len(search.pareto_front_) >= 1

    @pytest.mark.parametrize("lookahead", quick([1, 3, 9], 3))
    @pytest.mark.parametrize("steep", [2.0, 0.6])
    def test_results_do_not_depend_on_what_runs_the_fits(
        self, lookahead: int, steep: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def table(n_jobs: int) -> dict[str, list[str]]:
            search = search_of(self.make, n_jobs=n_jobs, lookahead=lookahead)
            return table_of(search.set_params(estimator__steep=steep).fit(X, y))

        expected = table(1)
        with joblib.parallel_backend("threading"):
            assert table(2) == expected
        if steep > 1.0 and lookahead == 3:
            assert table(2) == expected  # processes
        for seed in range(5):
            executor = Scripted(most_running=1 + 7 * seed, seed=seed)
            monkeypatch.setattr(
                _preparation, "resolve_executor", lambda *a, e=executor, **k: e
            )
            assert table(2) == expected

    def test_a_search_goes_on_from_every_line_of_a_checkpoint(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "journal"
        options = {"n_iter": 8, "cv": 3, "refit": False, "checkpoint": path}
        fits = count_fits(monkeypatch)
        search = search_of(self.make, **options).set_params(estimator__steep=0.6)
        expected = table_of(search.fit(X, y))
        n_fits = len(fits)
        lines = path.read_bytes().splitlines(keepends=True)
        for n_lines in range(1, len(lines) + 1):
            path.write_bytes(b"".join(lines[:n_lines]))
            n_known = sum(b'"fold"' in line for line in lines[:n_lines])
            fits.clear()
            assert table_of(search.fit(X, y)) == expected
            assert len(fits) == n_fits - n_known
            assert len(path.read_bytes().splitlines()) == len(lines)

    @pytest.mark.parametrize("gradient", ["exact", "model", "finite_difference"])
    def test_a_descent_may_have_it_too(self, gradient: str) -> None:
        make = self.make

        class Descent(GradientSearchCV):
            def _make_schedule(self) -> Schedule:
                return make()

        space = {"alpha": loguniform(1e-4, 1e4)}
        options = {"n_iter": 12, "cv": 4, "gradient": gradient, "random_state": 0}
        search = Descent(Ridge(), space, **options).fit(X, y)
        check_rows(search, 4)
        executor = Scripted(most_running=100, seed=0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_preparation, "resolve_executor", lambda *a, **k: executor)
            other = Descent(Ridge(), space, **options).fit(X, y)
        assert table_of(other) == table_of(search)

    @pytest.mark.skipif(not HAS_CALLBACKS, reason="needs scikit-learn 1.9")
    def test_callbacks_see_each_fit_begin_and_end(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fits, seen = count_fits(monkeypatch), Seen()
        search_of(self.make, refit=False).set_callbacks(seen).fit(X, y)
        assert sorted(seen.begun) == sorted(seen.ended)
        assert seen.begun.count("candidate-split-evaluation") == len(fits)

    @pytest.mark.parametrize("seed", [None, 0, 1])
    @pytest.mark.parametrize("lookahead", [1, 3, 8])
    def test_a_repeated_candidate_has_the_results_of_the_first(
        self, lookahead: int, seed: int | None
    ) -> None:
        values = [5, 3, 5, 1, -1, 3, 4, -1, 1, 5, 2, 2]
        executor = Scripted(most_running=100, seed=seed)
        session = make_session(
            executor,
            proposer=Series(lookahead, values),
            n_splits=4,
            budgets=[len(values)],
            schedule=self.make(),
        )
        assert SearchLoop(session).run() == "n_iter"
        trials: Sequence[Trial] = session.objective.trials
        assert [trial.params["number"] for trial in trials] == values
        fitted = [(values[number], unit) for number, unit in executor.keys]
        assert len(set(fitted)) == len(fitted)
        for value in set(values):
            first, *others = [t for t in trials if t.params["number"] == value]
            for other in others:
                assert other.results == first.results
                assert other.status == first.status
