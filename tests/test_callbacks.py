"""Callbacks of scikit-learn 1.9 see every task of a search, and may stop it."""

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV

callback = pytest.importorskip("sklearn.callback", reason="needs scikit-learn 1.9")

pytestmark = pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])

X, y = load_iris(return_X_y=True)


class Recorder:
    """Notes the tasks as they begin and end; asks to stop after so many of a kind."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.begun, self.ended = [], []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        self.begun.append(
            (context.task_name, context.parent and context.parent.task_id)
        )

    def on_fit_task_end(self, estimator, context):
        self.ended.append(context.task_name)
        return self.stop_after is not None and (
            self.ended.count("generation") >= self.stop_after
        )


def make(search, *callbacks, space=None, **options):
    space = {"C": loguniform(1e-2, 1e2)} if space is None else space
    options = {"n_iter": 12, "cv": 2, "random_state": 0, **options}
    return search(SVC(random_state=0), space, **options).set_callbacks(*callbacks)


def names(tasks):
    return [name for name, _ in tasks]


@pytest.mark.parametrize("refit", [True, False])
def test_every_task_begins_and_ends(search, refit):
    recorder = Recorder()
    fitted = make(search, recorder, refit=refit).fit(X, y)
    begun = names(recorder.begun)
    assert sorted(begun) == sorted(recorder.ended)
    assert begun.count("fit") == begun.count("search") == 1
    assert begun.count("candidate-split-evaluation") == 2 * 12
    assert begun.count("refit-with-best-params") == refit
    n_generations = begun.count("generation")
    assert n_generations > 1
    if search is GeneticSearchCV:
        assert n_generations == fitted.cv_results_["iter"].max() + 1
    fits = [parent for name, parent in recorder.begun if "candidate" in name]
    assert sorted(set(fits)) == list(range(n_generations))


def test_a_grid_has_no_generations(search):
    ours, theirs = Recorder(), Recorder()
    space = {"C": [0.1, 1.0, 10.0]}
    make(search, ours, space=space).fit(X, y)
    GridSearchCV(SVC(), space, cv=2).set_callbacks(theirs).fit(X, y)
    assert ours.begun == theirs.begun
    assert ours.ended == theirs.ended


def test_a_callback_may_stop_the_search_after_a_generation(search):
    recorder = Recorder(stop_after=2)
    fitted = make(search, recorder, n_iter=60).fit(X, y)
    n_candidates = len(fitted.cv_results_["params"])
    # Those in flight are ended with it.
    assert 2 <= recorder.ended.count("generation") <= 5
    assert recorder.ended.count("candidate-split-evaluation") == 2 * n_candidates
    assert n_candidates < 60
    assert fitted.predict(X).shape == y.shape


def test_callbacks_change_no_results(search):
    observed = make(search, Recorder()).fit(X, y).cv_results_
    alone = make(search).fit(X, y).cv_results_
    assert observed["params"] == alone["params"]
    np.testing.assert_array_equal(observed["mean_test_score"], alone["mean_test_score"])


@pytest.mark.parametrize("backend", ["loky", "threading"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_progress_bar_follows_every_generation(search, n_jobs, backend, capsys):
    pytest.importorskip("rich")
    # Not into SVC, which has no callbacks: scikit-learn would warn.
    bar = callback.ProgressBar(max_propagation_depth=0)
    recorder = Recorder()
    with joblib.parallel_config(backend):
        make(search, bar, recorder, n_jobs=n_jobs).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    shown = [line for line in lines if f"{search.__name__} - generation" in line]
    assert len(shown) == names(recorder.begun).count("generation")
    assert all("100%" in line for line in lines)


def test_a_callback_of_the_estimator_sees_its_fits(search):
    model = LogisticRegression(max_iter=200)
    if not hasattr(model, "set_callbacks"):
        pytest.skip("LogisticRegression has no callbacks in this version")
    recorder = Recorder()
    pipeline = make_pipeline(model.set_callbacks(recorder))
    space = {"logisticregression__C": loguniform(1e-2, 1e2)}
    search(pipeline, space, n_iter=4, cv=2, random_state=0).fit(X, y)
    assert names(recorder.begun).count("fit") >= 2 * 4 + 1


def test_a_search_with_callbacks_is_as_it_was_after_fit(search):
    fitted = make(search, Recorder()).fit(X, y)
    assert not hasattr(fitted, "_callback_fit_ctx")
    assert fitted.__getstate__().keys() <= vars(fitted).keys()
    again = fitted.fit(X, y)
    assert len(again.cv_results_["params"]) == 12
