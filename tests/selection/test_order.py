"""The keys that candidates are sorted by, the simplest one first."""

import re

import numpy as np
import pytest

from skopt_evo.selection._order import check_order, simplicity_keys

NAN = float("nan")


def results_of(values, **columns):
    """Return results with one parameter; None stands for a candidate without it."""
    params = [{} if value is None else {"C": value} for value in values]
    return {"params": params, "param_C": np.array(values, dtype=object), **columns}


def sorted_rows(order, results, rows=None):
    rows = range(len(results["params"])) if rows is None else rows
    keys = simplicity_keys(order, results, rows)
    return [row for _, row in sorted(zip(keys, rows, strict=True))]


def test_numbers_are_sorted_as_numpy_sorts_them():
    values = np.random.default_rng(0).normal(size=50) ** 3
    results = results_of(values.tolist())
    ascending = np.argsort(values).tolist()
    assert sorted_rows({"C": "smaller"}, results) == ascending
    assert sorted_rows({"C": "larger"}, results) == ascending[::-1]
    assert sorted_rows(lambda params: -params["C"], results) == ascending[::-1]


def test_several_criteria_are_sorted_as_numpy_sorts_by_several_columns():
    rng = np.random.default_rng(0)
    a, b = rng.integers(3, size=(2, 30))
    params = [{"a": int(i), "b": "xyz"[j]} for i, j in zip(a, b, strict=True)]
    order = {"a": "larger", "b": ["z", "x", "y"]}
    places = np.array([1, 2, 0])[b]
    # lexsort sorts by the last key first; equal ones stay in the order of their rows.
    expected = np.lexsort([np.arange(30), places, -a]).tolist()
    assert sorted_rows(order, {"params": params}) == expected


@pytest.mark.parametrize("direction", ["smaller", "larger", [3, 1, 2]])
def test_what_is_missing_or_nan_comes_last(direction):
    rows = sorted_rows({"C": direction}, results_of([NAN, 1, None, 3]))
    assert set(rows[:2]) == {1, 3}
    assert rows[2:] == [0, 2]


def test_nan_that_is_listed_has_its_place():
    assert sorted_rows({"C": [2, NAN, 1]}, results_of([1, NAN, 2])) == [2, 1, 0]


def test_a_function_may_return_nan_and_tuples():
    results = results_of([1.0, NAN, 0.5])
    assert sorted_rows(lambda params: params["C"], results) == [2, 0, 1]
    pairs = {1.0: (2, "b"), 0.5: (2, "a"), 3.0: (1, "z")}
    results = results_of([1.0, 0.5, 3.0])
    assert sorted_rows(lambda params: pairs[params["C"]], results) == [2, 1, 0]


def test_only_the_rows_asked_for_are_looked_at():
    results = results_of([3, "not a number", 1])
    assert sorted_rows({"C": "smaller"}, results, [0, 2]) == [2, 0]
    with pytest.raises(ValueError, match="a candidate has C='not a number'"):
        simplicity_keys({"C": "smaller"}, results, [0, 1])


def test_a_parameter_comes_before_a_column_of_its_name():
    results = results_of([2, 1], C=[1, 2], size=[7, 5])
    assert sorted_rows({"C": "smaller"}, results) == [1, 0]
    assert sorted_rows({"size": "larger"}, results) == [0, 1]


@pytest.mark.parametrize("name", ["param_C", "c", "sice"])
def test_an_unknown_name_is_answered_with_those_there_are(name):
    results = results_of([1, 2], size=[1, 2])
    with pytest.raises(ValueError, match=r"The parameters are \['C'\]"):
        simplicity_keys({name: "smaller"}, results, [0])


@pytest.mark.parametrize(
    ("direction", "reason"),
    [("smaller", "is for numbers, but"), (["a", "b"], "is no list of all the values:")],
)
def test_a_value_without_a_place_is_named(direction, reason):
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        simplicity_keys({"C": direction}, results_of(["a", "c"]), [1])
    assert "a candidate has C='c'" in str(caught.value)


@pytest.mark.parametrize(
    "order", [len, {"C": "smaller"}, {"C": ["a"]}, {"C": (1, 2), "D": "larger"}]
)
def test_an_order_is_taken(order):
    check_order(order)


@pytest.mark.parametrize(
    ("order", "error", "words"),
    [
        (None, TypeError, "order=None is no order"),
        ("smaller", TypeError, "order='smaller' is no order"),
        ({}, ValueError, "order is empty"),
        ({1: "smaller"}, TypeError, "the name 1, which is not a string"),
        ({"C": "smaler"}, ValueError, "Did you mean 'smaller'?"),
        ({"C": 1}, TypeError, "order['C']=1 does not say what is simple"),
        ({"C": {1, 2}}, TypeError, "does not say what is simple"),
        ({"C": []}, ValueError, "order['C']=[] is empty"),
    ],
)
def test_what_is_no_order_is_refused(order, error, words):
    with pytest.raises(error, match=re.escape(words)):
        check_order(order)
