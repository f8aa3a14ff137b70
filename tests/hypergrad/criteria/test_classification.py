"""Scores of classifiers: labels, weights and what a metric is called with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.metrics import make_scorer

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Outputs
from skopt_evo.hypergrad.criteria import criterion_of
from skopt_evo.hypergrad.criteria._decision_losses import SURROGATES
from tests.hypergrad.criteria.outputs import EXACT, SORTS, evaluate, outputs_of


@pytest.mark.parametrize("name", sorted(EXACT))
def test_margins_have_no_probabilities(name: str) -> None:
    y, outputs = outputs_of(kind="margin")
    with pytest.raises(NoHypergradientError, match="scores probabilities, which are"):
        evaluate(name, y, outputs)


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS}))
@pytest.mark.parametrize("make", [list, pd.Series, pd.Categorical])
def test_labels_may_come_in_any_container(name: str, make: Any) -> None:
    y, outputs = outputs_of(labels="no")
    expected = evaluate(name, y, outputs)
    np.testing.assert_equal(evaluate(name, make(y.tolist()), outputs), expected)


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS}))
@pytest.mark.parametrize("other", ["a", "bb", "z"])
def test_a_class_unseen_in_training_is_declined(name: str, other: str) -> None:
    y, outputs = outputs_of(3, labels="bmt")
    y = np.where(np.arange(15) == 4, other, y)
    with pytest.raises(NoHypergradientError, match="class that the training set has"):
        evaluate(name, y, outputs)


@pytest.mark.parametrize("name", ["neg_log_loss", "accuracy", "f1_samples"])
def test_several_labels_a_sample_are_declined(name: str) -> None:
    y, outputs = outputs_of()
    with pytest.raises(NoHypergradientError, match="a single label a sample"):
        evaluate(name, np.column_stack([y, y]), outputs)


@pytest.mark.parametrize("name", ["neg_log_loss", "accuracy"])
def test_the_outputs_of_regressors_are_declined(name: str) -> None:
    with pytest.raises(NoHypergradientError, match="a single label a sample"):
        evaluate(name, [0, 1], Outputs(np.zeros(2)))


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS} - {"roc_auc"}))
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_sample_of_weight_two_counts_as_two(name: str, n_classes: int) -> None:
    y, outputs = outputs_of(n_classes)
    times = np.arange(15) % 3 + 1
    repeated = outputs._replace(values=np.repeat(outputs.values, times, axis=0))
    expected, _ = evaluate(name, np.repeat(y, times), repeated)
    assert evaluate(name, y, outputs, times.astype(float))[0] == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS}))
def test_a_class_without_weight_is_not_there(name: str) -> None:
    y, outputs = outputs_of(3)
    kept = y < 2
    expected, _ = evaluate(name, y[kept], outputs._replace(values=outputs.values[kept]))
    # Multiples of outputs are those of all of them.
    within = 1e-9 if name in EXACT else 1e-6
    loss, slope = evaluate(name, y, outputs, kept.astype(float))
    assert loss == pytest.approx(expected, rel=within)
    np.testing.assert_allclose(slope[~kept], 0.0, atol=1e-9)


@pytest.mark.parametrize("metric", sorted(SURROGATES, key=lambda m: m.__name__))
def test_whatever_a_steered_metric_is_called_with_is_left_to_it(metric: Any) -> None:
    is_loss = metric in (metrics.zero_one_loss, metrics.hamming_loss)
    scorer = make_scorer(metric, greater_is_better=not is_loss, some_setting=3)
    assert criterion_of(scorer, None).is_surrogate
