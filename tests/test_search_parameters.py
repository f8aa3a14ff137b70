"""The parameters that both searches have, and what makes no sense of them."""

import inspect
from pathlib import Path

import pytest
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.metrics import accuracy_score, get_scorer
from sklearn.model_selection import KFold
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo._search_parameters import SearchParameters

C = {"C": loguniform(1e-2, 1e2)}

pytestmark = pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])


def make(search, **options):
    return search(SVC(), C, **options)


def check(model):
    """Do what `fit` does before anything else."""
    model._validate_params()
    model._check_search_parameters()


def test_every_parameter_is_kept_as_it_was_given(search):
    names = [*inspect.signature(SearchParameters.__init__).parameters][1:]
    assert set(names) <= set(inspect.signature(search).parameters)
    values = {name: object() for name in names}
    model = search(**values)
    assert all(getattr(model, name) is values[name] for name in names)


def test_every_parameter_has_a_constraint_and_a_default_that_meets_it(search):
    model = make(search)
    parameters = model.get_params(deep=False)
    assert set(parameters) == set(model._parameter_constraints)
    check(model)
    check(clone(model))


@pytest.mark.parametrize(
    "options",
    [
        {"n_iter": 1},
        {"n_iter_no_change": 1, "tol": 0},
        {"timeout": 1e-9, "fit_timeout": 3},
        {"checkpoint": Path("a")},
        {"checkpoint": "a"},
        {"random_state": None},
        {"initial_params": 3},  # which is checked against the space
        {"cv": KFold(3)},
        {"scoring": get_scorer("accuracy")},
    ],
    ids=str,
)
def test_what_makes_sense_is_accepted(search, options):
    check(make(search, **options))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_iter", 0),
        ("n_iter", 2.0),
        ("n_iter_no_change", 0),
        ("tol", -1e-9),
        ("tol", None),
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", float("inf")),
        ("fit_timeout", 0.0),
        ("fit_timeout", "1s"),
        ("checkpoint", 3),
        ("random_state", "a seed"),
        ("return_train_score", "yes"),
    ],
)
def test_values_outside_of_their_ranges_are_refused(search, name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter"):
        check(make(search, **{name: value}))


@pytest.mark.parametrize(
    "name", ["n_iter", "n_iter_no_change", "tol", "timeout", "fit_timeout"]
)
def test_a_bool_is_no_number(search, name):
    with pytest.raises(ValueError, match=rf"{name}=True is a bool.*in the range"):
        check(make(search, **{name: True}))


@pytest.mark.parametrize(("name", "kind"), [("cv", KFold), ("estimator", SVC)])
def test_a_class_is_refused_with_the_instance_to_pass(search, name, kind):
    model = make(search).set_params(**{name: kind})
    with pytest.raises(TypeError, match=rf"{name}=.* is a class.*{kind.__name__}\(\)"):
        model._check_search_parameters()


def test_a_metric_is_no_scorer(search):
    with pytest.raises(ValueError, match="make_scorer"):
        check(make(search, scoring=accuracy_score))
