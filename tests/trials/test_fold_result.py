"""The result of a fold: what scikit-learn makes of it, and its record."""

import json
from dataclasses import fields

import numpy as np
import pytest

from skopt_evo.trials import FoldGradient, FoldResult, Predictions

GRADIENT = FoldGradient(
    0.5, {"a": 1.5, "b": np.array([1.0, -2.0])}, {"c": "why"}, False
)
RESULTS = {
    "one score": FoldResult(0.5, n_test_samples=3, fit_time=0.1, score_time=0.2),
    "several": FoldResult({"a": 1, "b": np.nan}, train_scores={"a": 2.0, "b": 0.0}),
    "failed": FoldResult(np.nan, fit_error="Traceback"),
    "scorer failed": FoldResult({"a": 0.0, "b": 1.0}, score_errors=("a",)),
    "gradient": FoldResult(-0.5, gradient=GRADIENT, gradient_time=3.0),
    "outputs": FoldResult(
        0.5,
        predictions=Predictions("predict", np.zeros((2, 1))),
        model=np.zeros(3, dtype=np.uint8),
    ),
}

# What is no part of a record.
NOT_IN_RECORDS = {"gradient_time": None, "predictions": None, "model": None}


def fields_of(result):
    gradient = None if result.gradient is None else vars(result.gradient)
    return {**vars(result), "gradient": gradient, **NOT_IN_RECORDS}


def test_each_field_has_another_value_than_usual_in_one_of_the_results():
    usual = FoldResult(np.nan)
    for field in fields(FoldResult):
        values = [getattr(result, field.name) for result in RESULTS.values()]
        others = {repr(value) for value in values} - {repr(getattr(usual, field.name))}
        assert others, field.name


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_a_record_is_plain_and_gives_the_result_back(result):
    record = json.loads(json.dumps(result.to_record()))
    np.testing.assert_equal(
        fields_of(FoldResult.from_record(record)), fields_of(result)
    )


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_scikit_learn_gets_what_its_own_function_returns(result):
    as_sklearn = result.to_sklearn()
    for name, value in as_sklearn.items():
        np.testing.assert_equal(value, getattr(result, name))
    assert ("train_scores" in as_sklearn) == (result.train_scores is not None)


def test_a_score_is_there_if_it_was_computed():
    assert RESULTS["one score"].score(None) == 0.5
    assert np.isnan(RESULTS["failed"].score(None))
    assert np.isnan(RESULTS["scorer failed"].score("a"))
    assert RESULTS["scorer failed"].score("b") == 1.0
    assert np.isnan(RESULTS["scorer failed"].score("no such metric"))
    assert np.isnan(FoldResult({"a": 0.0}, fit_error="Traceback").score("a"))


def test_computed_scores_have_nan_for_errors_and_leave_the_result_alone():
    result = RESULTS["scorer failed"]
    np.testing.assert_equal(result.computed_scores(), {"a": np.nan, "b": 1.0})
    assert result.test_scores == {"a": 0.0, "b": 1.0}


@pytest.mark.parametrize(
    "change",
    [
        {"test_scores": "0.5"},
        {"test_scores": {}},
        {"score_errors": ["b"]},
        {"score_errors": "score"},
        {"score_errors": ["score", "score"]},
        {"gradient": {"loss": 1.0}},
        {"estimator": 1},
    ],
)
def test_what_no_search_writes_is_refused(change):
    record = {**RESULTS["one score"].to_record(), **change}
    with pytest.raises((TypeError, ValueError)):
        FoldResult.from_record(record)
