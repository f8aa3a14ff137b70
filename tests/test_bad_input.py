"""What goes in wrong comes out as an error at `fit` that says what to do.

The rows are in `bad_input_table.py`, from where the user guide has them too.
"""

import functools
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.svm import SVC

from skopt_evo.exceptions import MissingScoresWarning
from tests.bad_input_table import (
    DEFAULTS,
    ONLY,
    SEARCHES,
    TABLE,
    X,
    journal_of,
    message_of,
    missing,
    rows,
    y,
)

PAGE = Path(__file__).parents[1] / "docs" / "user_guide" / "bad_input.rst"
# After their error joblib ends its processes, and the next test has to start others.
SLOW = ["a limit for the fits of a search inside another parallel call"]
ROWS = [
    pytest.param(
        search,
        row,
        id=f"{search.__name__}-{section}-{row.title}",
        marks=[pytest.mark.slow] if row.title in SLOW else [],
    )
    for section, section_rows in TABLE.items()
    for row in section_rows
    for search in ONLY.get(section, SEARCHES)
]


@pytest.fixture
def fits(monkeypatch):
    """Count the fits of SVC."""
    fits = []
    fit = SVC.fit

    @functools.wraps(fit)
    def counted(self, *args, **kwargs):
        fits.append(self)
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(SVC, "fit", counted)
    return fits


@pytest.mark.parametrize(("search", "row"), ROWS)
def test_what_makes_no_sense_is_told_in_words_that_help(search, row, fits):
    if "checkpoint=" in row.given:
        journal_of(search)  # its fits do not count
        fits.clear()
    model, error = row.run(search)
    message = message_of(error)
    assert type(error).__name__ == row.error, message
    assert [word for word in row.words if word not in message] == [], message
    assert bool(fits) == row.fits
    assert hasattr(model, "cv_results_") == row.is_kept
    if row.is_kept:
        assert len(model.cv_results_["params"]) == model.n_iter


def test_no_row_comes_twice():
    for section in TABLE.values():
        titles = [row.title for row in section]
        inputs = [(row.given, row.call) for row in section]
        assert len(set(titles)) == len(set(inputs)) == len(section)


def test_the_user_guide_has_every_section_of_the_table_once():
    sections = re.findall(r"^\.\. bad-input:: (.*)$", PAGE.read_text("utf-8"), re.M)
    assert sorted(sections) == sorted(TABLE)


@pytest.mark.parametrize("search", SEARCHES)
def test_data_that_the_estimator_can_do_with_are_not_refused(search):
    forest = HistGradientBoostingClassifier(max_iter=2)
    space = {"learning_rate": loguniform(1e-2, 1)}
    model = search(forest, space, n_iter=2, cv=2, random_state=0)
    assert model.fit(missing, y).best_score_ > 0.5


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    "cv",
    [
        [(rows, rows)],
        [(rows[::2], -rows[1::2])],
        [(rows % 2 == 0, rows % 2 == 1)],
        [(range(0, 150, 2), range(1, 150, 2))],
        [(list(rows[::2]), list(rows[1::2]))],
    ],
    ids=["overlapping", "from the end", "masks", "ranges", "lists"],
)
def test_splits_may_overlap_and_take_several_forms(search, cv):
    model = search(**{**DEFAULTS, "cv": cv, "n_iter": 2}).fit(X, y)
    assert model.n_splits_ == 1
    assert model.best_score_ > 0.8


def nan_for_large(estimator, X, y):
    return np.nan if estimator.C > 1 else 0.5


def always_nan(estimator, X, y):
    return np.nan


@pytest.mark.parametrize("search", SEARCHES)
def test_scores_that_are_nan_rank_last(search):
    model = search(**DEFAULTS, scoring=nan_for_large)
    with pytest.warns(UserWarning, match="scores are non-finite"):
        model.fit(X, y)
    assert model.best_params_["C"] <= 1
    assert set(model.cv_results_["status"]) == {"ok", "failed"}


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_whose_scores_are_all_nan_ends_as_a_grid_search_does(search):
    model = search(**DEFAULTS, scoring=always_nan)
    with (
        pytest.warns(MissingScoresWarning, match="No candidate has a score by 'score'"),
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        model.fit(X, y)
    assert len(model.cv_results_["params"]) == DEFAULTS["n_iter"]
    assert set(model.cv_results_["rank_test_score"]) == {1}
