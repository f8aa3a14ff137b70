"""One fit: what it scores, and its derivatives."""

import time

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.metrics import check_scoring, r2_score
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.model_selection._validation import _fit_and_score

from skopt_evo.evaluation import evaluate, share_of
from skopt_evo.evaluation._fit import fit_and_score
from skopt_evo.executors import resolve_executor
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.trials import Unit
from tests.scheduling.sessions import (
    X,
    evaluate_all,
    make_session,
    scores_of,
    settings_of,
    trials_of,
    y,
)


def fit(estimator, params, unit, **common):
    """Evaluate one unit."""
    session = make_session(estimator=estimator, **common)
    return evaluate(**session.common, number=0, params=params, unit=unit)


# ---- derivatives beside the fits

R2 = check_scoring(Ridge())
BY_ALPHA = FoldDifferentiator(R2, None, frozenset({"alpha"}))
WEIGHTS = np.random.default_rng(0).uniform(0.1, 5.0, len(y))


def slopes(alpha, splits, weights, step=1e-3):
    """Return the derivative of each split's loss by alpha, by differences."""

    def loss(alpha, train, test):
        fitted = Ridge(alpha).fit(X[train], y[train], sample_weight=weights[train])
        predictions = fitted.predict(X[test])
        return -r2_score(y[test], predictions, sample_weight=weights[test])

    return [
        (loss(alpha + step, *split) - loss(alpha - step, *split)) / (2.0 * step)
        for split in splits
    ]


def session_of_ridge(backend="threading", n_jobs=1, **common):
    with joblib.parallel_backend(backend):
        executor = resolve_executor(n_jobs, "2*n_jobs")
    return make_session(executor, estimator=Ridge(), **common)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize(
    ("backend", "n_jobs"), [("threading", 1), ("threading", 2), ("loky", 2)]
)
def test_each_split_has_the_derivative_of_its_own_loss(backend, n_jobs, is_weighted):
    given = {"sample_weight": WEIGHTS} if is_weighted else {}
    batch = trials_of(0.5, 20.0, name="alpha")
    session = session_of_ridge(
        backend, n_jobs, gradient=BY_ALPHA, fit_params=given, score_params=given
    )
    evaluate_all(session, batch)
    weights = WEIGHTS if is_weighted else np.ones(len(y))
    for trial in batch:
        found = [fold.gradient.params["alpha"] for fold in trial.folds]
        expected = slopes(trial.params["alpha"], session.common["splits"], weights)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        losses = [fold.gradient.loss for fold in trial.folds]
        np.testing.assert_allclose(losses, -np.array(scores_of([trial])[0]))


def test_the_derivative_is_that_of_the_share_that_is_fitted():
    session = session_of_ridge(gradient=BY_ALPHA)
    unit = Unit(1, 0.4)
    fold = fit(Ridge(), {"alpha": 0.5}, unit, gradient=BY_ALPHA)
    train, test = session.common["splits"][1]
    share = share_of(train, unit, seed=0)
    (expected,) = slopes(0.5, [(share, test)], np.ones(len(y)))
    np.testing.assert_allclose(fold.gradient.params["alpha"], expected, rtol=1e-5)


def test_derivatives_change_nothing_else_of_the_folds():
    one = fit(Ridge(), {"alpha": 0.5}, Unit(0), gradient=BY_ALPHA)
    other = fit(Ridge(), {"alpha": 0.5}, Unit(0))
    assert one.test_scores == other.test_scores
    assert one.n_test_samples == other.n_test_samples
    assert one.gradient is not None
    assert other.gradient is None


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_fit_that_failed_has_no_derivative(n_jobs):
    failed, fine = trials_of(-1.0, 1.0, name="alpha")
    evaluate_all(session_of_ridge(n_jobs=n_jobs, gradient=BY_ALPHA), [failed, fine])
    assert [fold.gradient for fold in failed.folds] == [None] * 3
    assert all(fold.fit_error for fold in failed.folds)
    assert all(fold.gradient.params for fold in fine.folds)


def test_the_time_of_derivatives_is_noted(monkeypatch):
    monkeypatch.setattr(
        FoldDifferentiator, "__call__", lambda *arguments: time.sleep(0.05)
    )
    fold = fit(Ridge(), {"alpha": 1.0}, Unit(0), gradient=BY_ALPHA)
    assert fold.gradient_time >= 0.05


class InPlace(Ridge):
    """Changes what it is fitted on."""

    def fit(self, X, y, sample_weight=None):
        super().fit(X, y, sample_weight)
        X[:] = np.nan
        return self


def test_derivatives_see_the_data_as_it_was_before_the_fit():
    seen = []

    def gradient(estimator, fold, *others):
        seen.append(fold.X)

    fit(InPlace(), {"alpha": 1.0}, Unit(0), gradient=gradient)
    assert np.isfinite(seen[0]).all()


def test_an_estimator_that_changes_its_input_changes_nothing_for_later_fits():
    session = make_session(estimator=InPlace())
    before = session.common["X"].copy()
    for _ in range(2):
        unit = {"number": 0, "params": {"alpha": 1.0}, "unit": Unit(0)}
        fold = evaluate(**session.common, **unit)
        assert fold.fit_error is None
    np.testing.assert_array_equal(session.common["X"], before)


# ---- as scikit-learn does it


def raising(estimator, X, y):
    raise ValueError("no score")


def both(params, error_score=np.nan, return_train_score=True, verbose=0, **options):
    """Return what is made of a fit here, and what scikit-learn makes of it."""
    data = options.pop("X", X), options.pop("y", y)
    settings = settings_of(
        Ridge(),
        error_score=error_score,
        return_train_score=return_train_score,
        verbose=verbose,
        **options,
    )
    train, test = np.arange(0, 100), np.arange(100, 150)
    ours = fit_and_score(Ridge(), params, *data, train, test, settings)
    theirs = _fit_and_score(
        Ridge(),
        *data,
        scorer=settings.scorer,
        train=train,
        test=test,
        verbose=verbose,
        parameters=params,
        fit_params=settings.fit_params,
        score_params=settings.score_params,
        return_train_score=return_train_score,
        return_n_test_samples=True,
        return_times=True,
        error_score=error_score,
    )
    return ours.to_sklearn(), theirs


SCORERS = {
    "one": check_scoring(Ridge()),
    "several": check_scoring(
        Ridge(), ["r2", "neg_mean_squared_error"], raise_exc=False
    ),
    "one raises": check_scoring(Ridge(), {"a": "r2", "b": raising}, raise_exc=False),
    "all raise": raising,
    "function": lambda estimator, X, y: {"a": 1, "b": np.float32(2.0)},
}


@pytest.mark.filterwarnings("ignore:Scoring failed")
@pytest.mark.parametrize("scorer", SCORERS.values(), ids=SCORERS)
@pytest.mark.parametrize("alpha", [1.0, -1.0])
@pytest.mark.parametrize("error_score", [np.nan, 0, -np.inf])
@pytest.mark.parametrize("return_train_score", [False, True])
def test_results_are_those_of_scikit_learn(
    scorer, alpha, error_score, return_train_score
):
    ours, theirs = both(
        {"alpha": alpha}, error_score, return_train_score, scorer=scorer
    )
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {"fit_time", "score_time", "fit_error"}:
        np.testing.assert_equal(ours[name], theirs[name])
        assert type(ours[name]) is type(theirs[name])
    assert (ours["fit_error"] is None) == (theirs["fit_error"] is None)


@pytest.mark.parametrize("with_weights", [False, True])
@pytest.mark.parametrize(
    "make",
    [np.asarray, np.asfortranarray, pd.DataFrame, csr_matrix, list],
    ids=["C", "F", "pandas", "sparse", "list"],
)
def test_all_kinds_of_data_are_split_as_scikit_learn_does(make, with_weights):
    given = {"sample_weight": WEIGHTS} if with_weights else {}
    ours, theirs = both({}, X=make(X), y=list(y), fit_params=given, score_params=given)
    assert ours["test_scores"] == theirs["test_scores"]
    assert ours["train_scores"] == theirs["train_scores"]


@pytest.mark.parametrize("error_score", ["raise"])
@pytest.mark.parametrize(("alpha", "scorer"), [(-1.0, "one"), (1.0, "all raise")])
def test_errors_are_raised_where_that_is_asked_for(error_score, alpha, scorer):
    with pytest.raises(ValueError, match=r"no score|alpha"):
        both({"alpha": alpha}, error_score, scorer=SCORERS[scorer])


def test_scores_are_those_of_cross_validation():
    folds = StratifiedKFold(3)
    expected = cross_validate(Ridge(), X, y, cv=folds, return_train_score=True)
    settings = settings_of(Ridge(), return_train_score=True)
    for split, (train, test) in enumerate(folds.split(X, y)):
        fold = fit_and_score(Ridge(), {}, X, y, train, test, settings)
        assert fold.test_scores == expected["test_score"][split]
        assert fold.train_scores == expected["train_score"][split]
        assert fold.n_test_samples == len(test)
        assert fold.fit_error is None
        assert fold.fit_time > 0
