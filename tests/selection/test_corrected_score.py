"""What new data may be expected to show of the winner."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform
from scipy.stats import t as student
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV
from skopt_evo.selection import CorrectedScore, corrected_score

X, Y = load_breast_cancer(return_X_y=True)
X, Y = X[:200], Y[:200]
SPACE = {"max_depth": list(range(1, 5)), "max_features": [1, 3, 30]}
SCORES = np.array([[0.5, 0.7, 0.6], [0.8, 0.6, 0.7], [0.9, 0.5, 0.4]])  # a row a split


def results(scores=SCORES, **columns):
    folds = {f"split{i}_test_score": row for i, row in enumerate(np.array(scores))}
    return {
        **folds,
        "mean_test_score": np.mean(scores, axis=0),
        "params": [{}] * len(scores[0]),
        **columns,
    }


def search(**options):
    model = DecisionTreeClassifier(random_state=0)
    values = {"n_iter": 12, "cv": 4, "return_predictions": True}
    return GeneticSearchCV(model, SPACE, **{**values, **options})


def test_fold_scores_are_corrected_as_tibshirani_does():
    found = corrected_score(results())
    winner = SCORES[:, 0]
    score = winner.mean() - np.mean([0.7 - 0.5, 0.8 - 0.8, 0.9 - 0.9])
    width = student.ppf(0.975, 2) * winner.std(ddof=1) / np.sqrt(3)
    assert found.score == pytest.approx(score)
    assert (found.low, found.high) == pytest.approx((score - width, score + width))
    assert found.method == "fold scores"
    assert found.reason == "No predictions were kept."


def test_a_data_frame_and_a_search_of_scikit_learn_will_do():
    grid = GridSearchCV(DecisionTreeClassifier(random_state=0), SPACE).fit(X, Y)
    found = corrected_score(grid)
    assert found == corrected_score(pd.DataFrame(grid.cv_results_).to_dict("list"))
    assert found.score <= grid.best_score_


def test_failed_candidates_do_not_win():
    scores = np.column_stack([SCORES, [9.0, 9.0, 9.0]])
    status = ["ok", "ok", "ok", "failed"]
    assert corrected_score(results(scores, status=status)) == corrected_score(results())


def test_predictions_correct_by_bootstraps():
    found = search().fit(X, Y)
    assert found.corrected_score_.method == "bbc-cv"
    assert found.corrected_score_.score < found.best_score_
    assert found.corrected_score_.low < found.corrected_score_.score
    assert found.corrected_score_.score < found.corrected_score_.high
    assert corrected_score(found) == found.corrected_score_
    wide = corrected_score(found, confidence=0.99, n_bootstraps=100, random_state=1)
    narrow = corrected_score(found, confidence=0.5, n_bootstraps=100, random_state=1)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_an_ensemble_is_cross_fitted():
    found = search(ensemble="greedy", return_predictions=False).fit(X, Y)
    assert found.corrected_score_.method == "cross-fitted"
    folds = search(ensemble="folds").fit(X, Y)
    assert folds.corrected_score_.method == "bbc-cv"


def test_a_scorer_that_needs_the_estimator_is_corrected_by_fold_scores():
    def depth(estimator, X, y):
        return -estimator.get_depth()

    found = search(scoring=depth).fit(X, Y).corrected_score_
    assert found.method == "fold scores"
    assert "cannot be computed from predictions" in found.reason


def test_the_metric_of_refit_is_corrected():
    metrics = ["accuracy", "neg_log_loss"]
    found = search(scoring=metrics, refit="neg_log_loss").fit(X, Y)
    assert found.corrected_score_ == corrected_score(found, metric="neg_log_loss")
    assert corrected_score(found, metric="accuracy").score > 0.5


def test_groups_are_kept_together():
    groups = np.repeat(np.arange(40), 5)
    found = search(cv=GroupKFold(4)).fit(X, Y, groups=groups)
    np.testing.assert_array_equal(found.oof_predictions_.groups, groups)
    assert found.corrected_score_.method == "bbc-cv"


@pytest.mark.parametrize("options", [{"refit": False, "scoring": ["accuracy", "f1"]}])
def test_without_a_best_score_there_is_none_to_correct(options):
    assert not hasattr(search(**options).fit(X, Y), "corrected_score_")


def test_if_all_failed_there_is_none():
    model = LogisticRegression(solver="liblinear")
    found = GeneticSearchCV(
        model,
        {"C": loguniform(0.1, 1)},
        n_iter=3,
        error_score=0.0,
        random_state=0,
        scoring=lambda *_: np.nan,
    )
    with pytest.warns(UserWarning):  # noqa: PT030 -- of scores that are not finite
        found.fit(X, Y)
    assert not hasattr(found, "corrected_score_")


def test_it_is_a_number_and_a_line():
    score = CorrectedScore(0.5, 0.25, 0.75, "bbc-cv")
    assert float(score) == 0.5
    assert str(score) == "0.5 (0.25 to 0.75, bbc-cv)"
    assert repr(score) == "0.5 (0.25 to 0.75)"


def test_it_is_printed_with_verbose(capsys):
    found = search(verbose=1).fit(X, Y)
    assert f"Corrected score: {found.corrected_score_}" in capsys.readouterr().out


def test_repetitions_of_a_search_need_its_data():
    with pytest.raises(ValueError, match="n_repeats=2 fits the best estimator"):
        corrected_score(search().fit(X, Y), n_repeats=2)
    with pytest.raises(ValueError, match="n_repeats=2 fits the best estimator"):
        corrected_score(results(), X, Y, n_repeats=2)


BAD = [
    ({"n_repeats": -1}, "n_repeats=-1"),
    ({"metric": "acuracy"}, "metric='acuracy' is not a metric"),
    ({"n_bootstraps": 1}, "n_bootstraps=1"),
    ({"confidence": 1.0}, "confidence=1.0"),
    ({"random_state": None}, "random_state=None"),
]


@pytest.mark.parametrize(("options", "words"), BAD)
def test_parameters_that_make_no_sense_are_refused(options, words):
    with pytest.raises((TypeError, ValueError), match=words):
        corrected_score(results(), **options)


@pytest.mark.parametrize("scores", [SCORES[:1], SCORES * np.nan])
def test_too_few_splits_or_scores_are_an_error(scores):
    with pytest.raises(ValueError, match="It takes two splits and one candidate"):
        corrected_score(results(scores))


def test_several_metrics_need_a_name():
    several = {**results(), "mean_test_other": np.zeros(3)}
    with pytest.raises(ValueError, match="Pass the one to correct"):
        corrected_score(several)


def test_the_winner_of_a_function_is_the_one_that_is_corrected():
    def first(results):
        return 0

    found = search(refit=first).fit(X, Y)
    corrected = corrected_score(found)
    assert corrected.method == "fold scores"
    assert "may choose another candidate" in corrected.reason
    assert corrected.score <= found.cv_results_["mean_test_score"][0]


def test_a_search_that_is_not_fitted_is_an_error():
    with pytest.raises(ValueError, match="has no cv_results_"):
        corrected_score(search())


def test_candidates_of_less_data_do_not_win():
    scores = np.column_stack([SCORES, [9.0, 9.0, 9.0]])
    halving = results(scores, n_resources=[100, 100, 100, 20])
    assert corrected_score(halving) == corrected_score(results())
