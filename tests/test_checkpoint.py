"""`checkpoint`: nothing that was evaluated is lost, or evaluated again."""

import errno
import json
import os
import pickle
from io import FileIO

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet, Ridge
from sklearn.metrics import make_scorer, mean_squared_error
from sklearn.model_selection import KFold, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.checkpoint import _journal, _lines
from skopt_evo.descent import _gradient_descent, _sources
from skopt_evo.descent._quadratic_fit import QuadraticFit
from skopt_evo.exceptions import (
    CheckpointError,
    CheckpointLockedError,
    CheckpointMismatchError,
    CheckpointWarning,
)
from skopt_evo.optimizers import _trust_region
from skopt_evo.preprocessing import ColumnMask, FeatureScale
from skopt_evo.scheduling import _loop
from skopt_evo.space import Mask, Vector
from skopt_evo.strategies import GeneticStrategy
from skopt_evo.strategies._offspring import Offspring
from tests.marking import quick

SEARCHES = [GeneticSearchCV, GradientSearchCV]
X, y = load_diabetes(return_X_y=True)
X, y = X[:60, :4], y[:60]

pytestmark = [
    # Failures, and categories that no gradient leads through, are there on purpose.
    pytest.mark.filterwarnings("ignore:One or more of the t"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning"),
    pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.SpaceCoverageWarning"),
]


class Hill(RegressorMixin, BaseEstimator):
    """Scores by its parameters and by the samples; fails where it is steep."""

    before_fit = staticmethod(lambda: None)

    def __init__(self, a=0.5, b=0.5, steep=2.0):
        self.a = a
        self.b = b
        self.steep = steep

    def fit(self, X, y, sample_weight=None):
        type(self).before_fit()
        if self.a > self.steep:
            raise ValueError("too steep")
        return self

    def predict(self, X):
        return np.full(len(X), self.b)

    def score(self, X, y, sample_weight=None):
        return float(X.mean() - (self.a - 0.7) ** 2 - (self.b - 0.3) ** 2)


SPACE = {"a": uniform(0, 1), "b": uniform(0, 1)}


def make(search, checkpoint=None, estimator=None, space=SPACE, **options):
    return search(
        Hill() if estimator is None else estimator,
        space,
        checkpoint=checkpoint,
        **{"n_iter": 8, "cv": 2, "random_state": 0, "refit": False, **options},
    )


def results(search, n_rows=None):
    """Return the first results without the times, exactly, as texts."""
    with np.printoptions(floatmode="unique", threshold=10**6):
        return {
            name: [repr(value) for value in column[:n_rows]]
            for name, column in search.cv_results_.items()
            if "time" not in name
        }


def folds_in(journal):
    """Return which folds of which candidates a journal holds."""
    records = [json.loads(line)["data"] for line in journal.splitlines()]
    return [
        (record["candidate"], record["split"]) for record in records if "fold" in record
    ]


@pytest.fixture
def fits(monkeypatch):
    """Return a list that grows with each fit that is not in a worker."""
    done = []

    def evaluate(**arguments):
        done.append((arguments["number"], arguments["unit"].split))
        return original(**arguments)

    original = _loop.evaluate
    monkeypatch.setattr(_loop, "evaluate", evaluate)
    return done


def several_metrics(estimator, X, y):
    return {"height": estimator.score(X, y), "flatness": -abs(estimator.b)}


def is_low(estimator, X, y):
    return estimator.a < 0.5  # a bool is a number as well


CONDITIONAL = {
    "estimator": make_pipeline(StandardScaler(), Ridge()),
    "space": [
        {"standardscaler": [StandardScaler(), MinMaxScaler(), "passthrough"]},
        {"ridge": [ElasticNet()], "ridge__l1_ratio": uniform(0, 1)},
        {"ridge": [Ridge()], "ridge__alpha": loguniform(1e-3, 1e3)},
    ],
}
MASKS = {
    "estimator": make_pipeline(ColumnMask(), Ridge()),
    "space": {"columnmask__mask": Mask(4), "ridge__alpha": loguniform(1e-3, 1e3)},
}
VECTORS = {
    "estimator": make_pipeline(FeatureScale(np.ones(4)), Ridge()),
    "space": {
        "featurescale__weights": Vector(loguniform(1e-2, 1e2), 4),
        "ridge__alpha": loguniform(1e-3, 1e3),
    },
}
FORMER = make(GeneticSearchCV, n_iter=5, random_state=1)

BOTH = {
    "plain": {},
    "long": {"n_iter": 14},
    "two metrics": {"scoring": ["r2", "neg_mean_absolute_error"], "refit": "r2"},
    "metrics of a callable": {"scoring": several_metrics, "refit": "flatness"},
    "failing": {"estimator": Hill(steep=0.6), "n_iter": 12},
    "failing as number": {"estimator": Hill(steep=0.6), "error_score": -100},
    "training scores": {"return_train_score": True},
    "bools": {"scoring": is_low},
    "conditional": CONDITIONAL,
    "masks": MASKS,
    "integers": {
        "estimator": Hill(steep=1e10),
        "space": {"a": randint(0, 10**9), "b": [0.1, 0.2, 0.5]},
    },
    "grid": {"space": {"a": [0.2, 0.4], "b": [0.1, 0.3, 0.5]}},
    "given": {"initial_params": [{"a": 0.1, "b": 0.2}, {"a": 0.3, "b": 0.4}]},
    "former results": {"initial_params": FORMER.fit(X, y).cv_results_},
}
GENETIC = {
    "front": {"scoring": several_metrics, "n_iter": 12},
    "one by one": {"lookahead": 1, "n_iter": 12},
    "many at once": {"lookahead": 9, "n_iter": 12},
    "generations": {"strategy": "generational", "population_size": 4},
    "differences": {"strategy": "differential_evolution", "population_size": 4},
    "no model": {"surrogate": None, "n_iter": 12},
    "operators": {"crossover": "blend", "survival": "comma", "population_size": 4},
}
GRADIENT = {
    "exact": {**VECTORS, "gradient": "exact", "n_iter": 12},
    "exact of one metric": {
        **VECTORS,
        "scoring": ["r2", "neg_mean_squared_error"],
        "refit": "neg_mean_squared_error",
        "return_train_score": True,
    },
    "exact where there is one": {**CONDITIONAL, "gradient": "auto", "n_iter": 12},
    "model": {"gradient": "model", "n_iter": 12},
    "differences": {"gradient": "finite_difference", "n_iter": 12},
    "penalty": {**VECTORS, "hyper_l2": 0.1},
}
CASES = [
    pytest.param(search, options, id=f"{search.__name__}-{name}")
    for search, cases in [
        (GeneticSearchCV, {**BOTH, **GENETIC}),
        (GradientSearchCV, {**BOTH, **GRADIENT}),
    ]
    for name, options in cases.items()
]


# ---- going on


@pytest.mark.slow
@pytest.mark.parametrize(("search", "options"), CASES)
def test_results_do_not_depend_on_a_checkpoint_nor_on_where_it_was_cut(
    search, options, tmp_path, fits
):
    path = tmp_path / "journal"
    whole = make(search, path, **options).fit(X, y)
    assert results(whole) == results(make(search, **options).fit(X, y))
    lines = path.read_bytes().splitlines(keepends=True)
    n_fits = len(folds_in(path.read_bytes()))
    assert n_fits == 2 * len(whole.cv_results_["params"])
    for n_lines in (1, 3, len(lines) // 2, len(lines) - 1, len(lines)):
        path.write_bytes(b"".join(lines[:n_lines]))
        known = folds_in(path.read_bytes())
        fits.clear()
        resumed = make(search, path, **options).fit(X, y)
        assert results(resumed) == results(whole)
        assert not set(fits) & set(known)
        assert len(fits) == n_fits - len(known)
        assert len(path.read_bytes().splitlines()) == len(lines)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_goes_on_from_every_line_and_drops_a_torn_one(search, tmp_path, fits):
    path = tmp_path / "journal"
    options = {"n_iter": 5}
    whole = make(search, path, **options).fit(X, y)
    lines = path.read_bytes().splitlines(keepends=True)
    for n_lines in range(len(lines)):
        kept, torn = b"".join(lines[:n_lines]), lines[n_lines][: 7 * n_lines + 1]
        path.write_bytes(kept + torn)
        fits.clear()
        with pytest.warns(CheckpointWarning, match=f"the middle of line {n_lines + 1}"):
            resumed = make(search, path, **options).fit(X, y)
        assert results(resumed) == results(whole)
        assert sorted(fits + folds_in(kept)) == [
            (i, k) for i in range(5) for k in (0, 1)
        ]
        assert path.read_bytes().startswith(kept)


@pytest.mark.parametrize("search", SEARCHES)
def test_the_times_of_what_was_kept_are_kept(search, tmp_path):
    path = tmp_path / "journal"
    whole = make(search, path).fit(X, y).cv_results_
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    known = folds_in(path.read_bytes())
    kept = [i for i in range(8) if (i, 0) in known and (i, 1) in known]
    resumed = make(search, path).fit(X, y).cv_results_
    assert 1 < len(kept) < 8
    for name in ("mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"):
        np.testing.assert_array_equal(resumed[name][kept], whole[name][kept])


def lowest(results):
    return int(np.argmin(results["mean_test_score"]))


@pytest.mark.parametrize("search", SEARCHES)
def test_a_finished_search_can_choose_another_winner(search, tmp_path, fits):
    path = tmp_path / "journal"
    first = make(search, path, refit=True).fit(X, y)
    n_fits = len(fits)
    again = make(search, path, refit=True).fit(X, y)
    np.testing.assert_array_equal(again.predict(X), first.predict(X))
    other = make(search, path, refit=lowest).fit(X, y)
    assert other.best_index_ == lowest(first.cv_results_)
    assert not hasattr(make(search, path, refit=False).fit(X, y), "best_estimator_")
    assert len(fits) == n_fits


@pytest.mark.parametrize("search", SEARCHES)
def test_another_metric_to_improve_is_an_error(search, tmp_path):
    path, scoring = tmp_path / "journal", ["r2", "neg_mean_absolute_error"]
    make(search, path, scoring=scoring, refit="r2").fit(X, y)
    for refit in ("neg_mean_absolute_error", False):
        with pytest.raises(CheckpointMismatchError, match="the settings"):
            make(search, path, scoring=scoring, refit=refit).fit(X, y)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_call_that_makes_no_sense_leaves_no_file(search, tmp_path):
    path = tmp_path / "journal"
    for wrong in (
        {"initial_params": [{"c": 1}]},
        {"space": {"c": [1]}},
        {"scoring": "good"},
    ):
        with pytest.raises(ValueError, match=r"initial_params|param_grid|scoring"):
            make(search, path, **wrong).fit(X, y)
    assert not path.exists()
    make(search, path, initial_params=[{"a": 0.1, "b": 0.1}]).fit(X, y)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1), (2, 2)])
def test_workers_take_over_from_each_other(search, before, after, tmp_path):
    path = tmp_path / "journal"
    options = {"n_iter": 12}
    expected = results(make(search, **options).fit(X, y))
    whole = make(search, path, n_jobs=before, **options).fit(X, y)
    assert results(whole) == expected
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    assert results(make(search, path, n_jobs=after, **options).fit(X, y)) == expected
    folds = folds_in(path.read_bytes())
    assert sorted(folds) == [(i, k) for i in range(12) for k in (0, 1)]


class Interruption(BaseException):
    """What nobody expects."""


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    "error", [ValueError("no"), SystemExit(), Interruption()], ids=repr
)
def test_what_ends_a_search_leaves_what_was_evaluated(
    search, error, tmp_path, fits, monkeypatch
):
    path = tmp_path / "journal"
    options = {"error_score": "raise"}

    def fail():
        if len(fits) == 8:
            raise error

    monkeypatch.setattr(Hill, "before_fit", fail)
    with pytest.raises(type(error)):
        make(search, path, **options).fit(X, y)
    known = folds_in(path.read_bytes())
    assert known == fits[:7]
    monkeypatch.undo()
    resumed = make(search, path, **options).fit(X, y)
    assert results(resumed) == results(make(search, **options).fit(X, y))
    assert folds_in(path.read_bytes())[:7] == known


@pytest.mark.parametrize("search", SEARCHES)
def test_an_interrupted_search_goes_on(search, tmp_path, fits, monkeypatch):
    path = tmp_path / "journal"

    def interrupt():
        if len(fits) == 8:
            raise KeyboardInterrupt

    monkeypatch.setattr(Hill, "before_fit", interrupt)
    with pytest.warns(UserWarning, match="interrupted"):
        make(search, path).fit(X, y)
    assert folds_in(path.read_bytes()) == fits[:7]
    monkeypatch.undo()
    resumed = make(search, path).fit(X, y)
    assert results(resumed) == results(make(search).fit(X, y))


# ---- chance


@pytest.mark.parametrize("search", SEARCHES)
def test_no_random_state_is_that_of_the_checkpoint(search, tmp_path, fits):
    path = tmp_path / "journal"
    first = make(search, path, random_state=None).fit(X, y)
    n_fits = len(fits)
    again = make(search, path, random_state=None).fit(X, y)
    assert len(fits) == n_fits
    assert results(again) == results(first)
    other = make(search, tmp_path / "other", random_state=None).fit(X, y)
    assert results(other) != results(first)


@pytest.mark.parametrize("search", SEARCHES)
def test_another_random_state_is_an_error(search, tmp_path):
    path = tmp_path / "journal"
    make(search, path, random_state=3).fit(X, y)
    with pytest.raises(
        CheckpointMismatchError, match="random_state, which comes to 4 and not to 3"
    ):
        make(search, path, random_state=4).fit(X, y)
    state = np.random.RandomState(0)
    with pytest.raises(CheckpointMismatchError, match="random_state, which comes to"):
        make(search, path, random_state=state).fit(X, y)
    taken = make(search, path, random_state=None).fit(X, y)
    expected = make(search, random_state=3).fit(X, y)
    assert results(taken) == results(expected)


# ---- extending


@pytest.mark.slow
@pytest.mark.parametrize(("search", "options"), CASES)
def test_more_candidates_extend_a_search(search, options, tmp_path, fits):
    path = tmp_path / "journal"
    first = make(search, path, **options).fit(X, y)
    n_first, n_fits = len(first.cv_results_["params"]), len(fits)
    n_iter = options.get("n_iter", 8)
    for n_more in (3, 6):
        more = make(search, path, **{**options, "n_iter": n_iter + n_more}).fit(X, y)
        rows = more.cv_results_["params"]
        is_exhaustive = n_first < n_iter
        assert len(rows) == (n_first if is_exhaustive else n_iter + n_more)
        assert final(more, n_first) == final(first)
    assert len(fits) == n_fits + 2 * (len(rows) - n_first)


def final(search, n_rows=None):
    """Return what later candidates leave as it is.

    Ranks are among all of them, and derivatives may come from those nearby.
    """
    return {
        name: column
        for name, column in results(search, n_rows).items()
        if not name.startswith(("rank_", "grad"))
    }


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_extended_search_goes_on_from_every_part(search, n_jobs, tmp_path):
    path = tmp_path / "journal"
    for n_iter in (4, 6, 11):
        whole = make(search, path, n_iter=n_iter, n_jobs=n_jobs).fit(X, y)
    lines = path.read_bytes().splitlines(keepends=True)
    extensions = [i for i, line in enumerate(lines) if b'{"n_iter":11}' in line]
    for n_lines in (*extensions, extensions[0] + 1, len(lines) - 5):
        path.write_bytes(b"".join(lines[:n_lines]))
        again = make(search, path, n_iter=11, n_jobs=n_jobs).fit(X, y)
        assert results(again) == results(whole)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_small_space_may_be_used_up_by_an_extension(search, tmp_path):
    path = tmp_path / "journal"
    space = {"a": [0.1, 0.2, 0.3], "b": [0.2, 0.3, 0.4]}
    make(search, path, space=space, n_iter=6).fit(X, y)
    more = make(search, path, space=space, n_iter=20).fit(X, y)
    settings = {tuple(params.values()) for params in more.cv_results_["params"]}
    assert len(more.cv_results_["params"]) == len(settings) == 9


@pytest.mark.parametrize("search", SEARCHES)
def test_fewer_candidates_are_an_error(search, tmp_path):
    path = tmp_path / "journal"
    make(search, path, n_iter=8).fit(X, y)
    before = path.read_bytes()
    with pytest.raises(CheckpointMismatchError, match="n_iter=7 is less than the 8"):
        make(search, path, n_iter=7).fit(X, y)
    assert path.read_bytes() == before


# ---- what must be the same


def flip(estimator, X, y):
    return -estimator.score(X, y)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"X": X + 1e-9}, r"the data \(X\)"),
        ({"X": pd.DataFrame(X)}, r"the data \(X\)"),
        ({"y": y + 1}, r"the targets \(y\)"),
        ({"sample_weight": np.ones(len(y))}, "sample_weight"),
        ({"cv": 3}, "the splits"),
        ({"cv": KFold(2, shuffle=True, random_state=0)}, "the splits"),
        ({"cv": ShuffleSplit(2)}, "shuffles needs an integer"),
        ({"scoring": "r2"}, "scoring"),
        ({"scoring": flip}, "scoring"),
        ({"scoring": make_scorer(mean_squared_error)}, "scoring"),
        ({"space": {"a": uniform(0, 2), "b": uniform(0, 1)}}, "param_grid"),
        ({"space": {"a": uniform(0, 1)}}, "param_grid"),
        ({"estimator": Hill(b=0.4)}, "the estimator"),
        ({"estimator": Ridge(), "space": {"alpha": uniform(0, 1)}}, "the estimator"),
        ({"return_train_score": True}, "the settings"),
        ({"error_score": 0.0}, "the settings"),
        ({"initial_params": [{"a": 0.5}]}, "the settings"),
    ],
)
def test_another_search_is_an_error_that_names_the_part(
    search, change, words, tmp_path
):
    path = tmp_path / "journal"
    make(search, path).fit(X, y)
    before = path.read_bytes()
    options = dict(change)
    data = {"X": options.pop("X", X), "y": options.pop("y", y)}
    if "sample_weight" in options:
        data["sample_weight"] = options.pop("sample_weight")
    with pytest.raises(CheckpointMismatchError, match=words) as raised:
        make(search, path, **options).fit(**data)
    assert "another path as checkpoint to start afresh" in str(raised.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("search", "option"),
    [
        (GeneticSearchCV, {"lookahead": 2}),
        (GeneticSearchCV, {"population_size": 5}),
        (GeneticSearchCV, {"surrogate": None}),
        (GradientSearchCV, {"gradient": "finite_difference"}),
        (GradientSearchCV, {"hyper_l2": 0.5}),
    ],
)
def test_other_settings_of_the_method_are_an_error(search, option, tmp_path):
    make(search, tmp_path / "journal").fit(X, y)
    with pytest.raises(CheckpointMismatchError, match="the settings"):
        make(search, tmp_path / "journal", **option).fit(X, y)


def test_the_other_search_is_another_search(tmp_path):
    make(GeneticSearchCV, tmp_path / "journal").fit(X, y)
    with pytest.raises(CheckpointMismatchError, match="the settings"):
        make(GradientSearchCV, tmp_path / "journal").fit(X, y)


@pytest.mark.parametrize("search", SEARCHES)
def test_the_same_data_in_another_layout_are_the_same(search, tmp_path, fits):
    path = tmp_path / "journal"
    make(search, path).fit(X, y)
    n_fits = len(fits)
    options = {"verbose": 0, "pre_dispatch": "all", "n_jobs": 1}
    make(search, str(path), **options).fit(np.asfortranarray(X), y.copy())
    assert len(fits) == n_fits


def test_other_versions_are_a_warning(tmp_path, monkeypatch):
    make(GeneticSearchCV, tmp_path / "journal").fit(X, y)
    monkeypatch.setattr("scipy.__version__", "99.0")
    with pytest.warns(CheckpointWarning, match=r"written with scipy .* \(now 99\.0\)"):
        make(GeneticSearchCV, tmp_path / "journal").fit(X, y)


def test_other_candidates_under_the_same_names_are_an_error(tmp_path, monkeypatch):
    path = tmp_path / "journal"
    make(GeneticSearchCV, path).fit(X, y)
    # As if another version of a library gave other numbers.
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:6]))
    make_proposer = GeneticSearchCV._make_proposer

    def make_other(self, space, metric, seed, *rest):
        return make_proposer(self, space, metric, seed + 1, *rest)

    monkeypatch.setattr(GeneticSearchCV, "_make_proposer", make_other)
    with pytest.raises(CheckpointError, match="proposes another candidate number"):
        make(GeneticSearchCV, path).fit(X, y)


# ---- another version of the format


def as_version_1(path):
    """Write a journal as skopt_evo did when the format had version 1."""
    with _journal.Journal(path, {}) as journal:
        header, records = journal.header, journal.records
    old = {"form" if name == "schema" else name: header[name] for name in header}
    start = {"format": "skopt-evo-journal", "version": 1, **old}
    lines, digest = [], b""
    for record in [start, *records]:
        line, digest = _lines.pack(record, digest)
        lines.append(line)
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_goes_on_from_a_file_of_version_1(search, tmp_path, fits):
    path = tmp_path / "journal"
    make(search, path, n_iter=5).fit(X, y)
    whole = make(search, path, n_iter=8).fit(X, y)
    as_version_1(path)
    lines = path.read_bytes().splitlines(keepends=True)
    for n_lines in (1, len(lines) // 2, len(lines)):
        path.write_bytes(b"".join(lines[:n_lines]))
        if n_lines == 1:
            make(search, path, n_iter=5).fit(X, y)
        assert results(make(search, path).fit(X, y)) == results(whole)
        assert path.read_bytes().startswith(lines[0])
        fits.clear()
        assert results(make(search, path).fit(X, y)) == results(whole)
        assert fits == []


# ---- another rounding


def rewrite(path, change):
    """Write a journal anew, its records changed."""
    with _journal.Journal(path, {}) as journal:
        header, records = journal.header, journal.records
    path.unlink()
    with _journal.Journal(path, header) as journal:
        for record in records:
            journal.append(change(record))


def rounded(relative):
    """Return a change of a record: as if another processor had rounded otherwise.

    Equal numbers stay equal, and those that come of no calculation what they are.
    """

    def round_otherwise(gene):
        if 64 * gene == round(64 * gene):
            return gene
        sign = int(1e9 * gene) % 3 - 1
        return float(
            np.clip(gene + sign * max(relative * gene, np.spacing(gene)), 0, 1)
        )

    def change(record):
        if record.get("genome") is None:
            return record
        return {**record, "genome": list(map(round_otherwise, record["genome"]))}

    return change


def assert_almost_the_same(params, expected):
    for one, other in zip(params, expected, strict=True):
        assert one.keys() == other.keys()
        for name, value in one.items():
            if isinstance(value, (float, np.ndarray)):
                np.testing.assert_allclose(value, other[name], rtol=1e-9, atol=1e-10)
            else:
                assert repr(value) == repr(other[name])


@pytest.mark.slow
@pytest.mark.parametrize("relative", [0.0, 1e-12])
@pytest.mark.parametrize(("search", "options"), CASES)
def test_a_search_goes_on_on_a_machine_that_rounds_otherwise(
    search, options, relative, tmp_path, fits
):
    path = tmp_path / "journal"
    whole = make(search, path, **options).fit(X, y)
    rewrite(path, rounded(relative))
    lines = path.read_bytes().splitlines(keepends=True)
    n_rows = len(whole.cv_results_["params"])
    for n_lines in (len(lines), 2 * len(lines) // 3):
        path.write_bytes(b"".join(lines[:n_lines]))
        known = folds_in(path.read_bytes())
        fits.clear()
        resumed = make(search, path, **options).fit(X, y)
        assert len(resumed.cv_results_["params"]) == n_rows
        assert len(fits) == 2 * n_rows - len(known)
        n_known = len({number for number, _ in known})
        rows = [each.cv_results_["params"][:n_known] for each in (resumed, whole)]
        assert_almost_the_same(*rows)
        # And so it does from there, any number of times.
        again = make(search, path, **options).fit(X, y)
        assert results(again) == results(resumed)


def shrunk(numbers):
    return numbers * (1 - 1e-13)


@pytest.fixture
def calculate_otherwise(monkeypatch):
    """Return a function after which all that is proposed is a little different."""
    breed, propose = GeneticStrategy.breed, _trust_region.propose
    minimise, project = QuadraticFit.minimise, _gradient_descent.project
    probes = _sources.checked_probes

    def breed_otherwise(self, *arguments):
        children = breed(self, *arguments)
        genomes = self.layout.snap(shrunk(children.genomes))
        return Offspring(genomes, children.steps, children.origins)

    def propose_otherwise(state):
        step = propose(state)
        return step._replace(point=shrunk(step.point))

    def start():
        for place, name, function in [
            (GeneticStrategy, "breed", breed_otherwise),
            (_trust_region, "propose", propose_otherwise),
            (QuadraticFit, "minimise", lambda *given: shrunk(minimise(*given))),
            (_gradient_descent, "project", lambda *given: shrunk(project(*given))),
            (_sources, "checked_probes", lambda *given: shrunk(probes(*given))),
        ]:
            monkeypatch.setattr(place, name, function)

    return start


@pytest.mark.parametrize(
    ("search", "options"),
    [
        (GeneticSearchCV, {}),
        (GeneticSearchCV, {"surrogate": None}),
        (GradientSearchCV, {"gradient": "model"}),
        *(
            pytest.param(GradientSearchCV, options, marks=pytest.mark.slow)
            for options in [
                {"gradient": "finite_difference"},
                {**VECTORS, "gradient": "exact"},
                {"optimizer": "adam", "gradient": "spsa"},
                {"optimizer": "adam", "learning_rate": 0.05},
            ]
        ),
    ],
)
def test_a_proposer_that_calculates_otherwise_does_not_drift_away(
    search, options, tmp_path, fits, calculate_otherwise
):
    path = tmp_path / "journal"
    options = {"n_iter": 40, **options}
    whole = make(search, path, **options).fit(X, y)
    calculate_otherwise()
    other = make(search, **options).fit(X, y)
    assert results(other) != results(whole)
    fits.clear()
    resumed = make(search, path, **options).fit(X, y)
    assert fits == []
    assert results(resumed)["params"] == results(whole)["params"]
    assert results(resumed)["mean_test_score"] == results(whole)["mean_test_score"]


@pytest.mark.parametrize("search", SEARCHES)
def test_what_was_given_stays_the_very_number(search, tmp_path):
    path = tmp_path / "journal"
    options = {"initial_params": [{"a": 0.1, "b": 0.3}], "n_iter": 4}
    make(search, path, **options).fit(X, y)
    rewrite(path, rounded(0.0))
    resumed = make(search, path, **options).fit(X, y)
    assert resumed.cv_results_["params"][0] == {"a": 0.1, "b": 0.3}


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("space", "shift"),
    [
        (SPACE, 1e-4),
        ({"a": randint(0, 100), "b": uniform(0, 1)}, 0.01),
        ({"a": [0.1, 0.2, 0.3, 0.4], "b": uniform(0, 1)}, 0.25),
        ({"a": [0.1, True, 0.3, None], "b": uniform(0, 1)}, 0.25),
    ],
)
def test_a_candidate_that_differs_by_more_than_rounding_is_an_error(
    search, space, shift, tmp_path
):
    path = tmp_path / "journal"
    options = {"space": space, "estimator": Hill(steep=1e3), "error_score": -1.0}
    make(search, path, **options).fit(X, y)

    def change(record):
        if record.get("candidate") != 4 or "genome" not in record:
            return record
        a, b = record["genome"]
        return {**record, "genome": [a + shift if a < 0.5 else a - shift, b]}

    rewrite(path, change)
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match=r"number 4 .* not only by rounding"):
        make(search, path, **options).fit(X, y)
    assert path.read_bytes() == before


# ---- what may befall a file


@pytest.mark.parametrize("search", SEARCHES)
def test_two_searches_cannot_share_a_file(search, tmp_path, monkeypatch):
    path = tmp_path / "journal"
    errors = []

    def start_another():
        monkeypatch.undo()
        with pytest.raises(CheckpointLockedError, match="Another search is using"):
            make(search, path).fit(X, y)
        errors.append("seen")

    monkeypatch.setattr(Hill, "before_fit", start_another)
    first = make(search, path).fit(X, y)
    assert errors == ["seen"]
    assert results(make(search, path).fit(X, y)) == results(first)


class FullDisk(FileIO):
    n_writes = 0

    def write(self, data):
        self.n_writes += 1
        if self.n_writes > 10:
            super().write(data[:20])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_full_disk_is_a_warning(search, tmp_path, monkeypatch):
    path = tmp_path / "journal"
    monkeypatch.setattr(_journal, "open_file", lambda path: FullDisk(path, "a+"))
    with pytest.warns(CheckpointWarning, match="No space left on device") as caught:
        finished = make(search, path).fit(X, y)
    assert len(caught) == 1
    assert "no longer safe" in str(caught[0].message)
    assert results(finished) == results(make(search).fit(X, y))
    monkeypatch.undo()
    assert len(path.read_bytes().splitlines()) == 10
    assert results(make(search, path).fit(X, y)) == results(finished)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_full_disk_costs_no_results_where_warnings_are_errors(
    search, tmp_path, monkeypatch
):
    path = tmp_path / "journal"
    monkeypatch.setattr(_journal, "open_file", lambda path: FullDisk(path, "a+"))
    model = make(search, path)  # pytest makes errors of warnings
    with pytest.raises(CheckpointWarning, match="No space left on device"):
        model.fit(X, y)
    assert results(model) == results(make(search).fit(X, y))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps open files")
def test_a_deleted_file_is_a_warning(tmp_path, fits, monkeypatch):
    path = tmp_path / "journal"
    monkeypatch.setattr(
        Hill, "before_fit", lambda: path.unlink() if len(fits) == 5 else None
    )
    with pytest.warns(CheckpointWarning, match="it was deleted"):
        finished = make(GeneticSearchCV, path).fit(X, y)
    assert len(finished.cv_results_["params"]) == 8
    assert not path.exists()


@pytest.mark.parametrize("search", SEARCHES)
def test_damage_is_an_error_that_says_how_to_salvage(search, tmp_path):
    path = tmp_path / "journal"
    whole = make(search, path).fit(X, y)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5] = lines[5].replace(b"0", b"1", 1)
    path.write_bytes(b"".join(lines))
    with pytest.raises(CheckpointError, match=r"damaged in line 6.*head -n 5"):
        make(search, path).fit(X, y)
    path.write_bytes(b"".join(lines[:5]))
    assert results(make(search, path).fit(X, y)) == results(whole)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"n_iter": "many"},
        {"n_iter": float("inf")},
        {"n_iter": 3},
        {"candidate": [], "genome": None},
        {"candidate": 0, "split": 0},
        {"candidate": 0, "split": 0, "fold": "good"},
        {"candidate": 0, "split": 0, "fold": {}},
        {"candidate": 0, "split": 0, "fold": {"fit_error": None}},
        {"candidate": 0, "split": 0, "fold": {"gradient": {"params": []}}},
        {"candidate": 0, "split": 0, "fold": {"gradient": {"unknown": 1}}},
    ],
    ids=repr,
)
def test_records_that_no_search_writes_are_an_error(record, tmp_path):
    path = tmp_path / "journal"
    make(GeneticSearchCV, path).fit(X, y)
    with _journal.Journal(path, {}) as journal:
        journal.append(record)
    with pytest.raises(CheckpointError, match="a record that no search writes"):
        make(GeneticSearchCV, path).fit(X, y)
    with pytest.raises(CheckpointError, match="a record that no search writes"):
        make(GeneticSearchCV, path).fit(X, y)  # and it is not locked


def test_an_error_of_any_length_is_kept(tmp_path, fits, monkeypatch):
    def fail():
        raise ValueError("x" * 5 * 2**20)

    path = tmp_path / "journal"
    monkeypatch.setattr(Hill, "before_fit", lambda: fail() if len(fits) < 3 else None)
    failed = make(GeneticSearchCV, path).fit(X, y)
    assert failed.cv_results_["status"][0] == "failed"
    assert results(make(GeneticSearchCV, path).fit(X, y)) == results(failed)
    assert len(fits) == 16


@pytest.mark.parametrize("search", SEARCHES)
def test_a_record_that_is_too_long_is_a_warning(search, tmp_path, monkeypatch):
    path = tmp_path / "journal"
    long = {f"a metric with a {'long ' * 20}name {i}": 1.0 * i for i in range(30)}

    def metrics(estimator, X, y):
        extra = long if estimator.a > 0.6 else {}
        return {"height": estimator.score(X, y), **extra}

    options = {"scoring": metrics, "refit": "height"}
    monkeypatch.setattr(_lines, "MAX_LINE", 2000)
    with pytest.warns(CheckpointWarning, match="takes up to 2000 bytes, got") as caught:
        finished = make(search, path, **options).fit(X, y)
    caught = [w for w in caught if issubclass(w.category, CheckpointWarning)]
    assert len(caught) == 1
    assert "no longer safe" in str(caught[0].message)
    assert results(finished) == results(make(search, **options).fit(X, y))
    monkeypatch.undo()
    assert results(make(search, path, **options).fit(X, y)) == results(finished)


def metrics_that_differ(estimator, X, y):
    height = estimator.score(X, y)
    if estimator.a < 0.3:
        return {"height": height}
    if estimator.a < 0.6:
        return {"height": height, "b": estimator.b}
    return {"a": estimator.a, "height": height}


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("return_train_score", quick([False, True], True))
@pytest.mark.parametrize("steep", [0.8, 2.0])
def test_metrics_may_differ_between_candidates(
    search, return_train_score, steep, tmp_path, fits
):
    path = tmp_path / "journal"
    options = {
        "scoring": metrics_that_differ,
        "refit": "height",
        "return_train_score": return_train_score,
        "estimator": Hill(steep=steep),
        "n_iter": 12,
    }
    whole = make(search, path, **options).fit(X, y)
    assert {"mean_test_a", "mean_test_b"} <= whole.cv_results_.keys()
    assert results(whole) == results(make(search, **options).fit(X, y))
    lines = path.read_bytes().splitlines(keepends=True)
    for n_lines in (len(lines), len(lines) // 2):
        path.write_bytes(b"".join(lines[:n_lines]))
        n_known = len(folds_in(path.read_bytes()))
        fits.clear()
        resumed = make(search, path, **options).fit(X, y)
        assert len(fits) == 24 - n_known
        assert results(resumed) == results(whole)


# ---- what is taken, and what is left


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("checkpoint", [1, True, b"journal", ["journal"], np.nan])
def test_a_checkpoint_is_a_path(search, checkpoint):
    with pytest.raises(ValueError, match="The 'checkpoint' parameter of"):
        make(search, checkpoint).fit(X, y)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_folder_cannot_be_a_checkpoint(search, tmp_path):
    for path in (tmp_path, tmp_path / "none" / "journal", ""):
        with pytest.raises(CheckpointError, match=r"cannot be opened"):
            make(search, path).fit(X, y)
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_left_alone(tmp_path):
    path = tmp_path / "thesis.txt"
    path.write_text("Years of work.\n")
    with pytest.raises(CheckpointError, match="is no checkpoint of skopt_evo"):
        make(GeneticSearchCV, path).fit(X, y)
    assert path.read_text() == "Years of work.\n"


@pytest.mark.parametrize("search", SEARCHES)
def test_a_fitted_search_holds_nothing_of_its_journal(search, tmp_path):
    path = tmp_path / "journal"
    fitted = make(search, path, n_iter=30).fit(X, y)
    plain = make(search, n_iter=30).fit(X, y)
    path.rename(tmp_path / "moved")
    pickled = pickle.dumps(fitted)
    restored = pickle.loads(pickled)
    assert results(restored) == results(fitted)
    assert len(pickled) < len(pickle.dumps(plain)) + 1000
    assert vars(fitted).keys() == vars(plain).keys()


@pytest.mark.parametrize("search", SEARCHES)
def test_a_journal_holds_nothing_of_the_data(search, tmp_path):
    path = tmp_path / "journal"
    data = np.array([[0.1234567 + i, 7654321.5 + i] for i in range(20)])
    make(search, path).fit(data, [f"secret {i}" for i in range(20)])
    text = path.read_text()
    assert "1234567" not in text
    assert "7654321" not in text
    assert "secret" not in text
