"""From the parameters of a search and its data to a session."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo._interruption import Interruption
from skopt_evo._preparation import NOT_RESULTS, make_session, open_checkpoint
from skopt_evo._sklearn_callbacks import SearchTask
from skopt_evo.exceptions import CheckpointMismatchError
from skopt_evo.executors import InProcess
from skopt_evo.proposers import GridProposer
from skopt_evo.scheduling import AllSplits, Interrupted, NoChange, Timeout
from skopt_evo.trials import Trial

SEARCHES = [GeneticSearchCV, GradientSearchCV]
X, y = load_iris(return_X_y=True)
C = {"C": loguniform(1e-2, 1e2)}

pytestmark = pytest.mark.parametrize("search", SEARCHES)


def make(search, space=C, **options):
    return search(SVC(), space, **{"n_iter": 6, "cv": 3, "random_state": 0, **options})


def read(model, **params):
    """Return what `fit` was given."""
    return model._read(X, y, params)[0]


def session_of(model, seed=0, checkpoint=None, **params):
    return make_session(
        model,
        model._make_space(seed),
        seed,
        read(model, **params),
        root=SearchTask(None, None),
        checkpoint=checkpoint,
        interruption=Interruption(),
        kept=None,
    )


# ---- the data


def test_callbacks_get_the_data_and_the_weights(search):
    weights = np.ones(len(y))
    data = read(make(search), sample_weight=weights)
    seen = data.for_callbacks()
    assert seen["X"] is X
    assert seen["y"] is y
    np.testing.assert_array_equal(seen["metadata"]["sample_weight"], weights)
    assert read(make(search)).for_callbacks()["metadata"] is None


# ---- the session


def test_what_fits_share_is_that_of_the_search(search):
    model = make(search, error_score=-1.0, return_train_score=True, verbose=3)
    session = session_of(model, seed=7)
    common = session.common
    assert common["estimator"] is not model.estimator
    assert (common["seed"], common["n_candidates"], session.n_splits) == (7, 6, 3)
    settings = common["settings"]
    assert (settings.error_score, settings.return_train_score) == (-1.0, True)
    assert (settings.verbose, settings.fit_params) == (3, {})
    assert common["X"] is X
    assert common["y"] is y


def test_the_parts_are_those_that_were_asked_for(search):
    session = session_of(make(search, n_iter_no_change=3, timeout=5.0))
    assert session.budgets == [6]
    assert isinstance(session.executor, InProcess)
    assert isinstance(session.schedule, AllSplits)
    kinds = [type(rule) for rule in session.rules]
    assert kinds == [Interrupted, NoChange, Timeout, type(session.callbacks)]
    session.interruption.n = 1
    assert session.rules[0].poll(has_results=False) == "interrupted"
    assert session.checkpoint is None
    assert session.postponed() == []


def test_a_space_that_is_small_enough_is_searched_whole(search):
    grid = {"C": [0.1, 1.0, 10.0]}
    session = session_of(make(search, grid, n_iter=3))
    assert isinstance(session.proposer, GridProposer)
    assert session.common["n_candidates"] == 3
    assert not isinstance(
        session_of(make(search, grid, n_iter=2)).proposer, GridProposer
    )


def test_derivatives_are_beside_the_fits_if_the_proposer_needs_them(search):
    session = session_of(make(search))
    assert session.common["settings"].gradient is session.proposer.gradient


# ---- a checkpoint


def test_without_a_path_there_is_no_checkpoint(search):
    model = make(search)
    assert open_checkpoint(model, read(model), 0) is None


def test_an_extended_search_begins_as_with_its_first_budget(search, tmp_path):
    for number, n_iter in enumerate((6, 9)):
        model = make(search, n_iter=n_iter, checkpoint=tmp_path / "journal")
        with open_checkpoint(model, read(model), 0) as checkpoint:
            session = session_of(model, checkpoint=checkpoint)
            assert session.checkpoint is checkpoint
            checkpoint.recall(Trial({}, 0, "initial", number=number), 3)
    assert session.budgets == [6, 9]
    assert session.common["n_candidates"] == 9


def test_a_seed_that_nobody_chose_is_that_of_the_checkpoint(search, tmp_path):
    model = make(search, random_state=None, checkpoint=tmp_path / "journal")
    for seed in (5, 8):
        with open_checkpoint(model, read(model), seed) as checkpoint:
            assert checkpoint.header["seed"] == 5
            checkpoint.recall(Trial({}, 0, "initial", number=0), 3)
    chosen = make(search, checkpoint=tmp_path / "journal")
    with pytest.raises(
        CheckpointMismatchError, match=r"random_state, .* 8 and not to 5"
    ):
        open_checkpoint(chosen, read(chosen), 8)


def test_a_checkpoint_of_another_search_is_left_closed(search, tmp_path):
    path = tmp_path / "journal"
    first = make(search, checkpoint=path)
    with open_checkpoint(first, read(first), 0) as checkpoint:
        checkpoint.recall(Trial({}, 0, "initial", number=0), 3)
    other = make(search, checkpoint=path, cv=4)
    for _ in range(2):  # the second time it is not locked
        with pytest.raises(CheckpointMismatchError, match="the splits"):
            open_checkpoint(other, read(other), 0)
    with open_checkpoint(first, read(first), 0) as checkpoint:
        assert checkpoint.budgets == [6]


def test_settings_that_results_do_not_depend_on_are_parameters(search):
    assert set(NOT_RESULTS) <= set(make(search).get_params(deep=False))
