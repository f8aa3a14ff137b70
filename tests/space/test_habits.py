"""Ranges as other libraries write them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform, norm, randint, uniform
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV
from skopt_evo.exceptions import (
    SearchSpaceError,
    SearchSpaceTypeError,
    SearchSpaceWarning,
)
from skopt_evo.space import SearchSpace
from tests.bad_input_table import X, y


def thing(module, name, /, **attributes):
    """Return an object of another library, with those attributes that count."""
    return type(name, (), {"__module__": module, **attributes})()


def ray(name, sampler, **attributes):
    module = "ray.tune.search.sample"
    return thing(module, name, sampler=thing(module, sampler), **attributes)


def rvs(self, n_samples=None, random_state=None):
    return [0.5]


@dataclass
class Apply:
    """A node of an expression of hyperopt's."""

    __module__ = "hyperopt.pyll.base"
    name: str
    pos_args: list[Any] = field(default_factory=list)


def literal(value):
    return thing("hyperopt.pyll.base", "Literal", obj=value, name="literal")


def hp(cast, name, *numbers):
    """Return what hyperopt's functions do, such as ``hp.uniform("x", 0, 1)``."""
    inner = Apply(name, [literal(number) for number in numbers])
    return Apply(cast, [Apply("hyperopt_param", [literal("x"), inner])])


SKOPT, OPTUNA = "skopt.space.space", "optuna.distributions"
GENETIC, CONFIG = "sklearn_genetic.space.space", "ConfigSpace.hyperparameters.uniform"
# Read off the libraries: what the objects are called, and what they have.
PEERS = {
    "skopt Real": (
        thing(SKOPT, "Real", low=1e-6, high=1e6, prior="log-uniform", rvs=rvs),
        "scipy.stats.loguniform(1e-06, 1000000.0)",
    ),
    "skopt Real of ints": (
        thing(SKOPT, "Real", low=1, high=8, prior="uniform", rvs=rvs),
        "scipy.stats.uniform(1.0, 7.0)",
    ),
    "skopt Integer": (
        thing(SKOPT, "Integer", low=1, high=8, prior="uniform", rvs=rvs),
        "scipy.stats.randint(1, 9)",
    ),
    "skopt Integer, log": (
        thing(SKOPT, "Integer", low=1, high=100, prior="log-uniform", rvs=rvs),
        "numpy.unique(numpy.geomspace(1, 100, 20).astype(int))",
    ),
    "skopt Categorical": (
        thing(SKOPT, "Categorical", categories=("a", "b"), prior=None, rvs=rvs),
        "the list of its values, ['a', 'b']",
    ),
    "optuna float": (
        thing(OPTUNA, "FloatDistribution", low=0.1, high=0.3, log=False, step=None),
        "scipy.stats.uniform(0.1, 0.2)",
    ),
    "optuna float, log": (
        thing(OPTUNA, "FloatDistribution", low=0.1, high=10.0, log=True, step=None),
        "scipy.stats.loguniform(0.1, 10.0)",
    ),
    "optuna int": (
        thing(OPTUNA, "IntDistribution", low=1, high=8, log=False, step=1),
        "scipy.stats.randint(1, 9)",
    ),
    "optuna categories": (
        thing(OPTUNA, "CategoricalDistribution", choices=("a", None)),
        "the list of its values, ['a', None]",
    ),
    "ray uniform": (
        ray("Float", "_Uniform", lower=0, upper=1),
        "scipy.stats.uniform(0.0, 1.0)",
    ),
    "ray loguniform": (
        ray("Float", "_LogUniform", lower=0.1, upper=10),
        "scipy.stats.loguniform(0.1, 10.0)",
    ),
    "ray randint": (
        ray("Integer", "_Uniform", lower=1, upper=8),
        "scipy.stats.randint(1, 8)",
    ),
    "ray choice": (
        ray("Categorical", "_Uniform", categories=["a"]),
        "the list of its values, ['a']",
    ),
    "ray randn": (ray("Float", "_Normal", lower=-np.inf, upper=np.inf), "Allowed are"),
    "ConfigSpace": (
        thing(CONFIG, "UniformIntegerHyperparameter", lower=1, upper=8, log=False),
        "scipy.stats.randint(1, 9)",
    ),
    "sklearn_genetic": (
        thing(GENETIC, "Continuous", lower=1, upper=9, distribution="log-uniform"),
        "scipy.stats.loguniform(1.0, 9.0)",
    ),
    "hyperopt uniform": (hp("float", "uniform", 0, 1), "scipy.stats.uniform(0.0, 1.0)"),
    "hyperopt loguniform": (
        hp("float", "loguniform", 0, 0),
        "scipy.stats.loguniform(1.0, 1.0)",
    ),
    "hyperopt randint": (hp("int", "randint", 8), "scipy.stats.randint(0, 8)"),
    "hyperopt randint from": (hp("int", "randint", 2, 8), "scipy.stats.randint(2, 8)"),
    "hyperopt choice": (
        Apply("switch", [hp("int", "randint", 2), literal("a"), literal("b")]),
        "the list of its values, ['a', 'b']",
    ),
    "hyperopt normal": (hp("float", "normal", 0, 1), "Allowed are"),
    "hyperopt, another version": (Apply("float"), "Allowed are"),
}


@pytest.mark.parametrize(("value", "instead"), PEERS.values(), ids=PEERS)
@pytest.mark.parametrize("is_listed", [False, True])
def test_an_object_of_another_library_is_an_error_with_what_to_pass(
    value, instead, is_listed
):
    with pytest.raises(SearchSpaceTypeError) as error:
        SearchSpace({"p": [value] if is_listed else value})
    message = str(error.value)
    library = type(value).__module__.split(".")[0]
    assert f"of parameter 'p' in param_grid is an object of {library}" in message
    assert instead in message


@pytest.mark.parametrize(
    ("values", "instead"),
    [
        ((1e-6, 1e6, "log-uniform"), "scipy.stats.loguniform(1e-06, 1000000.0)"),
        ((0.1, 0.3, "uniform"), "scipy.stats.uniform(0.1, 0.2)"),
        ((1, 8, "uniform"), "scipy.stats.randint(1, 9)"),
        ((np.int64(1), 8, "uniform"), "scipy.stats.randint(1, 9)"),
        ((1, 64, "log-uniform", 2), "numpy.geomspace(1, 64, 20)"),
        ([1e-6, 1e6, "log-uniform"], "scipy.stats.loguniform(1e-06, 1000000.0)"),
    ],
)
def test_a_range_with_the_name_of_its_scale_is_an_error(values, instead):
    with pytest.raises(SearchSpaceTypeError) as error:
        SearchSpace({"p": values})
    assert f"would be {len(values)} categories" in str(error.value)
    assert instead in str(error.value)


@pytest.mark.parametrize(
    ("values", "instead"),
    [
        ({"low": 1, "high": 8}, "Pass scipy.stats.randint(1, 9)."),
        ({"min": 0.1, "max": 0.3}, "Pass scipy.stats.uniform(0.1, 0.2)."),
        ({"lower": 0.01, "upper": 1.0}, "Pass scipy.stats.loguniform(0.01, 1.0)."),
        ({"grid_search": [1, 2]}, "Pass the list of its values, [1, 2]."),
        ({"values": ["a"]}, "Pass the list of its values, ['a']."),
    ],
)
def test_a_dict_of_bounds_or_values_is_an_error_with_what_to_pass(values, instead):
    with pytest.raises(SearchSpaceTypeError) as error:
        SearchSpace({"p": values})
    assert instead in str(error.value)


@pytest.mark.parametrize(
    ("values", "instead"),
    [
        ((1, 8), ["randint(1, 9)", "[1, 8]"]),
        ((1e-3, 1e3), ["uniform(0.001, 999.999)", "loguniform(0.001, 1000.0)"]),
        ((-1.0, 1), ["uniform(-1.0, 2.0)", "[-1.0, 1]"]),
        ((0, 2), ["randint(0, 3)"]),
        ((0.0, 1.0), ["uniform(0.0, 1.0)"]),
    ],
)
def test_a_tuple_of_two_numbers_is_two_values_and_a_warning(values, instead):
    space = SearchSpace({"p": values})
    assert space.size == 2
    assert space.branches[0]["p"].values() == list(values)
    (message,) = map(str, space.warnings())
    assert [text for text in instead if text not in message] == []
    assert ("loguniform" in message) == any("loguniform" in text for text in instead)


@pytest.mark.parametrize(
    "values",
    [
        [1, 8],
        [1e-3, 1e3],
        (8, 1),
        (1, 2),
        (0, 1),
        (3, 3),
        (1, 5, 10),
        (1,),
        (None, 5),
        (True, False),
        (False, True),
        (0, np.inf),
        ("a", "b"),
        ("a", "b", "c"),
        ("uniform", "distance"),
        (1, 2, "auto"),
        [0.1, 0.5, "uniform"],
        [(50,), (100,)],
        [(1, 1), (1, 2), (1, 3)],
        [(0.1, 0.9)],
        range(1, 8),
        np.array([1e-3, 1e3]),
        np.logspace(-3, 3, 7),
        (StandardScaler(), "passthrough"),
        [{"C": uniform(0, 1)}, {"C": loguniform(1, 2)}],
        [[{"C": uniform(0, 1)}, {"C": [1]}]],
        [loguniform.__class__, StandardScaler],
        [thing("optuna.samplers", "TPESampler"), thing("flaml.automl", "AutoML")],
    ],
)
def test_what_may_well_be_a_list_of_values_is_one(values):
    space = SearchSpace({"p": values})
    assert space.size == len(values)
    assert space.warnings() == []


@pytest.mark.parametrize(
    ("values", "instead"),
    [
        ([randint(1, 9)], "Pass it by itself: randint(1, 9)."),
        ((loguniform(1, 10),), "Pass it by itself: loguniform(1, 10)."),
        ((randint(8, 65), randint(8, 65)), "Vector(randint(8, 65), size=2)"),
        ([(randint(8, 65),) * 3], "Vector(randint(8, 65), size=3)"),
        ([(8, 8), [randint(8, 65), 8]], "list such values"),
        ([None, randint(1, 9)], "list of dicts"),
        ([uniform(0, 1), loguniform(1, 2)], "list of dicts"),
        ([norm], "norm"),
    ],
)
def test_a_distribution_among_values_is_an_error_with_what_to_write(values, instead):
    with pytest.raises(SearchSpaceError) as error:
        SearchSpace({"p": values})
    assert "is a distribution" in str(error.value)
    assert instead in str(error.value)


def test_a_search_warns_once_and_goes_on():
    search = GeneticSearchCV(SVC(), {"C": (1.0, 8.0)}, n_iter=4, cv=2)
    with pytest.warns(SearchSpaceWarning) as caught:
        search.fit(X, y)
    assert len(caught) == 1
    assert [params["C"] for params in search.cv_results_["params"]] == [1.0, 8.0]
