"""What a search leaves: an ensemble, predictions, and a corrected score."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, randint
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.datasets import (
    load_diabetes,
    load_iris,
    make_classification,
    make_multilabel_classification,
)
from sklearn.ensemble import IsolationForest, StackingClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.metrics import get_scorer, log_loss, make_scorer, mean_absolute_error
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    TimeSeriesSplit,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.ensemble import (
    AveragedClassifier,
    AveragedRegressor,
    GreedyEnsemble,
    TopEnsemble,
)
from skopt_evo.exceptions import CheckpointWarning, EnsembleWarning
from skopt_evo.predictions import _store

X, Y = load_iris(return_X_y=True)
X, Y = X[::2], np.array(["a", "b", "c"])[Y[::2]]
XR, YR = (part[:120] for part in load_diabetes(return_X_y=True))
TREE = {"max_depth": randint(1, 6), "min_samples_leaf": randint(1, 20)}
QUICK = GreedyEnsemble(n_bags=2)
ENSEMBLES = {"folds": "folds", "greedy": QUICK, "top": TopEnsemble(3)}


def search(model=None, space=TREE, kind=GeneticSearchCV, **options):
    model = DecisionTreeClassifier(random_state=0) if model is None else model
    values = {"n_iter": 10, "cv": 3, "random_state": 0}
    if kind is GeneticSearchCV:
        values["surrogate"] = None
    return kind(model, space, **{**values, **options})


# ---- ensembles


@pytest.mark.parametrize("kind", [GeneticSearchCV, GradientSearchCV])
@pytest.mark.parametrize("name", ENSEMBLES)
def test_candidates_and_the_best_are_the_same_with_an_ensemble(kind, name):
    plain = search(kind=kind).fit(X, Y)
    found = search(kind=kind, ensemble=ENSEMBLES[name]).fit(X, Y)
    assert isinstance(found.best_estimator_, AveragedClassifier)
    assert found.best_params_ == plain.best_params_
    assert found.best_score_ == plain.best_score_
    columns = [c for c in plain.cv_results_ if "time" not in c]
    pd.testing.assert_frame_equal(
        pd.DataFrame(found.cv_results_)[columns],
        pd.DataFrame(plain.cv_results_)[columns],
    )
    assert set(found.predict(X)) <= {"a", "b", "c"}
    assert list(found.classes_) == ["a", "b", "c"]
    assert found.n_features_in_ == 4


@pytest.mark.parametrize("name", ENSEMBLES)
def test_the_ensemble_is_the_same_for_every_number_of_workers(name):
    found = [
        search(ensemble=ENSEMBLES[name], scoring="neg_log_loss", n_jobs=n_jobs).fit(
            X, Y
        )
        for n_jobs in (1, 2)
    ]
    one, two = (each.best_estimator_ for each in found)
    np.testing.assert_array_equal(one.weights_, two.weights_)
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
    assert found[0].corrected_score_ == found[1].corrected_score_


def test_the_fold_models_of_the_best_are_averaged_without_a_further_fit(capsys):
    found = search(ensemble="folds", verbose=1).fit(X, Y)
    assert "Ensemble of 1 of 10 candidates: 0 further fits" in capsys.readouterr().out
    model = found.best_estimator_
    assert [name for name, _ in model.estimators] == [f"candidate_{found.best_index_}"]
    parts = []
    for train, _ in found.oof_predictions_.splits:
        tree = clone(found.estimator).set_params(**found.best_params_)
        parts.append(tree.fit(X[train], Y[train]).predict_proba(X))
    np.testing.assert_allclose(found.predict_proba(X), np.mean(parts, axis=0))


def test_a_greedy_ensemble_of_models_of_the_splits_costs_no_fit(capsys):
    search(ensemble="greedy", scoring="neg_log_loss", verbose=1).fit(X, Y)
    assert "candidates: 0 further fits" in capsys.readouterr().out


def test_models_that_were_dropped_are_fitted_again(monkeypatch):
    expected = search(ensemble=QUICK, scoring="neg_log_loss").fit(X, Y)
    monkeypatch.setattr("skopt_evo.scheduling._kept.MAX_MODELS_ON_DISK", -1)
    found = search(ensemble=QUICK, scoring="neg_log_loss").fit(X, Y)
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))


def test_what_is_beyond_the_bound_of_memory_is_in_a_file(monkeypatch):
    expected = search(ensemble=QUICK, scoring="neg_log_loss").fit(X, Y)
    monkeypatch.setattr(_store.Store, "__init__", with_bound(1000))
    found = search(ensemble=QUICK, scoring="neg_log_loss").fit(X, Y)
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))
    loaded = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(
        loaded.oof_predictions_[0], expected.oof_predictions_[0]
    )


def with_bound(n_bytes):
    original = _store.Store.__init__
    return lambda store, max_memory=None: original(store, n_bytes)


def test_a_small_space_is_tried_whole_and_averaged():
    found = search(space={"max_depth": [1, 2, 3]}, ensemble=TopEnsemble(2)).fit(X, Y)
    assert len(found.cv_results_["params"]) == 3
    assert len(found.best_estimator_.estimators) == 2


def test_regressors_are_averaged():
    model = DecisionTreeRegressor(random_state=0)
    found = search(model, ensemble=QUICK).fit(XR, YR)
    assert isinstance(found.best_estimator_, AveragedRegressor)
    assert found.predict(XR).shape == (120,)
    assert found.corrected_score_.method == "cross-fitted"


@pytest.mark.parametrize("scoring", [None, "accuracy", "roc_auc_ovr"])
def test_probabilities_are_averaged_for_every_metric(scoring):
    found = search(ensemble=QUICK, scoring=scoring).fit(X, Y)
    assert found.predict_proba(X).shape == (75, 3)
    np.testing.assert_allclose(
        np.exp(found.predict_log_proba(X)), found.predict_proba(X)
    )
    assert found.score(X, Y) > 0.8


def test_decisions_are_averaged_where_there_are_no_probabilities():
    found = search(SVC(), {"C": loguniform(0.1, 10)}, ensemble=QUICK).fit(X, Y)
    assert not hasattr(found, "predict_proba")
    assert found.decision_function(X).shape == (75, 3)


def test_several_outputs_and_labels_are_averaged():
    x, y = make_multilabel_classification(80, n_classes=3, random_state=0)
    for model, space in (
        (DecisionTreeClassifier(random_state=0), TREE),
        (KNeighborsClassifier(), {"n_neighbors": randint(1, 20)}),
    ):
        found = search(model, space, ensemble=QUICK, scoring="f1_macro").fit(x, y)
        assert found.predict(x).shape == (80, 3)
    targets = np.column_stack([XR[:, 0], YR])
    found = search(Ridge(), {"alpha": loguniform(0.1, 10)}, ensemble=QUICK)
    assert found.fit(XR, targets).predict(XR).shape == (120, 2)


def test_a_pipeline_in_a_frame_has_its_feature_names():
    frame = pd.DataFrame(X, columns=list("pqrs"))
    model = make_pipeline(StandardScaler(), LogisticRegression())
    space = {"logisticregression__C": loguniform(0.01, 10)}
    found = search(model, space, ensemble=QUICK).fit(frame, Y)
    assert list(found.feature_names_in_) == list("pqrs")
    assert found.predict(frame).shape == (75,)


def test_weights_of_samples_count_in_each_member():
    weights = np.where(Y == "a", 10.0, 0.1)
    model = LogisticRegression(max_iter=1000)
    space = {"C": loguniform(0.01, 10)}
    found = search(model, space, ensemble="folds").fit(X, Y, sample_weight=weights)
    plain = search(model, space, ensemble="folds").fit(X, Y)
    gain = found.predict_proba(X) - plain.predict_proba(X)
    assert gain[:, 0].mean() > 0.01


def test_routed_weights_reach_fits_and_scores():
    weights = np.linspace(0.1, 1.0, len(Y))
    with config_context(enable_metadata_routing=True):
        model = LogisticRegression(max_iter=1000).set_fit_request(sample_weight=True)
        scorer = get_scorer("accuracy").set_score_request(sample_weight=True)
        found = search(
            model, {"C": loguniform(0.01, 10)}, ensemble=QUICK, scoring=scorer
        ).fit(X, Y, sample_weight=weights)
    assert found.corrected_score_.method == "cross-fitted"


def test_a_metric_of_several_is_improved():
    metrics = ["accuracy", "neg_log_loss"]
    found = search(scoring=metrics, refit="neg_log_loss", ensemble=QUICK).fit(X, Y)
    single = search(scoring="neg_log_loss", ensemble=QUICK).fit(X, Y)
    np.testing.assert_array_equal(
        found.best_estimator_.weights_, single.best_estimator_.weights_
    )


def test_searches_with_ensembles_are_parts_of_others():
    inner = search(ensemble=QUICK, n_iter=4)
    assert cross_val_score(inner, X, Y, cv=2).min() > 0.7
    stack = StackingClassifier([("search", inner)], cv=2).fit(X, Y)
    assert stack.score(X, Y) > 0.8
    calibrated = CalibratedClassifierCV(inner, cv=2).fit(X, Y)
    assert calibrated.predict_proba(X).shape == (75, 3)


# ---- splits


SPLITTERS = {
    "repeated": (RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0), 0),
    "random": (ShuffleSplit(3, test_size=0.2, random_state=0), None),
    "in time": (TimeSeriesSplit(3), 30),
}


@pytest.mark.parametrize("name", SPLITTERS)
def test_rows_of_any_splits_have_their_predictions(name):
    splitter, n_missing = SPLITTERS[name]
    model = DecisionTreeRegressor(random_state=0)
    y = YR > 100 if name == "repeated" else YR
    model = DecisionTreeClassifier(random_state=0) if name == "repeated" else model
    with warnings.catch_warnings():
        if name == "in time":  # the training sets grow
            warnings.simplefilter("ignore", EnsembleWarning)
        found = search(model, cv=splitter, ensemble=QUICK).fit(XR, y)
    predictions = found.oof_predictions_
    counts = np.zeros(120, dtype=int)
    for _, test in splitter.split(XR, y):
        counts[test] += 1
    np.testing.assert_array_equal(predictions.n_predictions, counts)
    assert predictions.n_missing == np.sum(counts == 0)
    assert n_missing is None or predictions.n_missing == n_missing
    rows = predictions[0].reshape(120, -1)
    np.testing.assert_array_equal(np.isnan(rows).any(axis=1), counts == 0)
    low, high = found.corrected_score_.low, found.corrected_score_.high
    assert low < found.corrected_score_.score < high


def test_groups_of_the_splitter_stay_together():
    groups = np.repeat(np.arange(15), 5)
    found = search(cv=GroupKFold(3), ensemble=QUICK).fit(X, Y, groups=groups)
    np.testing.assert_array_equal(found.oof_predictions_.groups, groups)


def test_a_class_that_a_training_set_lacks_has_probability_zero():
    order = np.argsort(Y, kind="stable")
    splits = [(order[:50], order[50:]), (order[25:], order[:25])]
    found = search(cv=splits, ensemble="folds").fit(X, Y)
    assert found.predict_proba(X).shape == (75, 3)
    np.testing.assert_allclose(found.predict_proba(X).sum(axis=1), 1.0)
    assert (found.oof_predictions_[0][order[50:], 2] == 0).all()


# ---- predictions


def test_predictions_are_those_of_cross_validation():
    found = search(return_predictions=True, space={"max_depth": [1, 2]}).fit(X, Y)
    for number, params in enumerate(found.cv_results_["params"]):
        for train, test in found.oof_predictions_.splits:
            model = clone(found.estimator).set_params(**params).fit(X[train], Y[train])
            np.testing.assert_allclose(
                found.oof_predictions_[number][test],
                model.predict_proba(X[test]),
                rtol=1e-6,
            )
    assert found.oof_predictions_.methods == ["predict_proba"] * 2
    assert not isinstance(found.best_estimator_, AveragedClassifier)


def test_none_are_kept_unless_they_are_asked_for():
    assert not hasattr(search().fit(X, Y), "oof_predictions_")


class NaNAtTimes(DecisionTreeClassifier):
    """Predicts NaN if it is deep."""

    def predict_proba(self, X, check_input=True):
        chances = super().predict_proba(X, check_input)
        return chances * np.nan if self.max_depth > 2 else chances


def test_candidates_that_predict_nan_are_no_members():
    model = NaNAtTimes(random_state=0)
    found = search(model, {"max_depth": [1, 2, 3]}, return_predictions=True).fit(X, Y)
    assert found.oof_predictions_.methods == ["predict_proba", "predict_proba", None]
    with pytest.raises(ValueError, match="Candidate 2 has no predictions"):
        found.oof_predictions_[2]
    with pytest.warns(EnsembleWarning, match="Candidate 0 has no predictions"):
        found = search(model, {"max_depth": [3]}, ensemble="greedy").fit(X, Y)
    assert isinstance(found.best_estimator_, NaNAtTimes)


class FailsAtTimes(DecisionTreeClassifier):
    """Raises if it is deep."""

    def fit(self, X, y, sample_weight=None, check_input=True):
        if self.max_depth > 2:
            raise RuntimeError("on purpose")
        return super().fit(X, y, sample_weight, check_input)


def test_candidates_that_failed_are_no_members():
    model = FailsAtTimes(random_state=0)
    found = search(model, {"max_depth": [3, 1, 2]}, ensemble=TopEnsemble(3))
    with pytest.warns(FitFailedWarning), pytest.warns(UserWarning, match="non-finite"):
        found.fit(X, Y)
    names = [name for name, _ in found.best_estimator_.estimators]
    assert names == ["candidate_1", "candidate_2"]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_scorer_that_needs_the_estimator_leaves_the_best_candidate(name):
    def depth(estimator, X, y):
        return -float(estimator.get_depth())

    found = search(scoring=depth, ensemble=ENSEMBLES[name])
    with pytest.warns(EnsembleWarning, match="cannot be computed from predictions"):
        found.fit(X, Y)
    assert isinstance(found.best_estimator_, DecisionTreeClassifier)
    assert found.score(X, Y) == -found.best_estimator_.get_depth()
    assert found.corrected_score_.method == "fold scores"


class OwnThreshold(DecisionTreeClassifier):
    """Predicts a class from a probability of a fifth on."""

    def predict(self, X, check_input=True):
        return self.classes_[(self.predict_proba(X)[:, 0] < 0.8).astype(int)]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_classes_that_are_not_the_most_probable_are_not_averaged(name):
    y = np.where(XR[:, 2] + XR[:, 0] > 0.05, "yes", "no")
    model = OwnThreshold(max_depth=2, random_state=0)
    found = search(model, {"ccp_alpha": [0.0, 0.01]}, ensemble=ENSEMBLES[name])
    with pytest.warns(EnsembleWarning, match="other classes than those"):
        found.fit(XR, y)
    assert isinstance(found.best_estimator_, OwnThreshold)
    assert found.corrected_score_.method == "bbc-cv"


def test_votes_of_pairs_of_classes_do_not_keep_decisions_from_being_averaged():
    x, y = make_classification(
        200, 6, n_informative=4, n_classes=5, n_clusters_per_class=1, random_state=0
    )
    found = search(SVC(), {"C": loguniform(0.1, 10)}, ensemble="folds").fit(x, y)
    assert isinstance(found.best_estimator_, AveragedClassifier)
    pool = found.oof_predictions_.pooled(found.best_index_)
    assert any(each.labels is not None for each in pool)


def test_a_score_of_the_estimators_own_leaves_the_best_candidate():
    model = PoissonRegressor()
    found = search(model, {"alpha": [0.1, 1.0]}, ensemble="folds")
    with pytest.warns(EnsembleWarning, match="cannot be computed from predictions"):
        found.fit(XR, YR)
    assert found.score(XR, YR) == found.best_estimator_.score(XR, YR)


def test_a_scorer_that_takes_labels_for_probabilities_is_computed_as_it_is():
    y = (np.median(YR) < YR).astype(int)
    scoring = make_scorer(log_loss, greater_is_better=False)
    found = search(scoring=scoring, return_predictions=True).fit(XR, y)
    assert found.corrected_score_.score < -5  # of labels, each wrong one counts 36


def test_members_are_fitted_on_all_the_data_where_training_sets_grow():
    model = DecisionTreeRegressor(random_state=0)
    found = search(model, cv=TimeSeriesSplit(3), ensemble="folds")
    with pytest.warns(EnsembleWarning, match="differ much in size"):
        found.fit(XR, YR)
    expected = clone(model).set_params(**found.best_params_).fit(XR, YR)
    np.testing.assert_array_equal(found.predict(XR), expected.predict(XR))


def test_a_function_that_chooses_without_a_metric_leaves_its_choice():
    def both(estimator, X, y):
        return {"a": estimator.score(X, y), "b": 1.0}

    found = search(scoring=both, refit=lambda _: 0, ensemble=QUICK)
    with pytest.warns(EnsembleWarning, match="Pass the name of a metric"):
        found.fit(X, Y)
    assert found.predict(X).shape == (75,)


@pytest.mark.filterwarnings("ignore:The groups parameter is ignored")
def test_groups_of_several_types_are_told_apart():
    groups = np.array(["a", None, 3] * 25, dtype=object)
    found = search(ensemble=QUICK, cv=KFold(3)).fit(X, Y, groups=groups)
    assert len(np.unique(found.oof_predictions_.group_codes())) == 3


def test_a_scorer_of_ones_own_that_needs_predictions_alone_is_improved():
    own = make_scorer(mean_absolute_error, greater_is_better=False)
    wrapped = lambda estimator, X, y: own(estimator, X, y)  # noqa: E731
    model = DecisionTreeRegressor(random_state=0)
    found = [
        search(model, ensemble=QUICK, scoring=scoring).fit(XR, YR)
        for scoring in (own, wrapped)
    ]
    np.testing.assert_array_equal(*(each.best_estimator_.weights_ for each in found))


# ---- checkpoints


def test_a_resumed_search_has_the_same_predictions(tmp_path):
    path = tmp_path / "journal"
    options = {"ensemble": QUICK, "scoring": "neg_log_loss", "n_iter": 5}
    expected = search(**options).fit(X, Y)
    search(**options, checkpoint=path).fit(X, Y)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-4]))
    found = search(**options, checkpoint=path).fit(X, Y)
    for candidate in range(5):
        np.testing.assert_array_equal(
            found.oof_predictions_[candidate], expected.oof_predictions_[candidate]
        )
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))


@pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.CheckpointWarning")
def test_wherever_a_journal_is_cut_nothing_is_lost_nor_mixed_up(tmp_path, monkeypatch):
    monkeypatch.setattr("skopt_evo.checkpoint._predictions.PART", 200)
    options = {"n_iter": 3, "cv": 2, "return_predictions": True}
    whole = tmp_path / "whole"
    expected = search(**options, checkpoint=whole).fit(X, Y).oof_predictions_
    lines = whole.read_bytes().splitlines(keepends=True)
    assert sum(b'"part"' in line for line in lines) > 6 * 2
    for number in range(1, len(lines)):
        for torn in (b"", lines[number][: len(lines[number]) // 2]):
            path = tmp_path / f"{number}-{len(torn)}"
            path.write_bytes(b"".join(lines[:number]) + torn)
            found = search(**options, checkpoint=path).fit(X, Y).oof_predictions_
            for candidate in range(3):
                np.testing.assert_array_equal(found[candidate], expected[candidate])
            again = path.read_bytes().splitlines()
            n_folds = sum(b'"fold"' in line for line in again)
            assert n_folds == 6


def test_no_fit_of_a_finished_search_is_done_again(tmp_path):
    path = tmp_path / "journal"
    search(return_predictions=True, checkpoint=path).fit(X, Y)
    size = path.stat().st_size
    search(return_predictions=True, checkpoint=path).fit(X, Y)
    assert path.stat().st_size == size


def test_predictions_that_a_checkpoint_lacks_are_made(tmp_path):
    path = tmp_path / "journal"
    search(checkpoint=path).fit(X, Y)
    found = search(checkpoint=path, ensemble=QUICK).fit(X, Y)
    expected = search(ensemble=QUICK).fit(X, Y)
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))
    with warnings.catch_warnings():
        warnings.simplefilter("error", CheckpointWarning)
        search(checkpoint=path).fit(X, Y)


# ---- bad input


@pytest.mark.parametrize("ensemble", ["folds", QUICK])
def test_refit_false_leaves_nothing_to_make(ensemble):
    with pytest.raises(ValueError, match="refit=False: there is no best_estimator_"):
        search(ensemble=ensemble, refit=False).fit(X, Y)


@pytest.mark.parametrize(
    ("model", "space"),
    [
        (KMeans(), {"n_clusters": [2, 3]}),
        (IsolationForest(), {"max_features": [0.5, 1.0]}),
        (StandardScaler(), {"with_mean": [True, False]}),
    ],
)
@pytest.mark.parametrize(
    "options", [{"ensemble": "folds"}, {"return_predictions": True}]
)
def test_averages_that_make_no_sense_are_refused(model, space, options):
    found = search(model, space, scoring=lambda *_: 0.0, **options)
    with pytest.raises(ValueError, match="classifiers and regressors alone"):
        found.fit(X, Y)


def test_classes_that_cannot_be_sorted_are_refused_before_any_fit():
    y = np.array([1, "a"] * 30, dtype=object)
    with pytest.raises((TypeError, ValueError)):
        search(ensemble="folds").fit(X[:60], y)


def test_several_metrics_without_a_name_leave_no_way_to_choose():
    metrics = ["accuracy", "neg_log_loss"]
    with pytest.raises(ValueError, match="Pass the name of a metric"):
        search(scoring=metrics, refit=lambda _: 0, ensemble=QUICK).fit(X, Y)
