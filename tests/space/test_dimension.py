"""What all dimensions have in common, whatever their values are."""

import math

import numpy as np
import pytest
from scipy.stats import geom, loguniform, randint, uniform

from skopt_evo.space import Mask, Vector
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._parse import parse_dimension


class Sampled:
    """Can only be sampled."""

    def rvs(self, random_state=None):
        return float(random_state.uniform())


VALUES = {
    "real": uniform(0, 2),
    "logarithmic": loguniform(1e-3, 1e3),
    "range": range(1, 9, 2),
    "integers": randint(0, 10),
    "unbounded integers": geom(0.3),
    "numbers": [0.1, 1, 10.0],
    "categories": ["a", None, ("b", 1)],
    "draws": Sampled(),
    "vector": Vector(uniform(), 3),
    "mask": Mask(4),
}


@pytest.fixture(params=VALUES)
def dimension(request):
    return parse_dimension("p", VALUES[request.param], 0)


def genes_of(dimension, n=50):
    """Return canonical genes, an array of them each where the values are arrays."""
    size = len(dimension.elements)
    genes = np.random.default_rng(0).random((n, size))
    genes[:2] = [[0.0], [1.0]]
    genes = dimension.merge(
        dimension.snap(genes if dimension.is_vector else genes[:, 0])
    )
    return list(genes)


def test_a_canonical_gene_is_that_of_its_value(dimension):
    for gene in genes_of(dimension):
        value = dimension.decode(gene)
        np.testing.assert_allclose(dimension.locate(value), gene, atol=1e-12)
        np.testing.assert_array_equal(dimension.snap(gene), gene)
        assert dimension.holds(value)


def test_a_value_that_was_given_comes_back(dimension):
    for gene in genes_of(dimension):
        value = dimension.decode(gene)
        again = dimension.decode(dimension.encode(value))
        np.testing.assert_array_equal(again, value)
        assert type(again) is type(value)


def test_what_is_no_value_is_refused_by_name_and_not_held(dimension):
    for value in ("no value", [None] * 7, object()):
        assert not dimension.holds(value)
        with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
            dimension.encode(value)


FINITE = ["range", "integers", "numbers", "categories", "mask"]


@pytest.mark.parametrize("name", FINITE)
def test_all_values_of_a_finite_dimension_are_listed(name):
    dimension = parse_dimension("p", VALUES[name], 0)
    assert dimension.is_finite
    found = {np.asarray(dimension.encode(v)).tobytes() for v in dimension.values()}
    assert len(found) == len(dimension.values())
    genes = {np.asarray(gene).tobytes() for gene in genes_of(dimension, 500)}
    assert genes == found


@pytest.mark.parametrize("name", ["real", "logarithmic", "draws", "vector"])
def test_the_values_of_a_continuum_cannot_be_listed(name):
    dimension = parse_dimension("p", VALUES[name], 0)
    assert not dimension.is_finite
    with pytest.raises(TypeError, match="'p' has infinitely many values"):
        dimension.values()


def test_equal_dimensions_alone_share_their_signature(dimension):
    signatures = {
        name: parse_dimension("p", values, 0).signature()
        for name, values in VALUES.items()
    }
    assert list(signatures.values()).count(dimension.signature()) == 1
    assert hash(dimension.signature()) is not None


def test_slopes_are_those_of_differences(dimension):
    if dimension.is_vector:
        dimension = dimension.elements[0]
    slope = dimension.slope(0.4)
    if not dimension.is_numeric:
        assert math.isnan(slope)
        return
    n_levels = dimension.n_levels
    step = 1e-6 if n_levels == 0 else 0.0
    if n_levels:
        # From the value below to the one above.
        genes = np.unique(dimension.snap(np.linspace(0, 1, 1001)))
        here = int(np.flatnonzero(genes == dimension.snap(np.array([0.4]))[0])[0])
        below, above = genes[max(here - 1, 0)], genes[min(here + 1, len(genes) - 1)]
    else:
        below, above = 0.4 - step, 0.4 + step
    rise = dimension.decode(above) - dimension.decode(below)
    assert slope == pytest.approx((above - below) / rise, rel=1e-4)


class Fixed(Dimension):
    """Has one value alone, and no more methods than it has to have."""

    n_levels = 1

    def decode(self, gene):
        return 1

    def encode(self, value):
        if value != 1:
            raise self._refuse(value)
        return 0.5

    def snap(self, genes):
        return np.full_like(genes, 0.5)

    def signature(self):
        return "fixed"


def test_the_least_that_a_dimension_can_be():
    fixed = Fixed("p")
    assert fixed.is_finite
    assert fixed.elements == [fixed]
    assert fixed.locate(1.0) == 0.5
    assert fixed.holds(1)
    assert not fixed.holds(1.0)  # an equal number, and not the same value
    assert not fixed.holds(2)
    genes = np.array([0.2, 0.9])
    assert fixed.merge(genes) is genes
    assert math.isnan(fixed.slope(0.5))
    assert fixed.share(0.5, 0.5) is None
