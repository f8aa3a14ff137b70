"""From the weights of candidates to a fitted estimator."""

import os
import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold

from skopt_evo.ensemble import FoldsEnsemble, TopEnsemble
from skopt_evo.ensemble._build import MemberFits, build
from skopt_evo.exceptions import WorkerDiedError
from skopt_evo.executors import resolve_executor
from skopt_evo.predictions import targets_of

X, Y = load_iris(return_X_y=True)
SPLITS = list(StratifiedKFold(3).split(X, Y))
PARAMS = [{"C": 0.1}, {"C": 1.0}, {"C": 10.0}]
WEIGHTS = np.array([0.25, 0.0, 0.75])


class EndsProcess(LogisticRegression):
    """Ends the process that it is fitted in."""

    def fit(self, X, y):
        os._exit(1)


class Fails(LogisticRegression):
    """Raises."""

    def fit(self, X, y):
        raise RuntimeError("on purpose")


def fits(model=None, n_jobs=None, **changes):
    model = LogisticRegression(max_iter=500) if model is None else model
    values = {
        "estimator": model,
        "params": PARAMS,
        "X": X,
        "y": Y,
        "fit_params": {},
        "targets": targets_of(model, Y),
        "splits": SPLITS,
        "cv": 3,
        "executor": resolve_executor(n_jobs, "2*n_jobs"),
    }
    return MemberFits(**{**values, **changes})


def fitted(params, rows=slice(None), **options):
    model = LogisticRegression(max_iter=500, **params)
    return model.fit(X[rows], Y[rows], **options)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_members_are_fitted_on_the_training_sets(n_jobs):
    found, n_fits = build(FoldsEnsemble(), WEIGHTS, fits(n_jobs=n_jobs))
    parts = [
        weight * np.mean([fitted(p, t).predict_proba(X) for t, _ in SPLITS], axis=0)
        for p, weight in zip(PARAMS, WEIGHTS, strict=True)
    ]
    np.testing.assert_allclose(found.predict_proba(X), sum(parts), rtol=1e-5)
    assert n_fits == 6
    assert [name for name, _ in found.estimators] == ["candidate_0", "candidate_2"]


def test_members_are_fitted_on_all_the_data():
    found, n_fits = build(TopEnsemble(2), WEIGHTS, fits())
    expected = 0.25 * fitted(PARAMS[0]).predict_proba(X)
    expected = expected + 0.75 * fitted(PARAMS[2]).predict_proba(X)
    np.testing.assert_allclose(found.predict_proba(X), expected, rtol=1e-5)
    assert n_fits == 2
    assert found.cv is None


def test_models_that_were_kept_are_not_fitted_again():
    model = fitted({"C": 7.0})
    kept = np.frombuffer(pickle.dumps(model), dtype=np.uint8)
    models = {(0, split): kept for split in range(3)} | {(2, 1): kept}
    found, n_fits = build(FoldsEnsemble(), WEIGHTS, fits(models=models))
    assert n_fits == 2
    assert [len(each) for each in found.estimators_] == [3, 3]
    assert [each.C for each in found.estimators_[0]] == [7.0, 7.0, 7.0]
    assert [each.C for each in found.estimators_[1]] == [10.0, 7.0, 10.0]


def test_weights_of_samples_are_those_of_the_rows():
    weights = np.where(np.arange(len(X)) % 2, 1.0, 5.0)
    found, _ = build(
        FoldsEnsemble(),
        np.array([1.0, 0.0, 0.0]),
        fits(fit_params={"sample_weight": weights}),
    )
    models = [
        fitted(PARAMS[0], train, sample_weight=weights[train]) for train, _ in SPLITS
    ]
    expected = np.mean([model.predict_proba(X) for model in models], axis=0)
    np.testing.assert_allclose(found.predict_proba(X), expected, rtol=1e-5)


def test_an_estimator_among_the_parameters_is_cloned():
    inner = Ridge()
    from sklearn.multioutput import MultiOutputRegressor

    model = MultiOutputRegressor(Ridge())
    y = np.column_stack([X[:, 0], X[:, 1]])
    found, _ = build(
        TopEnsemble(1),
        np.array([1.0]),
        fits(model, params=[{"estimator": inner}], y=y, targets=targets_of(model, y)),
    )
    assert found.predict(X).shape == (150, 2)
    assert not hasattr(inner, "coef_")


def test_a_fit_that_raises_is_an_error():
    with pytest.raises(RuntimeError, match="on purpose"):
        build(FoldsEnsemble(), WEIGHTS, fits(Fails()))


def test_a_worker_that_dies_twice_is_an_error():
    with pytest.raises(WorkerDiedError):
        build(FoldsEnsemble(), np.array([1.0, 0, 0]), fits(EndsProcess(), n_jobs=2))
