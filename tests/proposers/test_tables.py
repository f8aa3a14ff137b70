"""Candidates of a table that has been a text file."""

import io

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, norm, poisson, randint, uniform
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skopt_evo.exceptions import SearchSpaceWarning
from skopt_evo.proposers._tables import columns_of, read_candidates
from skopt_evo.space import Mask, SearchSpace, Vector


class Sampled:
    def rvs(self, random_state=None):
        return float(random_state.uniform())


class Nameless:
    """Is written like all others of its kind."""

    def __repr__(self):
        return "Nameless()"


def of_file(params):
    """Return the columns of a text file with the parameters of some candidates."""
    columns = {"params": params}
    for name in sorted({name for setting in params for name in setting}):
        column = columns[f"param_{name}"] = np.ma.masked_all(len(params), dtype=object)
        for row, setting in enumerate(params):
            if name in setting:
                column[row] = setting[name]
    text = pd.DataFrame(columns).to_csv()
    return columns_of(pd.read_csv(io.StringIO(text)))


def read(params, param_grid):
    results = of_file(params)
    return read_candidates(results, results["params"], SearchSpace(param_grid))


def same(first, second):
    """Tell whether two settings have the same values, of the same types."""
    return first.keys() == second.keys() and all(
        type(first[name]) is type(second[name])
        and str(first[name]) == str(second[name])
        for name in first
    )


SCALERS = [StandardScaler(), StandardScaler(with_mean=False), MinMaxScaler(), None]


@pytest.mark.parametrize(
    ("param_grid", "values"),
    [
        (uniform(0, 1), [0.5, 0.0, 1.0, 1 / 3]),
        (loguniform(1e-9, 1e9), [1e-9, 123.456, 1e9]),
        (norm(), [-0.1, 0.0]),
        (randint(1, 5), [1, 4]),
        (range(-(10**9), 10**9, 10), [-(10**9), 0]),
        (poisson(5), [0, 7]),
        ([1, 2, 5], [5, 1]),
        ([0.1, 1, 10.0], [0.1, 1, 10.0]),
        (["a", "b c", 'd"e,'], ["b c", 'd"e,', "a"]),
        (["1", "2"], ["2", "1"]),
        ([True, False], [False, True]),
        ([None, 5, 10], [10, None, 5]),
        ([5, np.nan], [5, np.nan]),
        (["auto", 1, 0.5], [0.5, "auto", 1]),
        ([(1, 1), (1, 2)], [(1, 2), (1, 1)]),
        ([{0: 1.0}, "balanced"], [{0: 1.0}, "balanced"]),
        (SCALERS, SCALERS),
    ],
)
def test_values_are_found_by_their_texts(param_grid, values):
    settings = [{"p": value} for value in values]
    candidates = read(settings, {"p": param_grid})
    assert len(candidates) == len(values)
    assert all(map(same, candidates, settings))


def test_numbers_that_lost_their_last_digit_are_those_of_the_space():
    space = {"p": loguniform(1 / 3, 1000 / 7), "q": [0.1 + 0.2, 2 / 3]}
    p, q = 1000 / 7, 2 / 3
    results = {
        "params": ["{'p': 142.8, 'q': 0.6}"],
        "param_p": [np.nextafter(p, 999)],
        "param_q": [str(np.nextafter(q, 0))],
    }
    (candidate,) = read_candidates(results, results["params"], SearchSpace(space))
    assert candidate == {"p": p, "q": q}


BRANCHES = [
    {"model": [SVC()], "C": uniform(0, 9), "k": [None, 2]},
    {"model": [SVC()], "C": uniform(0, 9)},
    {"model": ["other"], "k": [None, 2, 3]},
]


def test_each_candidate_is_found_in_its_branch():
    settings = [
        {"model": SVC(), "C": 2.5, "k": None},
        {"model": SVC(), "C": 2.5},
        {"model": "other", "k": 3},
        {"model": "other", "k": None},
    ]
    assert all(map(same, read(settings, BRANCHES), settings))


def test_candidates_outside_of_a_smaller_space_are_left_out_unsaid():
    settings = [{"p": 0.1, "k": 1}, {"p": 0.7, "k": 1}, {"p": 0.1, "k": 9}]
    candidates = read(settings, {"p": uniform(0, 0.5), "k": [1, 2]})
    assert candidates == [settings[0], None, None]
    assert read(settings, {"q": [1]}) == [None] * 3


def test_dicts_are_taken_as_they_are():
    params = [{"p": 0.5}, {"q": "outside"}]
    assert read_candidates({}, params, SearchSpace({"p": uniform()})) == params


@pytest.mark.parametrize(
    ("values", "known", "unknown"),
    [
        (["a", "b"], "b", "c"),
        (["a", len], "a", "<function len at 0x7f7cdf5de250>"),
        ([1, "1", 2], 2, "1"),
        ([Nameless(), Nameless(), "a"], "a", Nameless()),
        ([SVC(), SVC(gamma=2)], SVC(gamma=2), SVC(gamma=3)),
    ],
    ids=["outside", "function", "two of one text", "two objects", "estimator"],
)
def test_what_no_text_tells_is_left_out_with_a_warning(values, known, unknown):
    settings = [{"p": known}, {"p": unknown}]
    with pytest.warns(SearchSpaceWarning, match=r"1 of 2 candidates.*Parameter 'p'"):
        first, second = read(settings, {"p": values})
    assert same(first, settings[0])
    assert second is None
    with pytest.raises(ValueError, match=r"1 of 1 candidates.*Pass the cv_results_"):
        read(settings[1:], {"p": values})


@pytest.mark.parametrize(
    ("values", "value"),
    [
        (Mask(3), np.array([True, False, True])),
        (Vector(uniform(), 3), np.array([0.1, 0.2, 0.3])),
        (Vector(uniform(), 1), np.array([0.1])),
    ],
)
def test_arrays_cannot_be_found(values, value):
    with pytest.raises(ValueError, match="Parameter 'p'"):
        read([{"p": value}], {"p": values})


def test_draws_cannot_be_found():
    assert read([{"p": 0.5}], {"p": Sampled()}) == [None]


def test_a_message_names_the_first_reasons_only():
    settings = [{"p": f"text {number}"} for number in range(100)]
    with pytest.raises(ValueError, match="100 of 100") as error:
        read(settings, {"p": ["a", "b"]})
    assert "'text 2'" in str(error.value)
    assert "'text 3'" not in str(error.value)
    assert len(str(error.value)) < 1000


def test_without_columns_of_parameters_there_is_nothing_to_read():
    with pytest.raises(TypeError, match=r"params\[1\]='text'.*no columns param_<name>"):
        read_candidates({}, [{"p": 1}, "text"], SearchSpace({"p": [1]}))
