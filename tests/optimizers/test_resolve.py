"""The table of names and the protocol."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from skopt_evo.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adam,
    GradientTransformation,
    Momentum,
    Optimizer,
    RMSProp,
    resolve_optimizer,
    scale,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sgd", SGD),
        ("momentum", Momentum),
        ("rmsprop", RMSProp),
        ("adam", Adam),
        ("lbfgs", LBFGS),
    ],
)
def test_a_name_stands_for_default_settings(name: str, expected: type) -> None:
    assert resolve_optimizer(name) == expected()
    assert OPTIMIZERS[name] is expected


def test_the_table_of_names_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        OPTIMIZERS["adam"] = SGD  # type: ignore[index]


@dataclasses.dataclass(frozen=True)
class OwnOptimizer:
    is_quasi_newton: bool = False

    def transformation(self, learning_rate: float) -> GradientTransformation:
        return scale(-learning_rate)


@pytest.mark.parametrize("optimizer", [Adam(beta_1=0.5), OwnOptimizer()], ids=repr)
def test_an_object_that_follows_the_protocol_is_returned_as_it_is(
    optimizer: Optimizer,
) -> None:
    assert isinstance(optimizer, Optimizer)
    assert resolve_optimizer(optimizer) is optimizer


@pytest.mark.parametrize(
    ("name", "closest"),
    [("adamm", "adam"), ("Adam", "adam"), ("L-BFGS", "lbfgs"), ("rms_prop", "rmsprop")],
)
def test_an_unknown_name_is_answered_with_the_names_and_the_closest(
    name: str, closest: str
) -> None:
    with pytest.raises(ValueError, match=f"Did you mean '{closest}'") as caught:
        resolve_optimizer(name)
    assert repr(name) in str(caught.value)
    assert str(list(OPTIMIZERS)) in str(caught.value)


def test_a_name_like_no_other_is_answered_with_the_names() -> None:
    with pytest.raises(ValueError, match=r"\['sgd', .*\], got 'xyz'. Pass one of"):
        resolve_optimizer("xyz")


@pytest.mark.parametrize("cls", [Adam, OwnOptimizer])
def test_a_class_is_answered_with_how_to_make_an_instance(cls: Any) -> None:
    with pytest.raises(TypeError, match=rf"class {cls.__name__}; pass {cls.__name__}"):
        resolve_optimizer(cls)


@pytest.mark.parametrize("other", [None, 0.1, {"name": "adam"}, scale(1.0)], ids=type)
def test_anything_else_is_answered_with_what_to_pass(other: Any) -> None:
    with pytest.raises(TypeError, match=r"optimizer must be one of .* pass a name"):
        resolve_optimizer(other)
