"""What a fit returns beyond scores."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer

from skopt_evo.evaluation import FitSettings, Outputs
from skopt_evo.evaluation._fit import fit_and_score
from skopt_evo.predictions import targets_of

X, Y = load_iris(return_X_y=True)
TRAIN, TEST = np.arange(0, 150, 2), np.arange(1, 150, 2)


class NoProbabilities(LogisticRegression):
    """Predicts classes, and fails with probabilities."""

    def predict_proba(self, X):
        raise RuntimeError("none")


class NotPickled(LogisticRegression):
    """Cannot be sent anywhere."""

    def __getstate__(self):
        raise TypeError("not this one")


def fit(model, scoring="accuracy", error_score=np.nan, **options):
    outputs = Outputs(targets_of(model, Y), **options)
    settings = FitSettings(
        get_scorer(scoring), {}, {}, error_score=error_score, outputs=outputs
    )
    return fit_and_score(model, {}, X, Y, TRAIN, TEST, settings)


def test_predictions_are_those_of_the_fitted_estimator():
    model = LogisticRegression(max_iter=500)
    fold = fit(model)
    assert fold.predictions.method == "predict_proba"
    np.testing.assert_allclose(
        fold.predictions.values, model.predict_proba(X[TEST]), rtol=1e-6
    )
    assert fold.model is None


def test_the_model_is_the_fitted_estimator():
    model = LogisticRegression(max_iter=500)
    fold = fit(model, with_models=True)
    loaded = pickle.loads(fold.model.tobytes())
    np.testing.assert_array_equal(loaded.coef_, model.coef_)


def test_a_score_counts_though_the_estimator_has_no_predictions_to_keep():
    fold = fit(NoProbabilities(max_iter=500), with_models=True)
    assert fold.test_scores > 0.9
    assert fold.score_errors == ()
    assert fold.predictions is None
    assert fold.model is None


def test_what_cannot_be_pickled_is_no_model():
    fold = fit(NotPickled(max_iter=500), with_models=True)
    assert fold.predictions is not None
    assert fold.model is None


def test_a_fit_that_fails_has_neither():
    fold = fit(LogisticRegression(C=-1.0), error_score=0.0, with_models=True)
    assert fold.fit_error is not None
    assert (fold.predictions, fold.model) == (None, None)


@pytest.mark.parametrize("with_labels", [False, True])
def test_labels_are_kept_only_if_they_differ(with_labels):
    fold = fit(LogisticRegression(max_iter=500), with_labels=with_labels)
    assert fold.predictions.labels is None
