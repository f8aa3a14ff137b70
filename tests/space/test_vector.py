"""Dimensions whose values are arrays."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import loguniform, poisson, randint, uniform

from skopt_evo.space import Mask, Vector
from skopt_evo.space._parse import parse_dimension

SIZES = st.integers(1, 8)


def dimension_of(values):
    return parse_dimension("p", values, seed=0)


@given(data=st.data(), size=SIZES)
@settings(deadline=None, max_examples=60)
def test_a_mask_selects_where_a_gene_is_in_the_upper_half(data, size):
    genes = np.array(data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size)))
    mask = dimension_of(Mask(size)).decode(genes)
    assert mask.dtype == bool
    if (genes >= 0.5).any():
        np.testing.assert_array_equal(mask, genes >= 0.5)
    else:
        assert np.flatnonzero(mask) == genes.tolist().index(max(genes))


@given(data=st.data(), size=SIZES)
@settings(deadline=None, max_examples=60)
def test_a_mask_survives_the_round_trip(data, size):
    genes = np.array(data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size)))
    dimension = dimension_of(Mask(size))
    snapped, mask = dimension.snap(genes), dimension.decode(genes)
    np.testing.assert_array_equal(dimension.decode(snapped), mask)
    np.testing.assert_array_equal(dimension.encode(mask), snapped)
    np.testing.assert_array_equal(dimension.locate(mask), snapped)
    np.testing.assert_array_equal(dimension.snap(snapped), snapped)
    assert dimension.holds(mask)


@pytest.mark.parametrize(
    ("genes", "selected"),
    [([0.1, 0.4, 0.3], 1), ([0.25, 0.25, 0.25], 0), ([0.0, 0.2, 0.2], 1)],
)
def test_of_a_mask_that_selects_nothing_the_greatest_gene_is_moved(genes, selected):
    expected = np.full(3, 0.25)
    expected[selected] = 0.75
    np.testing.assert_array_equal(dimension_of(Mask(3)).snap(np.array(genes)), expected)


@pytest.mark.parametrize("values", [Mask(3), Vector(randint(0, 4), 3)])
def test_many_arrays_are_snapped_as_each_of_them(values):
    dimension = dimension_of(values)
    genes = np.random.default_rng(0).random((4, 10, 3)) * 0.7  # some select nothing
    snapped = dimension.snap(genes)
    for place in np.ndindex(4, 10):
        np.testing.assert_array_equal(snapped[place], dimension.snap(genes[place]))


def test_masks_are_listed_with_the_smallest_first():
    masks = dimension_of(Mask(3)).values()
    assert [np.flatnonzero(mask).tolist() for mask in masks] == [
        [0],
        [1],
        [2],
        [0, 1],
        [0, 2],
        [1, 2],
        [0, 1, 2],
    ]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_there_are_as_many_masks_as_are_listed(size):
    dimension = dimension_of(Mask(size))
    listed = {tuple(mask) for mask in dimension.values()}
    bits = itertools.product([False, True], repeat=size)
    assert listed == set(filter(any, bits))
    assert dimension.n_levels == len(dimension.values()) == len(listed)


def test_no_more_masks_are_listed_than_memory_has_room_for():
    dimension = dimension_of(Mask(np.int8(100)))
    assert dimension.is_finite
    assert dimension.n_levels == 2**100 - 1
    with pytest.raises(TypeError, match="'p' has too many values"):
        dimension.values()


def test_none_stands_for_the_full_mask_but_is_none():
    dimension = dimension_of(Mask(2))
    np.testing.assert_array_equal(dimension.encode(None), [0.75, 0.75])
    assert not dimension.holds(None)


@pytest.mark.parametrize(
    "value",
    [
        [False, False],
        [True],
        [True, False, True],
        [1, 0],
        [[True, False]],
        True,
        "ab",
        [True, None],
        {"a": True},
    ],
    ids=repr,
)
def test_what_is_no_mask_of_this_size_is_refused(value):
    dimension = dimension_of(Mask(2))
    assert not dimension.holds(value)
    assert not dimension.holds(np.array(value))
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        dimension.encode(value)


def test_lists_of_several_lengths_are_no_array():
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        dimension_of(Mask(2)).encode([(True, False), (True,)])


@pytest.mark.parametrize(
    "distribution", [uniform(-1, 3), loguniform(1e-3, 1e3), randint(0, 9), poisson(3)]
)
@given(data=st.data(), size=SIZES)
@settings(deadline=None, max_examples=20)
def test_entries_of_a_vector_are_on_the_scale_of_its_distribution(
    distribution, data, size
):
    genes = np.array(data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size)))
    element, dimension = (
        dimension_of(values) for values in (distribution, Vector(distribution, size))
    )
    value = dimension.decode(genes)
    assert value.tolist() == [element.decode(gene) for gene in genes]
    np.testing.assert_array_equal(dimension.snap(genes), element.snap(genes))
    np.testing.assert_allclose(dimension.locate(value), element.snap(genes), atol=1e-9)
    assert dimension.holds(value)
    np.testing.assert_array_equal(dimension.decode(dimension.encode(value)), value)


@pytest.mark.parametrize("value", [[0.5], [0.5, 2.0], [0.5, None], 0.5, None], ids=repr)
def test_what_lies_outside_of_a_vector_is_refused(value):
    dimension = dimension_of(Vector(uniform(0, 1), 2))
    assert not dimension.holds(np.array(value))
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        dimension.encode(value)


def test_integers_can_be_encoded_as_a_vector_of_reals_but_are_none():
    dimension = dimension_of(Vector(uniform(0, 2), 2))
    np.testing.assert_array_equal(dimension.encode([1, 2]), [0.5, 1.0])
    assert not dimension.holds(np.array([1, 2]))
    assert not dimension.holds([1.0, 2.0])  # a list is no array


def test_vectors_of_integers_are_listed_the_last_entry_changing_fastest():
    dimension = dimension_of(Vector(randint(0, 3), 2))
    listed = [tuple(value) for value in dimension.values()]
    assert listed == list(itertools.product(range(3), repeat=2))
    assert dimension.n_levels == 9


@pytest.mark.parametrize("distribution", [uniform(0, 1), poisson(3)])
def test_endless_vectors_have_no_list(distribution):
    dimension = dimension_of(Vector(distribution, 2))
    assert not dimension.is_finite
    with pytest.raises(TypeError, match="'p' has infinitely many values"):
        dimension.values()


def test_a_vector_that_was_given_cannot_be_changed_from_outside():
    dimension, value = dimension_of(Vector(uniform(0, 1), 2)), np.array([0.1, 0.2])
    genes = dimension.encode(value)
    value[:] = dimension.decode(genes)[:] = 0.9
    assert dimension.decode(genes).tolist() == [0.1, 0.2]


def test_looking_a_vector_up_keeps_nothing_of_it():
    dimension = dimension_of(Vector(loguniform(1e-3, 1), 2))
    rounded = dimension.decode(dimension.locate([0.1, 0.7])).tolist()
    assert rounded == pytest.approx([0.1, 0.7], rel=1e-12)
    dimension.encode([0.1, 0.7])
    assert dimension.decode(dimension.locate([0.1, 0.7])).tolist() == [0.1, 0.7]
    assert rounded != [0.1, 0.7]


def test_a_vector_of_a_constant_has_one_value():
    dimension = dimension_of(Vector(randint(2, 3), 3))
    assert dimension.n_levels == 1
    np.testing.assert_array_equal(dimension.decode(0.5), [2, 2, 2])
