"""From scorers to criteria."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.linear_model import (
    GammaRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    TweedieRegressor,
)
from sklearn.metrics import check_scoring, get_scorer, get_scorer_names, make_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Outputs
from skopt_evo.hypergrad.criteria import criterion_of
from skopt_evo.hypergrad.criteria._resolve import BUILDERS
from tests.hypergrad.criteria.outputs import scorers_of


@pytest.mark.parametrize("name", get_scorer_names())
def test_every_scorer_has_a_criterion_or_is_declined_by_its_name(name: str) -> None:
    scorer = get_scorer(name)
    if name in scorers_of(BUILDERS):
        assert criterion_of(scorer, None).name
        return
    metric = scorer._score_func.__name__
    with pytest.raises(NoHypergradientError, match=f"{metric} is not known; the user"):
        criterion_of(scorer, None)


@pytest.mark.parametrize("name", ["neg_median_absolute_error", "neg_max_error"])
def test_metrics_that_hang_on_a_single_sample_are_declined(name: str) -> None:
    with pytest.raises(NoHypergradientError, match="is not known"):
        criterion_of(get_scorer(name), None)


def own_metric(y: Any, predictions: Any) -> float:
    return 0.0


def own_scorer(estimator: Any, X: Any, y: Any) -> float:
    return 0.0


@dataclass
class ScorerWithoutHash:
    settings: list[int]

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("scorer", "name"),
    [
        (make_scorer(own_metric), "own_metric"),
        (own_scorer, "own_scorer"),
        (ScorerWithoutHash([1]), r"ScorerWithoutHash\(settings=\[1\]\)"),
    ],
)
def test_what_users_wrote_themselves_is_declined(scorer: Any, name: str) -> None:
    with pytest.raises(NoHypergradientError, match=f"derivative of {name} is not"):
        criterion_of(scorer, None)


@pytest.mark.parametrize(
    ("scorer", "setting"),
    [
        (make_scorer(metrics.r2_score, multioutput="variance_weighted"), "multioutput"),
        (make_scorer(metrics.explained_variance_score, force_finite=False), "force"),
        (
            make_scorer(
                metrics.log_loss, greater_is_better=False, labels=["a", "b", "c"]
            ),
            "labels",
        ),
        (
            make_scorer(metrics.brier_score_loss, greater_is_better=False, pos_label=0),
            "pos_label",
        ),
    ],
)
def test_settings_of_a_metric_that_change_its_derivative_are_declined(
    scorer: Any, setting: str
) -> None:
    with pytest.raises(NoHypergradientError, match=rf"is called with \['{setting}"):
        criterion_of(scorer, None)


@pytest.mark.parametrize("metric", sorted(BUILDERS, key=lambda m: m.__name__))
def test_a_metric_that_is_to_be_made_worse_is_declined(metric: Any) -> None:
    is_better = not metric.__name__.endswith(("_loss", "_error", "_deviance"))
    assert criterion_of(make_scorer(metric, greater_is_better=is_better), None)
    match = f"{metric.__name__} is to be made worse: .* greater_is_better={is_better}"
    with pytest.raises(NoHypergradientError, match=match):
        criterion_of(make_scorer(metric, greater_is_better=not is_better), None)


# ---- estimators' own scores


def test_the_own_score_of_a_classifier_is_the_accuracy() -> None:
    estimator = make_pipeline(StandardScaler(), LogisticRegression())
    for classifier in (LogisticRegression(), estimator):
        criterion = criterion_of(check_scoring(classifier), classifier)
        assert criterion.name == criterion_of(get_scorer("accuracy"), None).name
        assert criterion.is_surrogate


@pytest.mark.parametrize(
    "regressor",
    [
        LinearRegression(),
        PoissonRegressor(),
        GammaRegressor(),
        TweedieRegressor(power=1.5),
        TweedieRegressor(),
    ],
    ids=repr,
)
@pytest.mark.parametrize("is_last", [False, True])
def test_the_own_score_of_a_regressor_is_what_its_class_says(
    regressor: Any, is_last: bool
) -> None:
    estimator = make_pipeline(StandardScaler(), regressor) if is_last else regressor
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.uniform(0.5, 3.0, 20)
    estimator.fit(X, y)
    criterion = criterion_of(check_scoring(estimator), estimator)
    loss, _ = criterion.evaluate(y, Outputs(estimator.predict(X)), None)
    assert not criterion.is_surrogate
    assert loss == pytest.approx(-estimator.score(X, y), rel=1e-9)
