"""Values that can only be sampled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.space._draws import Draws


class Sampled:
    """A distribution with nothing but rvs."""

    def rvs(self, random_state):
        return random_state.choice(10**6)


def test_draws_depend_on_their_seed_and_number_alone():
    genes = np.linspace(0.1, 0.9, 9)
    first, second = Draws("p", Sampled(), seed=3), Draws("p", Sampled(), seed=3)
    values = [first.decode(gene) for gene in genes]
    assert values[::-1] == [second.decode(gene) for gene in genes[::-1]]
    other = Draws("p", Sampled(), seed=2**40)
    assert values != [other.decode(gene) for gene in genes]
    assert len(set(values)) > 5


def test_draws_leave_the_global_random_state_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    Draws("p", Sampled(), seed=0).decode(0.5)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@given(gene=st.floats(0, 1))
@settings(deadline=None, max_examples=30)
def test_a_draw_survives_the_round_trip(gene):
    dimension = Draws("p", Sampled(), seed=0)
    value = dimension.decode(gene)
    assert dimension.decode(dimension.encode(value)) == value
    assert dimension.encode(value) == dimension.snap(np.array(gene))
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        dimension.encode(value + 1)
