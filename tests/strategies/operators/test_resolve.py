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
    AgeSurvival,
    BlendCrossover,
    CategoricalMutation,
    CommaSurvival,
    Crossover,
    ElitistSurvival,
    GaussianMutation,
    GeneMutation,
    IntegerGeometricMutation,
    MixedCrossover,
    MixedMutation,
    Mutation,
    PolynomialMutation,
    RankSelection,
    Selection,
    SimulatedBinaryCrossover,
    Survival,
    TournamentSelection,
    TruncationSelection,
    TwoPointCrossover,
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

PARTS = [
    GaussianMutation(),
    PolynomialMutation(eta=3.0),
    IntegerGeometricMutation(),
    CategoricalMutation(),
]

OBJECTS = [
    TournamentSelection(size=5),
    TruncationSelection(fraction=0.2),
    RankSelection(pressure=2.0),
    UniformCrossover(),
    TwoPointCrossover(),
    BlendCrossover(alpha=0.1),
    SimulatedBinaryCrossover(eta=3.0),
    MixedCrossover((UniformCrossover(), BlendCrossover(0.0))),
    MixedMutation(PolynomialMutation(), n_parameters=3.0, resample=0.5),
    *PARTS,
    ElitistSurvival(),
    AgeSurvival(),
    CommaSurvival(),
]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("selection", "tournament", TournamentSelection(size=2)),
        ("selection", "truncation", TruncationSelection(fraction=0.5)),
        ("selection", "rank", RankSelection(pressure=1.5)),
        (
            "crossover",
            "auto",
            MixedCrossover((BlendCrossover(alpha=0.3), UniformCrossover())),
        ),
        ("crossover", "uniform", UniformCrossover()),
        ("crossover", "two_point", TwoPointCrossover()),
        ("crossover", "blend", BlendCrossover(alpha=0.3)),
        ("crossover", "simulated_binary", SimulatedBinaryCrossover(eta=15.0)),
        (
            "mutation",
            "auto",
            MixedMutation(
                GaussianMutation(),
                GaussianMutation(),
                CategoricalMutation(),
                n_parameters=1.5,
                resample=0.05,
            ),
        ),
        ("mutation", "gaussian", MixedMutation()),
        (
            "mutation",
            "polynomial",
            MixedMutation(PolynomialMutation(eta=20.0), PolynomialMutation(eta=20.0)),
        ),
        (
            "mutation",
            "integer_geometric",
            MixedMutation(integer=IntegerGeometricMutation()),
        ),
        ("mutation", "categorical", MixedMutation()),
        ("survival", "elitist", ElitistSurvival()),
        ("survival", "age", AgeSurvival()),
        ("survival", "comma", CommaSurvival()),
    ],
)
def test_a_name_stands_for_default_settings(
    kind: str, name: str, expected: Any
) -> None:
    assert resolve_operator(kind, name, TABLES[kind][0]) == expected


def test_every_operator_has_a_name() -> None:
    # A whole mutation has the names of its parts.
    made = [resolve_operator(kind, name, TABLES[kind][0]) for kind, name in NAMES]
    whole = [made_one for made_one in made if isinstance(made_one, MixedMutation)]
    parts = [p for w in whole for p in (w.continuous, w.integer, w.category)]
    assert {type(o) for o in [*made, *parts]} == {type(o) for o in OBJECTS}


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_a_part_of_a_mutation_stands_for_a_whole_one(part: Any) -> None:
    assert isinstance(part, GeneMutation)
    whole = resolve_operator("mutation", part, MUTATIONS)
    assert isinstance(whole, Mutation)
    assert part in (whole.continuous, whole.integer, whole.category)


def test_a_part_of_a_mutation_is_no_operator_of_another_kind() -> None:
    with pytest.raises(TypeError, match=r"^crossover=.* is not an operator"):
        resolve_operator("crossover", GaussianMutation(), CROSSOVERS)


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_every_name_stands_for_an_operator_of_its_kind(kind: str, name: str) -> None:
    table, protocol = TABLES[kind]
    assert isinstance(resolve_operator(kind, name, table), protocol)


def test_the_tables_cannot_be_changed() -> None:
    for table, _ in TABLES.values():
        with pytest.raises(TypeError):
            table["new"] = TournamentSelection  # type: ignore[index]


@pytest.mark.parametrize(
    "operator",
    [*(o for o in OBJECTS if o not in PARTS), lambda *args: args[0], np.argmin],
)
def test_an_object_or_a_function_is_returned_as_it_is(operator: Any) -> None:
    assert resolve_operator("mutation", operator, MUTATIONS) is operator


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    [
        ("selection", "turnament", "Did you mean 'tournament'?"),
        ("crossover", "Uniform", "Did you mean 'uniform'?"),
        ("mutation", "gausian", "Did you mean 'gaussian'?"),
        ("crossover", "gaussian", "Pass one of ['auto', 'blend', 'simulated_binary', "),
        ("survival", "", "Pass one of ['age', 'comma', 'elitist']"),
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
