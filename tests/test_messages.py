"""How values are written in messages."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, randint
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo._messages import LONGEST, listed, shown
from skopt_evo.exceptions import SpaceCoverageWarning
from skopt_evo.preprocessing import ColumnMask, FeatureScale
from skopt_evo.selection import OneStandardError
from skopt_evo.space import Mask, SearchSpace, Vector
from tests.bad_input_table import X, y

# Three values, and the words around them.
LONG = 3 * LONGEST + 500
NUMBERS = list(range(10_000))
FRAME = pd.DataFrame(np.ones((500, 30)))


@pytest.mark.parametrize("value", [1.5, "a", [1, "b"], {"a": 1}, np.arange(3), SVC()])
def test_a_short_value_is_written_as_python_does(value):
    assert shown(value) == repr(value)


@pytest.mark.parametrize(
    ("value", "begin", "end"),
    [
        (NUMBERS, "[0, 1, 2,", " more]"),
        (tuple(NUMBERS), "(0, 1, 2,", " more)"),
        (dict.fromkeys(NUMBERS), "{0: None, 1: None", "9999: None}"),
        ("a" * 10_000, "'aaaa", "aaaa'"),
        (np.arange(900.0), "<ndarray of shape (900,)", ">"),
        (FRAME, "<DataFrame of shape (500, 30)", ">"),
        ([FRAME, NUMBERS], "[<DataFrame of shape (500, 30)>, [0, 1, 2,", "]"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_a_long_value_is_cut(value, begin, end):
    text = shown(value)
    assert len(text) <= LONGEST + 50
    assert text.startswith(begin)
    assert text.endswith(end)


def test_a_list_says_how_many_values_it_leaves_out():
    text = listed([f"name_{number}" for number in range(1000)])
    n_named = text.count("name_")
    assert 10 < n_named < 1000
    assert text.endswith(f", ... {1000 - n_named} more]")


def names(prefix, n=1000):
    return {f"{prefix}{number}": [1] for number in range(n)}


class Many(SVC):
    """Has more parameters than anybody wants to read."""

    def get_params(self, deep=True):
        return {**super().get_params(deep), **names("parameter_")}


SPACE = SearchSpace({"mask": Mask(900), "vector": Vector(randint(1, 9), 900)})
LISTED = SearchSpace({"C": NUMBERS})
MANY = SearchSpace({**names("b"), "C": [1]})


def search(**parameters):
    options = {"param_grid": {"C": loguniform(1, 10)}, "n_iter": 3, "cv": 2}
    return GeneticSearchCV(SVC(), **{**options, **parameters}).fit(X, y)


CALLS = {
    "param_grid": lambda: search(param_grid=FRAME),
    "values": lambda: search(param_grid={"C": FRAME}),
    "a dict of values": lambda: search(param_grid={"C": dict.fromkeys(NUMBERS)}),
    "an element of param_grid": lambda: search(param_grid=[NUMBERS]),
    "names of parameters": lambda: GeneticSearchCV(Many(), {"zz": [1]}).fit(X, y),
    "an array outside": lambda: SPACE.encode({"mask": np.ones(899), "vector": []}),
    "names of a setting": lambda: MANY.encode(names("a")),
    "values that cannot be fitted": lambda: search(
        param_grid={"gamma": [*map(str, NUMBERS)]}
    ),
    "Vector": lambda: Vector(NUMBERS, 3),
    "cv": lambda: search(cv=[(NUMBERS, NUMBERS, NUMBERS)]),
    "refit": lambda: search(refit=lambda results: NUMBERS),
    "surrogate": lambda: search(surrogate=NUMBERS),
    "crossover": lambda: search(crossover=NUMBERS),
    "initial_params": lambda: search(initial_params={1: FRAME}.items()),
    "an element of initial_params": lambda: search(initial_params=[NUMBERS]),
    "a value of initial_params": lambda: search(initial_params=[{"C": NUMBERS}]),
    "names of initial_params": lambda: search(initial_params=[names("a")]),
    "a column of results": lambda: search(
        initial_params={"params": [{"C": 1}], "mean_test_score": NUMBERS}
    ),
    "metrics of results": lambda: search(
        initial_params={"params": [{"C": 1}], **names("mean_test_")}
    ),
    "OneStandardError": lambda: OneStandardError(NUMBERS),
    "ColumnMask": lambda: ColumnMask(NUMBERS).fit(X),
    "FeatureScale": lambda: FeatureScale([str(n) for n in NUMBERS]).fit(X),
    "groups": lambda: FeatureScale(groups=NUMBERS).fit(X),
    "gradient": lambda: GradientSearchCV(
        SVC(), {"C": loguniform(1, 10)}, gradient=NUMBERS
    ).fit(X, y),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_message_is_longer_than_a_few_lines(call):
    with pytest.raises((TypeError, ValueError, IndexError)) as error:
        call()
    assert len(str(error.value)) < LONG


def test_a_warning_of_many_values_names_the_first_ones():
    space = {"C": loguniform(1, 10), "class_weight": [{0: w} for w in range(1, 1001)]}
    model = GradientSearchCV(SVC(), space, n_iter=6, cv=2, random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    (text,) = [str(w.message) for w in caught if w.category is SpaceCoverageWarning]
    assert "'class_weight' were not tried: [{0: " in text
    assert " more]" in text
    assert len(text) < LONG
