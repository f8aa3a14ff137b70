"""What the results of one search look like."""

import pytest
from sklearn.metrics import make_scorer, mean_squared_error

from skopt_evo.checkpoint._schema import check_schema, make_schema
from skopt_evo.trials import FoldResult


def of(**parts):
    settings = {
        name: parts.pop(name)
        for name in ("refit", "return_train_score", "error_score")
        if name in parts
    }
    return make_schema({**parts, "settings": settings})


def by_function(estimator, X, y):
    return {"a": 1.0}


ONE_SCORE = FoldResult(0.5)
NAMED = FoldResult({"a": 0.5, "b": 0.25})
FAILED = FoldResult(float("nan"), fit_error="no")
FAILED_NAMED = FoldResult({"a": 0.0, "b": 0.0}, fit_error="no")
TRAINED = FoldResult(0.5, train_scores=0.75)

SCHEMAS = {
    "default": of(),
    "a name": of(scoring="r2"),
    "a scorer": of(scoring=make_scorer(mean_squared_error)),
    "a function of one score": of(scoring=by_function, refit=True),
    "a function": of(scoring=by_function, refit="a"),
    "names": of(scoring=("b", "a")),
    "a dict": of(scoring={"a": "r2", "b": "max_error"}),
    "training scores": of(return_train_score=True),
    "no errors": of(error_score="raise"),
    "no errors of names": of(scoring=["a", "b"], error_score="raise"),
}
ONE = ["default", "a name", "a scorer", "a function of one score"]
TWO = ["names", "a dict"]
FITTING = {
    "one score": (ONE_SCORE, [*ONE, "a function", "no errors"]),
    "two scores": (NAMED, [*TWO, "a function", "no errors of names"]),
    # Of a fit that failed no function has told the metrics.
    "failed": (FAILED, [*ONE, "a function"]),
    "failed, two scores": (FAILED_NAMED, TWO),
    "trained": (TRAINED, ["training scores"]),
}


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("result", FITTING)
def test_a_search_takes_results_of_its_own_kind_only(result, schema):
    fold, fitting = FITTING[result]
    if schema in fitting:
        check_schema(fold, SCHEMAS[schema])
    else:
        words = r"failed|return_train_score|other metrics"
        with pytest.raises(ValueError, match=words):
            check_schema(fold, SCHEMAS[schema])


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"], ["a", "c"]])
def test_metrics_are_all_there_and_no_others(names):
    with pytest.raises(ValueError, match="scores of other metrics"):
        check_schema(FoldResult(dict.fromkeys(names, 0.5)), SCHEMAS["names"])


def test_the_order_of_metrics_is_none_of_the_schema():
    assert SCHEMAS["names"] == of(scoring=["a", "b"]) == SCHEMAS["a dict"]
