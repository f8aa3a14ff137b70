"""What both searches share: GridSearchCV's manners, however candidates are chosen."""

import functools
import gc
import pickle
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
import sklearn
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, make_scorer, recall_score
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    cross_val_score,
)
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skopt_evo import GeneticSearchCV, GradientSearchCV

X, y = load_iris(return_X_y=True)
C = loguniform(1e-2, 1e2)

pytestmark = pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])


def make(search, estimator=None, space=None, **options):
    """Return a search that is too large to be exhaustive, and quick."""
    estimator = SVC(random_state=0) if estimator is None else estimator
    space = {"C": C} if space is None else space
    return search(
        estimator, space, **{"n_iter": 6, "cv": 3, "random_state": 0, **options}
    )


class Recorder(ClassifierMixin, BaseEstimator):
    """Keeps what its `fit` gets; scores by its parameter."""

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y, sample_weight=None, note=None):
        self.classes_ = np.unique(y)
        self.seen_ = {"X": X, "sample_weight": sample_weight, "note": note}
        self.config_ = sklearn.get_config()
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y, sample_weight=None):
        return -abs(np.log(self.C))


# ---- splits


class CountedKFold(KFold):
    n_calls = 0

    def split(self, *args, **kwargs):
        self.n_calls += 1
        return super().split(*args, **kwargs)


def test_splits_are_made_once_a_fit(search):
    cv = CountedKFold(3, shuffle=True)
    make(search, n_iter=12, cv=cv).fit(X, y)
    assert cv.n_calls == 1


@pytest.mark.parametrize(
    ("cv", "n_splits"),
    [
        (4, 4),
        (KFold(2, shuffle=True, random_state=0), 2),
        (list(KFold(3, shuffle=True, random_state=0).split(X)), 3),
        (None, 5),
    ],
)
def test_every_kind_of_cv_is_taken(search, cv, n_splits):
    fitted = make(search, cv=cv).fit(X, y)
    assert fitted.n_splits_ == n_splits
    assert np.isfinite(fitted.cv_results_[f"split{n_splits - 1}_test_score"]).all()


def test_groups_go_to_the_splitter(search):
    groups = np.arange(len(X)) % 5
    model = make(search, cv=GroupKFold(5))
    with pytest.raises(ValueError, match="groups"):
        model.fit(X, y)
    fitted = model.fit(X, y, groups=groups)
    params = {name: [value] for name, value in fitted.best_params_.items()}
    grid = GridSearchCV(SVC(random_state=0), params, cv=GroupKFold(5))
    assert grid.fit(X, y, groups=groups).best_score_ == fitted.best_score_


# ---- scoring and refit


def two_metrics(estimator, X, y):
    predicted = estimator.predict(X)
    return {"right": accuracy_score(y, predicted), "wrong": np.mean(predicted != y)}


def test_refit_names_the_metric_that_chooses(search):
    scoring = {"accuracy": "accuracy", "recall": "recall_macro"}
    fitted = make(search, scoring=scoring, refit="recall").fit(X, y)
    results = fitted.cv_results_
    assert fitted.multimetric_
    assert fitted.best_index_ == np.argmin(results["rank_test_recall"])
    assert fitted.best_score_ == results["mean_test_recall"][fitted.best_index_]
    expected = recall_score(y, fitted.predict(X), average="macro")
    assert fitted.score(X, y) == expected


def test_a_metric_named_by_refit_steers_the_search(search):
    options = {"scoring": two_metrics, "n_iter": 25}
    best = {
        refit: make(search, refit=refit, **options).fit(X, y).cv_results_
        for refit in ("right", "wrong")
    }
    means = {name: best[name]["mean_test_right"].mean() for name in best}
    assert means["right"] > means["wrong"] + 0.05


def test_a_callable_scorer_with_several_metrics_needs_a_name_to_refit_by(search):
    with pytest.raises(ValueError, match="refit"):
        make(search, scoring=two_metrics).fit(X, y)


def test_refit_may_be_a_function_of_the_results(search):
    def cheapest(results):
        return int(np.argmin(results["param_C"]))

    fitted = make(search, refit=cheapest).fit(X, y)
    assert fitted.best_params_["C"] == min(fitted.cv_results_["param_C"])
    assert fitted.best_params_["C"] == fitted.best_estimator_.C
    assert not hasattr(fitted, "best_score_")


def test_without_refit_there_are_results_but_no_estimator(search):
    fitted = make(search, refit=False).fit(X, y)
    assert fitted.best_params_ == fitted.cv_results_["params"][fitted.best_index_]
    assert not hasattr(fitted, "best_estimator_")
    with pytest.raises(AttributeError) as raised:
        fitted.predict(X)
    assert "refit=False" in str(raised.value.__cause__)


def test_train_scores_are_there_if_asked_for(search):
    assert "mean_train_score" not in make(search).fit(X, y).cv_results_
    fitted = make(search, return_train_score=True).fit(X, y)
    assert np.isfinite(fitted.cv_results_["mean_train_score"]).all()


# ---- failures


class Choosy(Recorder):
    """Refuses the smaller half of its parameter's values."""

    def fit(self, X, y):
        if self.C < 1:
            raise ValueError("too small")
        return super().fit(X, y)


@pytest.mark.parametrize("error_score", [np.nan, -100.0])
def test_a_failing_candidate_costs_that_candidate_only(search, error_score):
    model = make(search, Choosy(), n_iter=15, error_score=error_score)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = model.fit(X, y)
    results = fitted.cv_results_
    failed = results["param_C"].astype(float) < 1
    assert 0 < failed.sum() < 15
    np.testing.assert_array_equal(results["status"] == "failed", failed)
    np.testing.assert_array_equal(results["mean_test_score"][failed], error_score)
    assert fitted.best_params_["C"] >= 1
    fit_warnings = [w for w in caught if w.category is FitFailedWarning]
    assert len(fit_warnings) == 1  # at the end, not for each generation
    assert f"{3 * failed.sum()} fits failed out of a total of 45" in str(
        fit_warnings[0].message
    )


class FailsAtFirst(Recorder):
    """Raises in its first fits, as many as a whole generation has and more."""

    n_left = 0

    def fit(self, X, y):
        if type(self).n_left > 0:
            type(self).n_left -= 1
            raise ValueError("not yet")
        return super().fit(X, y)


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_a_generation_that_fails_as_a_whole_does_not_end_the_search(search):
    FailsAtFirst.n_left = 3 * 12
    model = make(search, FailsAtFirst(), n_iter=30)
    with pytest.warns(FitFailedWarning, match="36 fits failed out of a total of 90"):
        fitted = model.fit(X, y)
    assert len(fitted.cv_results_["params"]) == 30
    assert (fitted.cv_results_["status"][12:] == "ok").all()


def test_a_search_whose_fits_all_fail_raises_with_the_first_traceback(search):
    space = {"C": loguniform(1e-3, 1e-1)}
    with pytest.raises(ValueError, match=r"(?s)All the 18 fits failed.*too small"):
        make(search, Choosy(), space).fit(X, y)


def test_error_score_raise_raises_the_error_itself(search):
    with pytest.raises(ValueError, match=r"^too small$"):
        make(search, Choosy(), n_iter=15, error_score="raise").fit(X, y)


def test_a_fit_that_fails_leaves_nothing_of_an_earlier_one(search):
    model = make(search, Choosy(), {"C": loguniform(1, 100)}).fit(X, y)
    model.set_params(param_grid={"C": loguniform(1e-3, 1e-1)})
    with pytest.raises(ValueError, match="All the 18 fits failed"):
        model.fit(X, y)
    assert not [name for name in vars(model) if name.endswith("_")]
    with pytest.raises(NotFittedError):
        model.predict(X)


class FailsOnAllTheData(Recorder):
    def fit(self, X, y):
        if len(X) == 150:
            raise MemoryError("too much")
        return super().fit(X, y)


def test_a_refit_that_fails_leaves_the_results(search):
    model = make(search, FailsOnAllTheData())
    with pytest.raises(MemoryError, match="too much"):
        model.fit(X, y)
    assert len(model.cv_results_["params"]) == 6
    assert model.best_params_ == model.cv_results_["params"][model.best_index_]
    with pytest.raises(NotFittedError):
        model.predict(X)


# ---- metadata


def test_fit_params_are_split_along_with_the_samples(search):
    weights = np.arange(len(X), dtype=float)
    fitted = make(search, Recorder()).fit(X, y, sample_weight=weights, note="all")
    seen = fitted.best_estimator_.seen_
    np.testing.assert_array_equal(seen["sample_weight"], weights)
    assert seen["note"] == "all"
    with pytest.raises(ValueError, match=r"(?s)All the 18 fits failed.*unexpected"):
        make(search, Recorder()).fit(X, y, unknown=1)


def test_routed_metadata_reaches_estimator_scorer_and_splitter(search):
    weights = np.where(y == 0, 100.0, 1.0)
    groups = np.arange(len(X)) % 3
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        estimator = LogisticRegression(max_iter=500).set_fit_request(sample_weight=True)
        metadata = {"sample_weight": weights, "groups": groups}
        options = {"scoring": scorer, "cv": GroupKFold(3)}
        fitted = make(search, estimator, **options).fit(X, y, **metadata)
        params = {name: [value] for name, value in fitted.best_params_.items()}
        grid = GridSearchCV(estimator, params, **options).fit(X, y, **metadata)
        score = fitted.score(X, y, sample_weight=weights)
        assert fitted.best_score_ == grid.best_score_
        assert score == grid.score(X, y, sample_weight=weights)
        with pytest.raises(TypeError, match="unexpected"):
            make(search, estimator, **options).fit(X, y, unknown=weights)
    plain = GridSearchCV(estimator, params, cv=GroupKFold(3)).fit(X, y, groups=groups)
    assert plain.best_score_ != grid.best_score_


def test_configuration_reaches_the_workers(search):
    class_scores = {}
    for assume_finite in (False, True):
        with sklearn.config_context(assume_finite=assume_finite):
            fitted = make(
                search, Recorder(), n_jobs=2, scoring=assumes_finite, n_iter=3
            ).fit(X, y)
        class_scores[assume_finite] = set(fitted.cv_results_["mean_test_score"])
    assert class_scores == {False: {0.0}, True: {1.0}}


def assumes_finite(estimator, X, y):
    return float(estimator.config_["assume_finite"])


# ---- data

SCALED_SVC = make_pipeline(StandardScaler(with_mean=False), SVC(random_state=0))


@functools.cache
def best_score_of_an_array(search):
    return make(search, SCALED_SVC, {"svc__C": C}).fit(X, y).best_score_


@pytest.mark.parametrize(
    "convert",
    [
        pd.DataFrame,
        lambda X: pl.DataFrame(X, schema=[f"f{i}" for i in range(X.shape[1])]),
        sp.csr_matrix,
        sp.csc_matrix,
        list,
        lambda X: X.tolist(),
        lambda X: X.astype(np.float32),
    ],
    ids=["pandas", "polars", "csr", "csc", "list of arrays", "lists", "float32"],
)
def test_data_comes_in_any_form(search, convert):
    data = convert(X)
    model, space = SCALED_SVC, {"svc__C": C}
    with warnings.catch_warnings():
        # pandas' columns are numbers, which have no names.
        warnings.simplefilter("error")
        fitted = make(search, model, space).fit(data, y)
    expected = best_score_of_an_array(search)
    np.testing.assert_allclose(fitted.best_score_, expected, atol=0.03)
    assert fitted.predict(data).shape == y.shape


def test_feature_names_are_those_of_a_data_frame(search):
    frame = load_iris(as_frame=True).data
    fitted = make(search, LogisticRegression(max_iter=500)).fit(frame, y)
    assert list(fitted.feature_names_in_) == list(frame.columns)
    assert fitted.n_features_in_ == 4
    assert not hasattr(make(search).fit(X, y), "feature_names_in_")


def test_precomputed_kernels_are_cut_on_both_sides(search):
    kernel = rbf_kernel(X)
    fitted = make(search, SVC(kernel="precomputed", random_state=0)).fit(kernel, y)
    expected = make(search, SVC(gamma=0.25, random_state=0)).fit(X, y)
    np.testing.assert_allclose(fitted.best_score_, expected.best_score_)


def test_texts_are_data_too(search):
    texts, labels = ["good", "very good", "bad", "very bad"] * 6, [1, 1, 0, 0] * 6
    model = make_pipeline(CountVectorizer(), MultinomialNB())
    fitted = make(search, model, {"multinomialnb__alpha": C}).fit(texts, labels)
    np.testing.assert_array_equal(fitted.predict(["good", "bad"]), [1, 0])


def test_clusterers_and_densities_need_no_target(search):
    clusterer = KMeans(n_init=1, random_state=0)
    clusters = make(search, clusterer, {"tol": loguniform(1e-6, 1e-1)}).fit(X)
    assert clusters.predict(X).shape == (len(X),)
    density = make(search, KernelDensity(), {"bandwidth": C}).fit(X)
    assert density.score_samples(X).shape == (len(X),)


def test_transformers_transform(search):
    space = {"tol": loguniform(1e-6, 1e-1)}
    fitted = make(search, PCA(2, svd_solver="arpack", random_state=0), space).fit(X)
    transformed = fitted.transform(X)
    assert transformed.shape == (len(X), 2)
    np.testing.assert_allclose(
        fitted.inverse_transform(transformed),
        fitted.best_estimator_.inverse_transform(transformed),
    )


# ---- what a fitted search offers


def test_methods_are_there_only_if_the_estimator_has_them(search):
    svc, linear = make(search).fit(X, y), make(search, LinearSVC()).fit(X, y)
    assert hasattr(svc, "decision_function")
    assert not hasattr(svc, "predict_proba")
    assert not hasattr(linear, "transform")
    np.testing.assert_array_equal(svc.classes_, np.unique(y))
    assert not hasattr(make(search, Ridge(), {"alpha": C}).fit(X, y), "classes_")


@pytest.mark.parametrize(
    "method", ["predict", "predict_proba", "score", "decision_function"]
)
def test_methods_before_fit_say_that_there_was_none(search, method):
    model = make(search, LogisticRegression())
    with pytest.raises(NotFittedError, match=f"{search.__name__} instance is not"):
        getattr(model, method)(*((X, y) if method == "score" else (X,)))


def test_html_shows_the_estimator_inside(search):
    model = make(search, make_pipeline(StandardScaler(), SVC()), {"svc__C": C})
    for html in (model._repr_html_(), model.fit(X, y)._repr_html_()):
        assert search.__name__ in html
        assert "StandardScaler" in html
    assert "best_estimator_" in html


def test_clone_and_pickle_keep_what_they_should(search, tmp_path):
    fitted = make(search).fit(X, y)
    copy = clone(fitted)
    assert copy.get_params().keys() == fitted.get_params().keys()
    assert not [name for name in vars(copy) if name.endswith("_")]
    joblib.dump(fitted, tmp_path / "search.joblib")
    restored = [
        pickle.loads(pickle.dumps(fitted)),
        joblib.load(tmp_path / "search.joblib"),
    ]
    for other in restored:
        np.testing.assert_array_equal(other.predict(X), fitted.predict(X))
        assert other.cv_results_["params"] == fitted.cv_results_["params"]


def test_nothing_of_the_data_is_kept(search):
    data, target = X.copy(), y.copy()
    model = make(search, LogisticRegression(max_iter=500), {"C": C})
    model.fit(data, target)
    kept = weakref.ref(data), weakref.ref(target)
    del data, target
    gc.collect()
    assert [reference() for reference in kept] == [None, None]


# ---- where a search is a part


@pytest.mark.parametrize("inner", [GeneticSearchCV, GradientSearchCV, GridSearchCV])
def test_searches_nest(search, inner):
    grid = {"C": [0.1, 1.0]}
    model = inner(SVC(random_state=0), grid, cv=2)
    space = {"estimator__gamma": C}
    fitted = make(search, model, space, n_iter=3, cv=2).fit(X, y)
    assert fitted.best_estimator_.best_params_["C"] in (0.1, 1.0)
    assert fitted.predict(X).shape == y.shape


def test_a_search_is_a_step_of_a_pipeline(search):
    pipeline = make_pipeline(StandardScaler(), make(search)).fit(X, y)
    assert pipeline.score(X, y) > 0.9


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_cross_validation_fits_a_search_a_fold(search, n_jobs):
    scores = cross_val_score(make(search, cv=2), X, y, cv=3, n_jobs=n_jobs)
    assert len(scores) == 3
    assert scores.min() > 0.85


def test_searches_run_side_by_side_in_threads(search):
    def run(seed):
        return make(search, random_state=seed).fit(X, y).cv_results_["params"]

    with ThreadPoolExecutor(4) as pool:
        side_by_side = list(pool.map(run, range(6)))
    assert side_by_side == [run(seed) for seed in range(6)]


# ---- messages


def test_verbose_says_how_many_fits_there_are(search, capsys):
    make(search, verbose=2).fit(X, y)
    printed = capsys.readouterr().out
    assert "Fitting 3 folds for each of 6 candidates, totalling 18 fits" in printed
    assert printed.count("END") == 18
    make(search).fit(X, y)
    assert capsys.readouterr().out == ""


def test_verbose_says_when_the_best_score_improves_and_how_it_ended(search, capsys):
    model = make(search, verbose=1).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    scores = model.cv_results_["mean_test_score"]
    better = [n for n, score in enumerate(scores) if score > max([-1, *scores[:n]])]
    found = [line for line in lines if "new best score: " in line]
    assert [line.split("]")[0] for line in found] == [
        f"[candidate {n + 1}/6" for n in better
    ]
    assert f"new best score: {scores[better[-1]]:.6g} (" in found[-1]
    assert lines[-1] == f"Corrected score: {model.corrected_score_}"
    assert lines[-2] == (
        f"[end of the search] 6 candidates, 0 failed, best score: {max(scores):.6g}, "
        "stop_reason: n_iter"
    )


@pytest.mark.parametrize("pre_dispatch", [1, "n_jobs", "all"])
def test_pre_dispatch_does_not_change_results(search, pre_dispatch):
    options = {"n_iter": 8, "n_jobs": 2}
    ahead = make(search, pre_dispatch=pre_dispatch, **options).fit(X, y)
    usual = make(search, **options).fit(X, y)
    assert ahead.cv_results_["params"] == usual.cv_results_["params"]
