"""What is believed of the record of a fold. Whole files are in test_hostile.py."""

import math

import numpy as np
import pytest

from skopt_evo.trials._fold_record import (
    MAX_ERROR,
    MAX_NUMBER,
    check_fold,
    check_keys,
    check_number,
    is_index,
    names_of,
)

FOLD = {
    "fit_error": None,
    "test_scores": 0.5,
    "n_test_samples": 4,
    "fit_time": 0.25,
    "score_time": 0.125,
}
GRADIENT = {
    "loss": -0.5,
    "params": {"alpha": 1, "weights": [[1.0, 2], [3, 4.0]]},
    "reasons": {"other": "it is flat"},
    "is_converged": True,
}


def test_what_is_sound_comes_back_with_arrays_in_place_of_lists():
    found = check_fold({**FOLD, "gradient": GRADIENT})
    assert {name: found[name] for name in FOLD} == FOLD
    params = found["gradient"]["params"]
    assert type(params["alpha"]) is float
    assert params["weights"].dtype == np.float64
    np.testing.assert_array_equal(params["weights"], [[1, 2], [3, 4]])


def test_the_record_itself_is_left_alone():
    record = {**FOLD, "test_scores": {"a": 1}, "gradient": {**GRADIENT}}
    check_fold(record)
    assert record["gradient"]["params"]["weights"] == [[1.0, 2], [3, 4.0]]


def test_folds_share_the_names_of_metrics_in_memory():
    first, second = (
        check_fold({**FOLD, "test_scores": {"".join(["a ", "metric"]): 0.5}})
        for _ in range(2)
    )
    ((one,), (other,)) = first["test_scores"], second["test_scores"]
    assert one is other


@pytest.mark.parametrize("error", [None, "", "x" * MAX_ERROR])
def test_a_traceback_is_of_limited_length(error):
    assert check_fold({**FOLD, "fit_error": error})["fit_error"] == error
    with pytest.raises(TypeError, match="fit_error="):
        check_fold({**FOLD, "fit_error": "x" * (MAX_ERROR + 1)})


@pytest.mark.parametrize(
    ("test", "train", "is_sound"),
    [
        (0.5, 0.25, True),
        ({"a": 0.5}, {"a": 0.25}, True),
        ({"a": 0.5, "b": 1}, {"b": 0.25, "a": 0}, True),
        (0.5, {"a": 0.25}, False),
        ({"a": 0.5}, 0.25, False),
        ({"a": 0.5}, {"b": 0.25}, False),
        ({"a": 0.5, "b": 1}, {"a": 0.25}, False),
    ],
)
def test_scores_of_both_sets_are_by_the_same_metrics(test, train, is_sound):
    record = {**FOLD, "test_scores": test, "train_scores": train}
    if is_sound:
        assert check_fold(record)["train_scores"] == train
    else:
        with pytest.raises(ValueError, match="train_scores of other metrics"):
            check_fold(record)


def test_a_huge_fold_is_refused_before_it_is_copied():
    with pytest.raises(TypeError, match="score") as caught:
        check_fold({**FOLD, "test_scores": ["x" * 10**6] * 10})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [0, -1, True, 0.5, 5e-324, MAX_NUMBER, -MAX_NUMBER])
def test_numbers_are_what_a_float_can_hold(value):
    check_number(value, "x", finite=True)
    assert math.isfinite(float(value))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_need_not_be_finite_unless_asked(value):
    check_number(value, "x")
    with pytest.raises(TypeError, match=r"^x="):
        check_number(value, "x", finite=True)


@pytest.mark.parametrize("value", [2 * MAX_NUMBER, -(10**4000), "1", None, [1], {}, 1j])
def test_what_no_float_can_hold_is_no_number(value):
    with pytest.raises(TypeError, match=r"^x=") as caught:
        check_number(value, "x")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("value", "is_one"),
    [(0, True), (2, True), (3, False), (-1, False), (True, False), (1.0, False)]
    + [("1", False), (None, False), (10**4000, False)],
)
def test_an_index_is_an_int_in_range(value, is_one):
    assert is_index(value, 3) is is_one


@pytest.mark.parametrize(
    ("keys", "is_sound"),
    [("ab", True), ("abc", True), ("a", False), ("ac", False), ("abd", False)],
)
def test_needed_keys_are_there_and_no_unknown_ones(keys, is_sound):
    record = dict.fromkeys(keys)
    if is_sound:
        check_keys(record, "ab", "c")
    else:
        with pytest.raises(ValueError, match=r"in place of \['a', 'b', 'c'\]"):
            check_keys(record, "ab", "c")


def test_a_single_score_has_no_name():
    assert names_of(0.5) is None
    assert names_of({"b": 1, "a": 2}) == {"a", "b"}
