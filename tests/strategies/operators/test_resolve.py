"""From names to operators, and what users get to hear if there is none."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies import operators
from skopt_evo.strategies.operators import (
    CROSSOVERS,
    MUTATIONS,
    SELECTIONS,
    SURVIVALS,
    BlendCrossover,
    Crossover,
    ElitistSurvival,
    GaussianMutation,
    MixedCrossover,
    Mutation,
    Selection,
    Survival,
    TournamentSelection,
    UniformCrossover,
    resolve_operator,
)

TABLES = {
    "selection": (SELECTIONS, Selection),
    "crossover": (CROSSOVERS, Crossover),
    "mutation": (MUTATIONS, Mutation),
    "survival": (SURVIVALS, Survival),
}
NAMES = [(kind, name) for kind, (table, _) in TABLES.items() for name in table]

OBJECTS = [
    TournamentSelection(size=5),
    UniformCrossover(),
    BlendCrossover(alpha=0.1),
    MixedCrossover((UniformCrossover(), BlendCrossover(0.0))),
    GaussianMutation(n_genes=3.0, resample=0.5),
    ElitistSurvival(),
]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("selection", "tournament", TournamentSelection(size=2)),
        ("crossover", "auto", MixedCrossover()),
        ("crossover", "uniform", UniformCrossover()),
        ("crossover", "blend", BlendCrossover(alpha=0.3)),
        ("mutation", "auto", GaussianMutation(n_genes=1.5, resample=0.05)),
        ("mutation", "gaussian", GaussianMutation()),
        ("survival", "elitist", ElitistSurvival()),
    ],
)
def test_a_name_stands_for_default_settings(
    kind: str, name: str, expected: Any
) -> None:
    assert resolve_operator(kind, name, TABLES[kind][0]) == expected


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_every_name_stands_for_an_operator_of_its_kind(kind: str, name: str) -> None:
    table, protocol = TABLES[kind]
    assert isinstance(resolve_operator(kind, name, table), protocol)


def test_the_tables_cannot_be_changed() -> None:
    for table, _ in TABLES.values():
        with pytest.raises(TypeError):
            table["new"] = TournamentSelection  # type: ignore[index]


@pytest.mark.parametrize("operator", [*OBJECTS, lambda *args: args[0], np.argmin])
def test_an_object_or_a_function_is_returned_as_it_is(operator: Any) -> None:
    assert resolve_operator("mutation", operator, MUTATIONS) is operator


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    [
        ("selection", "turnament", "Did you mean 'tournament'?"),
        ("crossover", "Uniform", "Did you mean 'uniform'?"),
        ("mutation", "gausian", "Did you mean 'gaussian'?"),
        ("crossover", "gaussian", "Pass one of ['auto', 'blend', 'uniform']"),
        ("survival", "", "Pass one of ['elitist']"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(
    kind: str, name: str, hint: str
) -> None:
    with pytest.raises(ValueError, match="is not known") as caught:
        resolve_operator(kind, name, TABLES[kind][0])
    message = str(caught.value)
    assert message.startswith(f"{kind}={name!r}")
    assert hint in message
    assert str(sorted(TABLES[kind][0])) in message


def test_a_class_is_refused_with_the_instance_as_the_remedy() -> None:
    with pytest.raises(TypeError, match=r"is a class.* e\.g\. TournamentSelection\(\)"):
        resolve_operator("selection", TournamentSelection, SELECTIONS)


@pytest.mark.parametrize("operator", [None, 3, ["tournament"], {"size": 2}])
def test_what_cannot_be_called_is_refused(operator: Any) -> None:
    with pytest.raises(TypeError, match=r"^selection=.* is not an operator"):
        resolve_operator("selection", operator, SELECTIONS)


@pytest.mark.parametrize("operator", OBJECTS, ids=repr)
@pytest.mark.parametrize(
    "round_trip",
    [
        copy.deepcopy,
        lambda o: pickle.loads(pickle.dumps(o)),
        lambda o: eval(repr(o), vars(operators)),
    ],
    ids=["deepcopy", "pickle", "repr"],
)
def test_operators_survive_copies(
    operator: Any, round_trip: Callable[[Any], Any]
) -> None:
    copied = round_trip(operator)
    assert copied == operator
    assert hash(copied) == hash(operator)
    assert repr(copied) == repr(operator)


@pytest.mark.parametrize("operator", OBJECTS, ids=repr)
def test_operators_cannot_be_changed(operator: Any) -> None:
    with pytest.raises(AttributeError):
        operator.size = 3
