"""One fit: what it scores, which rows it is fitted on, and its derivatives."""

import time
from itertools import pairwise

import joblib
import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import check_scoring, r2_score

from skopt_evo.evaluation import evaluate, share_of
from skopt_evo.executors import resolve_executor
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.trials import Unit
from tests.scheduling.sessions import (
    Numbered,
    X,
    evaluate_all,
    make_session,
    scores_of,
    trials_of,
    y,
)


def fit(estimator, params, unit, **common):
    """Evaluate one unit."""
    session = make_session(estimator=estimator, **common)
    return evaluate(**session.common, number=0, params=params, unit=unit, callbacks={})


# ---- what is fitted


class Sized(Numbered):
    """Its score tells the numbers of the rows that it was fitted on."""

    def fit(self, X, y):
        self.rows_ = X[:, 0]
        return self

    def score(self, X, y):
        return float(len(self.rows_))


def test_the_estimator_given_is_never_fitted():
    estimator = Numbered()
    fold = fit(estimator, {"number": 5}, Unit(1))
    assert fold.test_scores == 5.0
    assert estimator.number == 0
    assert not hasattr(estimator, "classes_")


def test_each_unit_has_the_test_set_of_its_split_whole():
    splits = [(np.arange(100), np.arange(100, 110)), (np.arange(50), np.arange(50, 70))]
    for split, (train, test) in enumerate(splits):
        for fidelity in (0.1, 1.0):
            unit = Unit(split, fidelity)
            fold = fit(Sized(), {}, unit, splits=splits)
            assert fold.n_test_samples == len(test)
            assert fold.test_scores == fidelity * len(train)


def test_it_prints_what_scikit_learn_prints(capsys):
    session = make_session(verbose=10)
    arguments = {"number": 2, "params": {"number": 1}, "unit": Unit(1)}
    evaluate(**session.common, **arguments, callbacks={})
    assert "[CV 2/3; 3/4]" in capsys.readouterr().out


# ---- a share of the training set


@pytest.mark.parametrize("train", [np.arange(10, 40), np.arange(40)[::-1], [3, 5, 7]])
def test_a_larger_share_holds_the_smaller_ones_in_the_order_of_the_training_set(train):
    shares = [
        share_of(train, Unit(0, fidelity), seed=0) for fidelity in (0.01, 0.3, 0.5, 1.0)
    ]
    n_rows = len(train)
    expected = [1, np.ceil(0.3 * n_rows), np.ceil(0.5 * n_rows), n_rows]
    assert [len(share) for share in shares] == expected
    places = [[list(train).index(row) for row in share] for share in shares]
    assert places == [sorted(each) for each in places]
    for smaller, larger in pairwise(shares):
        assert set(smaller) <= set(larger)


def test_shares_follow_from_the_seed_and_the_split_alone():
    train = np.arange(100)
    shares = {
        (seed, split): share_of(train, Unit(split, 0.5), seed).tolist()
        for seed in (0, 1)
        for split in (0, 1)
    }
    again = share_of(train, Unit(1, 0.5), 1).tolist()
    assert again == shares[1, 1]
    assert len(set(map(tuple, shares.values()))) == 4


def test_a_mask_of_booleans_is_a_training_set_too():
    mask = np.zeros(50, dtype=bool)
    mask[::3] = True
    whole = share_of(mask, Unit(0, 1.0), seed=0)
    np.testing.assert_array_equal(whole, np.flatnonzero(mask))
    assert set(share_of(mask, Unit(0, 0.5), seed=0)) < set(whole)


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
