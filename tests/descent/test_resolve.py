"""From names to gradient estimators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from skopt_evo.descent import (
    GRADIENTS,
    SPSA,
    Automatic,
    Exact,
    FiniteDifference,
    GradientEstimator,
    LocalModel,
    resolve_gradient,
)


@dataclass(frozen=True)
class Random:
    """A user's own way to get gradients."""

    name: str = "random"
    step: float = 0.1

    def probes(self, point: Any, steps: Any, rng: np.random.Generator) -> Any:
        return np.clip(point + steps * rng.normal(size=(1, len(point))), 0.0, 1.0)

    def gradient(self, point: Any, loss: float, probes: Any, losses: Any) -> Any:
        return np.zeros(len(point))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("auto", Automatic(LocalModel())),
        ("exact", Exact()),
        ("model", LocalModel()),
        ("finite_difference", FiniteDifference(scheme="central")),
        ("spsa", SPSA()),
    ],
)
def test_a_name_stands_for_settings(name: str, expected: Any) -> None:
    assert resolve_gradient(name) == expected
    assert name in GRADIENTS


@pytest.mark.parametrize("name", ["finite_difference", "spsa"])
def test_what_takes_probes_follows_the_protocol(name: str) -> None:
    method = resolve_gradient(name)
    assert isinstance(method, GradientEstimator)
    assert isinstance(method.name, str)
    assert 0 < method.step <= 0.5


@pytest.mark.parametrize(
    "method", [SPSA(n_pairs=3), LocalModel(noise=0.2), Random()], ids=repr
)
def test_an_object_that_follows_the_protocol_is_returned_as_it_is(method: Any) -> None:
    assert resolve_gradient(method) is method


def test_the_table_of_names_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        GRADIENTS["auto"] = SPSA  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("finite_diference", "Did you mean 'finite_difference'"),
        ("SPSA", "Did you mean 'spsa'"),
        ("exactly", "Did you mean 'exact'"),
        ("best", "Pass one of .'auto', 'exact', 'finite_difference', 'model', 'spsa'."),
    ],
)
def test_an_unknown_name_is_refused_with_the_names_there_are(
    name: str, hint: str
) -> None:
    with pytest.raises(ValueError, match=f"gradient='{name}' is not known.*{hint}"):
        resolve_gradient(name)


def test_a_class_is_refused_with_the_instance_to_pass() -> None:
    with pytest.raises(TypeError, match=r"is a class: pass an instance, .* SPSA\(\)"):
        resolve_gradient(SPSA)


@pytest.mark.parametrize("gradient", [None, 3, ["spsa"], 0.1], ids=repr)
def test_anything_else_is_refused(gradient: Any) -> None:
    with pytest.raises(TypeError, match="cannot estimate gradients: pass one of"):
        resolve_gradient(gradient)
