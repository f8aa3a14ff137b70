"""Which rule belongs to which estimator, and rules of users."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import (
    PredictorRule,
    check_hypergradient,
    register_hypergradient,
)
from skopt_evo.hypergrad import _registry as registry
from skopt_evo.hypergrad._protocol import Rule
from skopt_evo.hypergrad._registry import known_types
from tests.hypergrad.shrunk import Shrunk, ShrunkRule, WrongSign, data


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what a test registers end with it."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))


class OwnRidge(Ridge):
    pass


def test_a_subclass_has_no_rule() -> None:
    assert registry.predictor_rule(Ridge())
    with pytest.raises(NoHypergradientError, match="there is no rule for OwnRidge"):
        registry.predictor_rule(OwnRidge())


def test_a_rule_of_its_own_leaves_that_of_the_base_class_alone() -> None:
    rule = registry.predictor_rule(Ridge())
    register_hypergradient(OwnRidge, params=["alpha"])(ShrunkRule)
    assert registry.predictor_rule(Ridge()) is rule
    assert type(registry.predictor_rule(OwnRidge())) is ShrunkRule


def test_a_rule_of_a_user_is_checked_from_end_to_end() -> None:
    register_hypergradient(Shrunk, params=["alpha", "betas"])(ShrunkRule)
    betas = np.array([0.2, 0.5])
    check = check_hypergradient(Shrunk(), {"alpha": 0.5, "betas": betas}, *data())
    assert list(check.index) == ["alpha", "betas[0]", "betas[1]"]
    assert np.all(check["exact"] != 0.0)
    assert np.all(check["error"] < 1e-6)
    assert "Shrunk" in known_types()


def test_the_decorated_class_is_returned_as_it_is() -> None:
    assert register_hypergradient(Shrunk)(ShrunkRule) is ShrunkRule


def test_a_later_rule_replaces_an_earlier_one() -> None:
    register_hypergradient(Shrunk, params=["alpha"])(WrongSign)
    register_hypergradient(Shrunk, params=["alpha"])(ShrunkRule)
    assert type(registry.predictor_rule(Shrunk())) is ShrunkRule
    assert known_types().count("Shrunk") == 1


def test_a_rule_knows_those_parameters_that_it_was_registered_with() -> None:
    register = register_hypergradient(Shrunk, params=iter(["alpha"]))
    # A decorator may be used twice.
    for rule_class in (WrongSign, ShrunkRule):
        register(rule_class)
        rule = registry.predictor_rule(Shrunk())
        rule.check(Shrunk(), "alpha")
        with pytest.raises(NoHypergradientError, match=r"\['alpha'\] are known, .*'b"):
            rule.check(Shrunk(), "betas")


def test_a_rule_without_parameters_says_so() -> None:
    register_hypergradient(Shrunk)(ShrunkRule)
    with pytest.raises(NoHypergradientError, match="only none are known, not that of"):
        registry.predictor_rule(Shrunk()).check(Shrunk(), "alpha")


def test_transformers_predict_nothing_and_predictors_transform_nothing() -> None:
    with pytest.raises(NoHypergradientError, match="a Ridge is not covered as a step"):
        registry.transformer_rule(Ridge())
    with pytest.raises(NoHypergradientError, match="StandardScaler is a transformer"):
        registry.predictor_rule(StandardScaler())


@pytest.mark.parametrize("estimator_type", [Shrunk(), "Ridge", None], ids=repr)
def test_what_is_no_class_of_estimators_is_refused(estimator_type: Any) -> None:
    with pytest.raises(TypeError, match=r"estimator_type=.* is no class: .*pass that"):
        register_hypergradient(estimator_type, params=["alpha"])


@pytest.mark.parametrize(
    "rule_class", [Rule, Shrunk, ShrunkRule(), lambda estimator: None]
)
def test_what_is_no_class_of_rules_is_refused(rule_class: Any) -> None:
    with pytest.raises(TypeError, match="is no rule: decorate a class derived from"):
        register_hypergradient(Shrunk)(rule_class)
    assert "Shrunk" not in known_types()


def test_a_rule_without_a_pullback_is_refused() -> None:
    class Unfinished(PredictorRule):
        pass

    with pytest.raises(TypeError, match=r"abstract.*pullback"):
        register_hypergradient(Shrunk)(Unfinished)
    assert "Shrunk" not in known_types()


def test_a_name_instead_of_a_list_of_names_is_refused() -> None:
    with pytest.raises(TypeError, match=r"pass a list, \['alpha'\]"):
        register_hypergradient(Shrunk, params="alpha")


def test_parameters_that_the_estimator_has_not_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\['alhpa'\] are no parameters of Ridge"):
        register_hypergradient(Ridge, params=["alhpa"])


def test_a_rule_that_cannot_be_made_is_refused() -> None:
    class Abstract(ShrunkRule):
        def __init__(self, strength: float) -> None:
            self.strength = strength

    with pytest.raises(TypeError, match="Abstract cannot be made without arguments"):
        register_hypergradient(Shrunk, params=["alpha"])(Abstract)
