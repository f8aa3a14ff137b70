"""What users have written is tried out, and its errors say where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import BayesianRidge

from skopt_evo.descent import SPSA, FiniteDifference
from skopt_evo.optimizers import OPTIMIZERS, GradientTransformation
from skopt_evo.proposers._rehearsal import (
    rehearse_gradient,
    rehearse_operators,
    rehearse_optimizer,
    rehearse_surrogate,
)
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import MixedMutation, UniformCrossover

PLANE = GeneLayout.continuous(2)


def fail(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a slip")


def assert_explained(error: BaseException, setting: str) -> None:
    """Check that an error says which setting it comes from."""
    (note,) = error.__notes__
    assert note.startswith(f"That came of trying {setting}")
    assert "Nothing has been fitted yet" in note


# ---- operators


def test_operators_are_called_as_in_a_search() -> None:
    seen = {}

    def crossover(first: Any, second: Any, layout: Any, rng: Any) -> Any:
        seen["crossover"] = first, second, layout
        return UniformCrossover()(first, second, layout, rng)

    def mutation(genomes: Any, steps: Any, layout: Any, rng: Any) -> Any:
        seen["mutation"] = genomes, steps, layout
        return MixedMutation()(genomes, steps, layout, rng)

    rehearse_operators({"crossover": crossover, "mutation": mutation}, PLANE)
    first, second, layout = seen["crossover"]
    assert first.shape == second.shape
    assert layout is PLANE
    genomes, steps, _ = seen["mutation"]
    assert steps.shape == genomes.shape[:1]
    assert np.all((genomes >= 0) & (genomes <= 1))


def test_selection_and_survival_are_shown_no_losses_that_are_made_up() -> None:
    rehearse_operators({"selection": fail, "survival": fail}, PLANE)


@pytest.mark.parametrize("name", ["crossover", "mutation"])
@pytest.mark.parametrize(
    ("operator", "error"),
    [
        (fail, RuntimeError),
        (lambda genomes, *_: genomes[:1], ValueError),
        (lambda genomes, *_: genomes * np.nan, ValueError),
    ],
)
def test_an_operator_that_goes_wrong_is_named(
    name: str, operator: Any, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        rehearse_operators({name: operator}, PLANE)
    assert_explained(caught.value, f"{name}={operator!r}")


# ---- surrogates


class Mean(RegressorMixin, BaseEstimator):
    """Predicts the mean; or what it is told to."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer

    def fit(self, X: Any, y: Any) -> Mean:
        self.mean_ = np.mean(y)
        return self

    def predict(self, X: Any, return_std: bool = False) -> Any:
        mean = np.full(len(X), self.mean_)
        if self.answer is not None:
            return self.answer(mean)
        return (mean, np.ones(len(X))) if return_std else mean


@pytest.mark.parametrize("surrogate", [BayesianRidge(), Mean()], ids=repr)
def test_a_regressor_is_tried_and_stays_unfitted(surrogate: Any) -> None:
    rehearse_surrogate(surrogate, PLANE)
    assert not [name for name in vars(surrogate) if name.endswith("_")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fail, RuntimeError),
        (lambda mean: mean, (TypeError, ValueError)),
        (lambda mean: (mean[:1], mean[:1]), ValueError),
    ],
)
def test_a_regressor_that_goes_wrong_is_named(answer: Any, error: Any) -> None:
    surrogate = Mean(answer)
    with pytest.raises(error) as caught:
        rehearse_surrogate(surrogate, PLANE)
    assert_explained(caught.value, f"surrogate={surrogate!r}")


# ---- gradients


@dataclass(frozen=True)
class OwnGradient:
    """Forward differences; or what it is told to return."""

    name: str = "own"
    step: float = 0.1
    answer: Any = None

    def probes(self, point: Any, steps: Any, rng: Any) -> Any:
        return point + np.diag(steps)

    def gradient(self, point: Any, loss: Any, probes: Any, losses: Any) -> Any:
        if self.answer is not None:
            return self.answer(point)
        return (losses - loss) / np.diag(probes - point)


@pytest.mark.parametrize(
    "method", [FiniteDifference(), SPSA(), OwnGradient()], ids=repr
)
def test_a_gradient_of_a_line_is_tried(method: Any) -> None:
    rehearse_gradient(method)


@pytest.mark.parametrize(
    "answer", [fail, lambda point: point[:1], lambda point: "steep"]
)
def test_a_gradient_that_goes_wrong_is_named(answer: Any) -> None:
    method = OwnGradient(answer=answer)
    with pytest.raises((RuntimeError, TypeError, ValueError)) as caught:
        rehearse_gradient(method)
    assert_explained(caught.value, f"gradient={method!r}")


# ---- optimizers


def own_optimizer(init: Any, update: Any) -> Any:
    rule = GradientTransformation(init=init, update=update)
    return SimpleNamespace(is_quasi_newton=False, transformation=lambda rate: rule)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_of_an_optimizer_is_tried(name: str) -> None:
    rehearse_optimizer(OPTIMIZERS[name]())


@pytest.mark.parametrize(
    ("optimizer", "error", "words"),
    [
        (own_optimizer(fail, fail), RuntimeError, "a slip"),
        (own_optimizer(lambda params: (), fail), RuntimeError, "a slip"),
        (
            own_optimizer(lambda params: (), lambda g, s, p: (g[:1], s)),
            ValueError,
            "expected an array of the same shape",
        ),
        (
            SimpleNamespace(transformation=lambda rate: None),
            TypeError,
            r"transformation\(0.1\) returned None, expected a",
        ),
    ],
)
def test_an_optimizer_that_goes_wrong_is_named(
    optimizer: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        rehearse_optimizer(optimizer)
    assert_explained(caught.value, f"optimizer={optimizer!r}")
