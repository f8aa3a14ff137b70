"""What is written in a param_grid for arrays."""

import copy
import pickle

import numpy as np
import pytest
from scipy.stats import kstest, loguniform, uniform
from sklearn.base import clone
from sklearn.model_selection import ParameterSampler

from skopt_evo import GeneticSearchCV
from skopt_evo.exceptions import SearchSpaceError, SearchSpaceTypeError
from skopt_evo.preprocessing import ColumnMask
from skopt_evo.space import Mask, SearchSpace, Vector


class Coin:
    """A distribution that can only be sampled."""

    def rvs(self, random_state):
        return random_state.choice(["heads", "tails"])


@pytest.mark.parametrize("make", [Mask, lambda size: Vector(uniform(), size)])
class TestSize:
    @pytest.mark.parametrize("size", [0, -3])
    def test_an_array_without_entries_is_refused(self, make, size):
        with pytest.raises(SearchSpaceError, match=f"size={size}.*int >= 1"):
            make(size)

    @pytest.mark.parametrize("size", [2.0, "3", None, True, (2,)], ids=repr)
    def test_a_size_that_is_no_int_is_refused(self, make, size):
        with pytest.raises(SearchSpaceTypeError, match=r"size=.*int >= 1"):
            make(size)


def test_a_vector_needs_a_distribution():
    with pytest.raises(SearchSpaceTypeError, match=r"distribution=\[1, 2\].*frozen"):
        Vector([1, 2], 3)


@pytest.mark.parametrize(
    ("distribution", "reason"),
    [
        (loguniform, "'w' in param_grid is not frozen"),
        (uniform(0, -1), "'w' in param_grid is improper"),
        (Coin(), r"Vector\(Coin\(\), size=2\) of parameter 'w' .* has no scale"),
    ],
)
def test_a_vector_without_a_scale_is_no_search_space(distribution, reason):
    with pytest.raises(SearchSpaceError, match=reason):
        SearchSpace({"w": Vector(distribution, 2)})


def test_they_are_short_to_read():
    assert repr(Mask(30)) == "Mask(size=30)"
    vector = Vector(loguniform(0.1, 10.0), 3)
    assert repr(vector) == "Vector(loguniform(0.1, 10.0), size=3)"


def test_they_are_values():
    distribution = uniform(0, 1)
    assert Mask(3) == Mask(3) != Mask(4)
    assert Vector(distribution, 3) == Vector(distribution, 3) != Vector(distribution, 4)
    assert len({Mask(3), Mask(3), Vector(distribution, 3)}) == 2
    with pytest.raises(AttributeError):
        Mask(3).size = 4


@pytest.mark.parametrize(
    "again", [clone, copy.deepcopy, lambda search: pickle.loads(pickle.dumps(search))]
)
def test_searches_of_arrays_can_be_copied(again):
    grid = {"mask": Mask(3)}
    search = again(GeneticSearchCV(ColumnMask(), grid))
    assert search.param_grid == grid


def test_a_random_search_draws_each_mask_as_often_as_any_other():
    draws = list(ParameterSampler({"m": Mask(3)}, 3500, random_state=0))
    numbers = [int(draw["m"] @ [1, 2, 4]) for draw in draws]
    counts = np.bincount(numbers, minlength=8)
    assert counts[0] == 0
    # Each count is binomial: 500 expected, with a standard deviation of 20.7.
    assert np.all(np.abs(counts[1:] - 500) < 4 * 20.7)


def test_a_random_search_draws_the_entries_of_vectors():
    sampler = ParameterSampler({"w": Vector(uniform(2, 3), 4)}, 200, random_state=0)
    entries = np.array([draw["w"] for draw in sampler])
    assert entries.shape == (200, 4)
    assert kstest(entries.ravel(), uniform(2, 3).cdf).pvalue > 0.01
    assert len(np.unique(entries)) == entries.size
