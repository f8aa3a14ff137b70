"""The table of descents, and the suite that all of them run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

from skopt_evo import GradientSearchCV
from skopt_evo.descent import (
    DESCENTS,
    GRADIENTS,
    AutomaticDescent,
    Descent,
    DescentMethod,
    DescentTask,
    ModelDescent,
    OptimizerDescent,
    TrustRegion,
    TrustRegionDescent,
    resolve_descent,
    resolve_gradient,
)
from skopt_evo.optimizers import OPTIMIZERS, SGD, Momentum
from tests.descent.conformance import Case, DescentConformance, accepts, cases_of, walk


@dataclass(frozen=True)
class Halving:
    """A user's own descent: the gene that gains most goes halfway to a bound."""

    def check(self, method: Any, learning_rate: float | None) -> None:
        """Accept everything."""

    def descend(self, task: DescentTask) -> Descent:
        genes = task.genes
        here = yield from genes.visit(genes.start_point, "start", 0, begins=False)
        for iteration in range(1, 10):
            best = here
            for bound in (0.0, 1.0):
                for gene in range(len(here.point)):
                    point = here.point.copy()
                    point[gene] += (bound - point[gene]) / 2**iteration
                    place = yield from genes.visit(
                        point, "step", iteration, begins=True
                    )
                    best = min(best, place, key=lambda place: place.loss)
            here = best


REGISTERED = [case for name in DESCENTS for case in cases_of(name)]
OF_A_USER = cases_of(Halving()) + cases_of(Momentum(nesterov=True))


def is_quick(case: Case) -> bool:
    """Tell whether a case is among the quick tests.

    With a learning rate that is set all optimizers take their steps by the same code,
    many of them: one optimizer, and one descent of a user, stand for all.
    """
    return case.learning_rate is None or case.optimizer in ("adam", Halving())


class TestRegistered(DescentConformance):
    cases = [case for case in REGISTERED if is_quick(case)]


class TestOfAUser(DescentConformance):
    cases = [case for case in OF_A_USER if is_quick(case)]


@pytest.mark.slow
class TestWithALearningRate(DescentConformance):
    cases = [case for case in REGISTERED + OF_A_USER if not is_quick(case)]


@pytest.mark.parametrize("name", DESCENTS)
def test_a_name_stands_for_a_descent(name: str) -> None:
    assert resolve_descent(name) is DESCENTS[name]
    assert isinstance(DESCENTS[name], DescentMethod)


def test_all_optimizers_are_descents() -> None:
    for name, kind in OPTIMIZERS.items():
        assert DESCENTS[name] == OptimizerDescent(kind())


@pytest.mark.parametrize(
    "descent",
    [
        AutomaticDescent(),
        TrustRegionDescent(),
        ModelDescent(TrustRegion(first=0.1)),
        OptimizerDescent(SGD()),
        Halving(),
    ],
    ids=repr,
)
def test_a_descent_stands_for_itself(descent: Any) -> None:
    assert resolve_descent(descent) is descent


def test_an_optimizer_stands_for_following_its_steps() -> None:
    assert resolve_descent(Momentum()) == OptimizerDescent(Momentum())


def test_the_table_of_names_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        DESCENTS["auto"] = Halving()  # type: ignore[index]


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="Did you mean 'trust_region'"):
        resolve_descent("trust_regions")


@pytest.mark.parametrize("descent", [Halving, TrustRegionDescent])
def test_a_class_is_refused_with_the_instance_to_pass(descent: Any) -> None:
    with pytest.raises(TypeError, match=r"got the class \w+; pass \w+\(\) instead"):
        resolve_descent(descent)


@pytest.mark.parametrize("optimizer", [None, 3, ["adam"]], ids=str)
def test_anything_else_is_refused(optimizer: Any) -> None:
    with pytest.raises(TypeError, match="optimizer must be one of"):
        resolve_descent(optimizer)


@pytest.mark.parametrize(
    ("name", "gradients"),
    [
        ("auto", {"auto", "exact", "model", "finite_difference", "spsa"}),
        ("adam", {"auto", "exact", "model", "finite_difference", "spsa"}),
        ("trust_region", {"exact"}),
        ("model", {"auto", "model"}),
    ],
)
def test_a_descent_takes_the_gradients_that_it_can_use(
    name: str, gradients: set[str]
) -> None:
    method = resolve_descent(name)
    assert {each for each in GRADIENTS if accepts(method, each, None)} == gradients


@pytest.mark.parametrize("name", ["trust_region", "model"])
def test_steps_with_a_length_of_their_own_refuse_a_learning_rate(name: str) -> None:
    gradient = resolve_gradient("exact" if name == "trust_region" else "model")
    with pytest.raises(ValueError, match=r"learning_rate=0\.1 .*learning_rate='auto'"):
        resolve_descent(name).check(gradient, 0.1)


def test_own_settings_of_the_trust_region_are_used() -> None:
    def first_step(optimizer: Any) -> float:
        case = Case(optimizer, "model", None, has_slopes=False)
        start, step = walk(case, "numbers", n_batches=2).asked
        return float(np.max(np.abs(step - start)))

    assert first_step(ModelDescent(TrustRegion(first=0.05))) <= 0.05 + 1e-9
    assert 0.1 < first_step(ModelDescent()) <= TrustRegion().first + 1e-9


@pytest.mark.parametrize(
    ("optimizer", "gradient"),
    [
        ("trust_region", "exact"),
        ("model", "model"),
        (ModelDescent(TrustRegion(first=0.1)), "auto"),
        (Halving(), "auto"),
    ],
    ids=str,
)
def test_a_search_descends_by_it(optimizer: Any, gradient: str) -> None:
    X, y = load_diabetes(return_X_y=True)
    search = GradientSearchCV(
        Ridge(alpha=100.0),
        {"alpha": loguniform(1e-4, 1e4)},
        n_iter=12,
        optimizer=optimizer,
        gradient=gradient,
        cv=3,
        random_state=0,
    ).fit(X, y)
    results = search.cv_results_
    assert "step" in results["origin"]
    assert search.best_score_ > results["mean_test_score"][0] + 0.1
