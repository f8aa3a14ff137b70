"""What a worker is asked for: one fit of a candidate on (a share of) one split."""

from contextlib import contextmanager

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from skopt_evo.evaluation import evaluate, share_of
from skopt_evo.trials import Unit
from tests.scheduling.sessions import Numbered, X, make_session, y


def fit(estimator, params, unit, **common):
    """Evaluate one unit."""
    session = make_session(estimator=estimator, **common)
    return evaluate(**session.common, number=0, params=params, unit=unit)


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
    evaluate(**session.common, **arguments)
    assert "[CV 2/3; 3/4]" in capsys.readouterr().out


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize("fidelity", [0.3, 1.0])
def test_a_unit_is_fitted_on_the_share_that_the_seed_of_the_search_chooses(
    fidelity, seed
):
    unit = Unit(2, fidelity)
    session = make_session(estimator=Ridge(), seed=seed)
    fold = evaluate(**session.common, number=0, params={"alpha": 2.0}, unit=unit)
    train, test = session.common["splits"][2]
    rows = share_of(train, unit, seed)
    expected = Ridge(alpha=2.0).fit(X[rows], y[rows]).score(X[test], y[test])
    assert fold.test_scores == pytest.approx(expected, rel=1e-10)


class Noted:
    """What callbacks would be, see `ObservedFit`."""

    def __init__(self):
        self.seen = []

    @contextmanager
    def fitting(self, estimator, X, y, metadata):
        self.seen.append((type(estimator), len(X), len(y), metadata))
        yield

    def end(self, X, y, metadata):
        self.seen.append("end")


@pytest.mark.parametrize("number", [1, -1])
def test_callbacks_see_the_fit_and_its_end_even_if_it_fails(number):
    session, noted = make_session(), Noted()
    fold = evaluate(
        **session.common,
        number=0,
        params={"number": number},
        unit=Unit(0, 0.5),
        callbacks=noted,
    )
    assert noted.seen == [(Numbered, 50, 50, None), "end"]
    assert (fold.fit_error is None) == (number > 0)
