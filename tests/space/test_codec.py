"""The search space as settings and as genomes."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.model_selection import ParameterGrid
from sklearn.svm import SVC

from skopt_evo.exceptions import SearchSpaceError
from skopt_evo.space import Mask, SearchSpace, Vector

loguniform, randint, uniform = stats.loguniform, stats.randint, stats.uniform


class Words:
    """A distribution that can only be sampled."""

    def rvs(self, random_state):
        return "".join(random_state.choice(list("abcdefgh"), 12))


WORDS = Words()
ODD = np.array([True, False, True])
FINITE = [
    [1, 2, 3],
    [3, 4.0, 5],
    [1.0, 2.0],
    [7],
    ["rbf", "poly"],
    ["poly"],
    [None, 1, "auto"],
    [True, False],
    [SVC(), PCA(2), "passthrough", None],
    [[1, 2], [1], {"a": 1}],
    [None, ODD],
    range(1, 4),
    np.array([0.5, 0.25]),
    randint(2, 6),
    randint(1, 4, loc=1),
    stats.binom(3, 0.5),
    stats.rv_discrete(values=([1, 3], [0.5, 0.5])),
    Mask(1),
    Mask(3),
    Vector(randint(0, 2), 2),
]
LARGE = [
    uniform(0, 1),
    uniform(loc=0, scale=1),
    loguniform(1e-2, 1),
    loguniform(1e-1, 10),
    stats.norm(1, 2),
    stats.poisson(2),
    randint(0, 2**31),
    WORDS,
    Mask(70),
    Vector(loguniform(1e-2, 1), 3),
]
NAMES = st.sampled_from(["a", "b", "step__c", "step__d"])


def param_grids(values):
    grids = st.dictionaries(NAMES, st.sampled_from(values), max_size=3)
    return grids | st.lists(grids, min_size=1, max_size=3)


@st.composite
def spaces_and_genomes(draw, values=(*FINITE, *LARGE)):
    param_grid = draw(param_grids(values))
    space = SearchSpace(param_grid)
    genes = st.lists(st.floats(0, 1), min_size=space.n_genes, max_size=space.n_genes)
    return param_grid, space, np.array(draw(genes))


def branches(param_grid):
    return [param_grid] if isinstance(param_grid, dict) else param_grid


def belongs(value, values):
    """Tell whether `value` can come from one entry of a param_grid."""
    if isinstance(values, Mask):
        return value.dtype == bool and value.shape == (values.size,) and value.any()
    if isinstance(values, Vector):
        entries = value.tolist()
        is_complete = len(entries) == values.size
        return is_complete and all(belongs(v, values.distribution) for v in entries)
    if values is WORDS:
        return isinstance(value, str) and len(value) == 12
    if hasattr(values, "pmf"):
        return type(value) is int and values.pmf(value) > 0
    if hasattr(values, "pdf"):
        low, high = values.support()
        return type(value) is float and low <= value <= high
    return any(
        value is listed or (type(value) is type(listed) and is_equal(value, listed))
        for listed in values
    )


def is_equal(first, second):
    """Tell whether two values are the same, arrays among them."""
    return first is second or np.array_equal(first, second)


def is_same(first, second):
    """Tell whether two settings are the same, floats up to the last digits."""
    return first.keys() == second.keys() and all(
        is_equal(first[name], second[name])
        or first[name] == pytest.approx(second[name], rel=1e-9, abs=1e-12)
        for name in first
    )


def active_part(space, genome):
    """Return the genes that matter: equal for genomes of one candidate."""
    return np.where(space.active[space.branch_of(genome)], genome, -1.0)


@given(case=spaces_and_genomes())
@settings(deadline=None, max_examples=60)
def test_no_candidate_lies_outside_its_space(case):
    param_grid, space, genome = case
    params = space.decode(genome)
    grid = branches(param_grid)[space.branch_of(genome)]
    assert list(params) == sorted(grid)
    for name, value in params.items():
        assert belongs(value, grid[name])


@given(case=spaces_and_genomes())
@settings(deadline=None, max_examples=60)
def test_a_setting_survives_the_round_trip(case):
    _, space, genome = case
    params = space.decode(genome)
    again = space.decode(space.encode(params))
    assert list(again) == list(params)
    for name, value in params.items():
        assert type(again[name]) is type(value)
        assert is_equal(again[name], value)


@given(case=spaces_and_genomes())
@settings(deadline=None, max_examples=60)
def test_the_canonical_genome_is_that_of_the_setting(case):
    _, space, genome = case
    snapped = space.snap(genome)
    assert is_same(space.decode(snapped), space.decode(genome))
    encoded = space.encode(space.decode(genome))
    np.testing.assert_allclose(
        active_part(space, snapped), active_part(space, encoded), atol=1e-9
    )
    np.testing.assert_array_equal(space.snap(snapped), snapped)
    np.testing.assert_array_equal(space.snap(encoded), encoded)


@given(case=spaces_and_genomes(values=FINITE))
@settings(deadline=None, max_examples=60)
def test_one_setting_of_a_finite_space_has_one_canonical_genome(case):
    _, space, genome = case
    snapped, encoded = space.snap(genome), space.encode(space.decode(genome))
    np.testing.assert_array_equal(
        active_part(space, snapped), active_part(space, encoded)
    )


@given(case=spaces_and_genomes(), seed=st.integers(0, 100))
@settings(deadline=None, max_examples=50)
def test_many_genomes_are_snapped_as_each_of_them(case, seed):
    _, space, _ = case
    genomes = np.random.default_rng(seed).random((3, 4, space.n_genes))
    snapped = space.snap(genomes)
    assert snapped.shape == genomes.shape
    for place in np.ndindex(3, 4):
        np.testing.assert_array_equal(snapped[place], space.snap(genomes[place]))
    transposed = space.snap(np.asfortranarray(genomes))
    np.testing.assert_array_equal(transposed, snapped)


@given(case=spaces_and_genomes(), data=st.data())
@settings(deadline=None, max_examples=50)
def test_inactive_genes_do_not_matter(case, data):
    _, space, genome = case
    active = space.active[space.branch_of(genome)]
    other = np.where(active, genome, data.draw(st.floats(0, 1)))
    assert is_same(space.decode(other), space.decode(genome))


def listed_values(values):
    """List the values of one entry of a finite param_grid in their order."""
    if isinstance(values, Mask):
        bits = itertools.product([True, False], repeat=values.size)
        return [np.array(mask) for mask in sorted(filter(any, bits), key=sum)]
    if isinstance(values, Vector):
        entries = listed_values(values.distribution)
        return list(map(np.array, itertools.product(entries, repeat=values.size)))
    if hasattr(values, "rvs"):
        return sorted({*values.rvs(size=1000, random_state=0)})
    return values


@given(param_grid=param_grids(FINITE))
@settings(deadline=None, max_examples=60)
def test_the_grid_is_that_of_scikit_learn(param_grid):
    listed = [
        {name: listed_values(values) for name, values in grid.items()}
        for grid in branches(param_grid)
    ]
    space, expected = SearchSpace(param_grid), ParameterGrid(listed)
    assert space.size == len(expected)
    if space.size <= 200:
        for params, point in zip(space.grid(), expected, strict=True):
            assert list(params) == list(point)
            assert is_same(params, point)


@given(param_grid=param_grids([*FINITE, *LARGE]))
@settings(deadline=None, max_examples=50)
def test_the_genes_of_a_branch_are_active_in_it(param_grid):
    space, grids = SearchSpace(param_grid), branches(param_grid)
    assert space.n_branches == len(grids)
    assert space.parameter_names == sorted({name for grid in grids for name in grid})
    assert space.n_levels.shape == space.is_numeric.shape == (space.n_genes,)
    for branch, grid in enumerate(grids):
        places = space.places_of(branch)
        varying = {name for name in grid if space.branches[branch][name].n_levels != 1}
        assert places.keys() == varying
        active = np.zeros(space.n_genes, dtype=bool)
        active[:1] = len(grids) > 1
        for place in places.values():
            active[place] = True
            assert len({*space.parameters[np.r_[place]]}) == 1
        np.testing.assert_array_equal(space.active[branch], active)
        numbers = {name: p for name, p in places.items() if isinstance(p, int)}
        assert space.gene_of(branch) == numbers


def test_one_parameter_is_one_gene():
    space = SearchSpace(
        {"C": loguniform(1, 10), "k": ["a", "b"], "n": randint(1, 4), "fixed": [0]}
    )
    assert [gene.name for gene in space.genes] == ["C", "k", "n"]
    np.testing.assert_array_equal(space.n_levels, [0, 2, 3])
    np.testing.assert_array_equal(space.is_numeric, [True, False, True])
    assert space.decode([0.0, 0.9, 0.5]) == {"C": 1.0, "fixed": 0, "k": "b", "n": 2}


def test_an_array_has_a_gene_an_entry():
    space = SearchSpace(
        {
            "C": loguniform(1, 10),
            "m": Mask(3),
            "one": Mask(1),
            "w": Vector(uniform(), 2),
        }
    )
    assert [gene.name for gene in space.genes] == ["C", "m", "m", "m", "w", "w"]
    np.testing.assert_array_equal(space.parameters, [0, 1, 1, 1, 2, 2])
    np.testing.assert_array_equal(space.n_levels, [0, 2, 2, 2, 0, 0])
    np.testing.assert_array_equal(space.is_numeric, [1, 0, 0, 0, 1, 1])
    params = space.decode([0.0, 0.6, 0.1, 0.9, 0.25, 0.75])
    expected = {
        "C": 1.0,
        "m": ODD,
        "one": np.array([True]),
        "w": np.array([0.25, 0.75]),
    }
    assert is_same(params, expected)


def test_the_branch_gene_is_a_parameter_of_its_own():
    space = SearchSpace([{"branch": [0, 1], "m": Mask(2)}, {"m": Mask(2)}])
    np.testing.assert_array_equal(space.parameters, [0, 1, 2, 2])
    np.testing.assert_array_equal(space.active, [[1, 1, 1, 1], [1, 0, 1, 1]])
    assert space.decode([0.1, 0.9, 0.9, 0.1])["branch"] == 1


def test_branches_share_all_the_genes_of_an_array():
    w = Vector(uniform(0, 1), 2)
    space = SearchSpace(
        [{"m": Mask(3), "w": w, "a": [1, 2]}, {"m": Mask(3), "w": w}, {"m": Mask(2)}]
    )
    first, second, third = map(space.places_of, range(3))
    assert (first["m"], first["w"]) == (second["m"], second["w"])
    assert first["m"] != third["m"]
    genome = space.encode({"m": ODD, "w": np.array([0.1, 0.2]), "a": 1})
    genome[0] = space.branch_gene(1)
    assert is_same(space.decode(genome), {"m": ODD, "w": np.array([0.1, 0.2])})


def test_masks_of_equal_content_are_one_candidate():
    space = SearchSpace({"C": [1, 2], "m": Mask(3)})
    genomes = [space.encode({"C": 2, "m": mask}) for mask in (ODD, ODD.copy(), [*ODD])]
    genomes.append(space.snap([0.9, 0.6, 0.2, 0.51]))
    for genome in genomes:
        np.testing.assert_array_equal(genome, [0.75, 0.75, 0.25, 0.75])


def test_the_own_mask_of_an_estimator_is_the_full_one_if_it_is_none():
    space = SearchSpace({"C": [1, 2], "m": Mask(3)})
    (genome,) = space.encode_all({"C": 1, "m": None, "other": 0})
    np.testing.assert_array_equal(space.decode(genome)["m"], [True, True, True])
    known = space.encode_known({"m": None}, 0)
    np.testing.assert_array_equal(known[1:], genome[1:])


def test_the_first_gene_chooses_the_branch():
    space = SearchSpace([{"a": [1, 2]}, {}, {"b": ["x", "y"]}])
    assert [space.branch_of([gene, 0, 0]) for gene in (0.0, 0.3, 0.4, 0.9, 1.0)] == [
        0,
        0,
        1,
        2,
        2,
    ]
    for branch in range(3):
        assert space.branch_of([space.branch_gene(branch), 0.5, 0.5]) == branch
    np.testing.assert_array_equal(space.is_numeric, [False, True, False])
    np.testing.assert_array_equal(space.n_levels, [3, 2, 2])


@pytest.mark.parametrize("param_grid", [{}, [{}], {"a": [1]}, {"a": [1], "b": ["x"]}])
def test_a_space_of_one_point_has_no_genes(param_grid):
    space = SearchSpace(param_grid)
    point = {name: values[0] for name, values in branches(param_grid)[0].items()}
    assert (space.n_genes, space.size) == (0, 1)
    assert list(space.grid()) == [point]
    assert space.decode([]) == point
    assert space.encode(point).shape == (0,)
    assert space.encode_all(point).shape == (1, 0)
    assert space.snap(np.empty((3, 0))).shape == (3, 0)


def test_a_value_that_was_given_is_decoded_to_the_last_digit():
    space = SearchSpace({"alpha": loguniform(1e-6, 1), "tol": uniform(-1, 3)})
    params = {"alpha": 1e-4, "tol": 0.1}
    assert space.decode(space.snap(space.encode(params))) == params
    space = SearchSpace({"w": Vector(loguniform(1e-3, 1), 3)})
    low = np.nextafter(1e-3, 1)  # has the gene of 0.001
    for weights in ([1e-3, low, 0.1], [low, 1e-3, 0.1]):
        decoded = space.decode(space.snap(space.encode({"w": weights})))
        assert decoded["w"].tolist() == weights


def test_the_same_seed_gives_the_same_draws():
    genes = np.linspace(0, 1, 8)
    words = [
        [SearchSpace({"w": WORDS}, seed=seed).decode([gene])["w"] for gene in genes]
        for seed in (0, 0, 1)
    ]
    assert words[0] == words[1]
    assert not {*words[0]} & {*words[2]}


def test_draws_of_the_same_value_are_merged():
    class Coarse:
        def rvs(self, random_state):
            return np.array([random_state.randint(5) / 4, 1.0])

    space = SearchSpace({"a": Coarse(), "b": uniform(0, 1)})
    genomes = np.random.default_rng(0).random((300, 2))
    merged = space.merge(genomes)
    assert len(np.unique(merged[:, 0])) == 5
    np.testing.assert_array_equal(merged[:, 1], genomes[:, 1])
    np.testing.assert_array_equal(space.merge(merged), merged)
    for genome, canonical in zip(genomes, merged, strict=True):
        params, same = space.decode(genome), space.decode(canonical)
        np.testing.assert_array_equal(params["a"], same["a"])
        np.testing.assert_array_equal(space.encode(params), canonical)


def test_parameters_with_the_same_distribution_have_draws_of_their_own():
    space = SearchSpace({"a": WORDS, "b": WORDS})
    assert space.n_genes == 2
    params = space.decode([0.5, 0.5])
    assert params["a"] != params["b"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1, 2, 3], [3, 2, 1]),
        (["a", SVC(), np.array([1])], ["a", SVC(), np.array([1])]),
        (range(1, 4), randint(1, 4)),
        (uniform(0, 1), uniform(loc=0, scale=1)),
        (loguniform(1, 10), stats.reciprocal(1, 10)),
        (stats.norm(1, 2), stats.norm(loc=1, scale=2)),
        (stats.poisson(3), stats.poisson(mu=3)),
        (WORDS, WORDS),
    ],
)
def test_branches_share_the_gene_of_a_parameter_with_the_same_values(first, second):
    space = SearchSpace([{"p": first, "a": [1, 2]}, {"p": second, "b": [1, 2]}])
    assert space.gene_of(0)["p"] == space.gene_of(1)["p"]


class Cubic(stats.rv_continuous):
    def _cdf(self, x):
        return x**3


class Square(stats.rv_continuous):
    def _cdf(self, x):
        return x**2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1, 2], [1, 2, 3]),
        ([1, 2], [1.0, 2.0]),
        (["a", "b"], ["b", "a"]),
        (uniform(0, 1), uniform(0, 2)),
        (uniform(1, 1), loguniform(1, 2)),
        (Cubic(a=0, b=1, name="own")(), Square(a=0, b=1, name="own")()),
        (
            stats.rv_histogram(np.histogram([1, 2, 4], bins=3))(),
            stats.rv_histogram(np.histogram([1, 3, 4], bins=3))(),
        ),
        (
            stats.rv_discrete(values=([1, 2], [0.5, 0.5]))(),
            stats.rv_discrete(values=([1, 2], [0.4, 0.6]))(),
        ),
        (Words(), Words()),
    ],
)
def test_branches_with_other_values_have_a_gene_of_their_own(first, second):
    space = SearchSpace([{"p": first, "a": [1, 2]}, {"p": second, "b": [1, 2]}])
    assert space.gene_of(0)["p"] != space.gene_of(1)["p"]


@pytest.mark.parametrize(
    ("param_grid", "params"),
    [
        ([{"C": [1, 2, 3]}, {"C": [3, 4]}], {"C": 3}),
        ([{"C": [9]}, {"C": [1, 2]}, {"C": [2, 3]}, {"C": [2, 5]}], {"C": 2}),
        ([{"C": loguniform(1e-2, 1)}, {"C": loguniform(1e-1, 10)}], {"C": 0.25}),
        ([{"C": [0.5, 1.0]}, {"C": uniform(0, 2)}], {"C": 0.5}),
        ([{"n": randint(1, 9)}, {"n": randint(5, 2**40)}], {"n": 7}),
        ([{"n": stats.poisson(3)}, {"n": range(3)}], {"n": 1}),
        (
            [{"k": ["a", "b"], "C": [1, 2]}, {"k": ["b"], "C": [2, 3]}],
            {"k": "b", "C": 2},
        ),
        ([{"e": [SVC(), None]}, {"e": [SVC(), PCA()]}], {"e": SVC()}),
        ([{"C": [1, 2]}, {"C": [1, 2]}], {"C": 2}),
        ([{}, {"C": [1]}, {}], {}),
        ([{"m": [None, ODD]}, {"m": Mask(3)}], {"m": ODD}),
        ([{"m": Mask(3)}, {"m": [None, ODD]}], {"m": ODD}),
        (
            [{"w": Vector(randint(0, 5), 2)}, {"w": Vector(randint(3, 9), 2)}],
            {"w": np.array([3, 4])},
        ),
    ],
)
def test_a_setting_of_overlapping_branches_belongs_to_the_first(param_grid, params):
    space = SearchSpace(param_grid)
    genomes = space.encode_all(params)
    assert len(genomes) > 1
    encoded = space.encode(params)
    for genome in genomes:
        snapped = space.snap(genome)
        assert space.branch_of(snapped) == space.branch_of(genomes[0])
        np.testing.assert_array_equal(
            active_part(space, snapped), active_part(space, encoded)
        )


@pytest.mark.parametrize(
    ("param_grid", "params"),
    [
        ([{"C": [1, 2]}, {"C": [3, 4]}], {"C": 3}),
        ([{"m": [1, 2]}, {"m": [0.5, 1.0]}], {"m": 1.0}),  # one feature, or all of them
        ([{"m": randint(1, 9)}, {"m": uniform(0, 2)}], {"m": 1.0}),
        ([{"k": ["a"], "C": [1, 2]}, {"k": ["b"], "C": [1, 2]}], {"C": 1, "k": "b"}),
        ([{"C": [1, 2]}, {"C": [1, 2], "k": ["a"]}], {"C": 1, "k": "a"}),
        ([{"C": [1, 2], "k": ["a"]}, {"C": [1, 2]}], {"C": 1}),
        ([{"m": Mask(2)}, {"m": Mask(3)}], {"m": ODD}),
        ([{"m": Mask(40)}, {"m": [None]}], {"m": None}),  # no mask of ours is None
        (
            [{"w": Vector(randint(0, 5), 2)}, {"w": Vector(uniform(0, 5), 2)}],
            {"w": np.array([1.0, 2.0])},
        ),
    ],
)
def test_a_setting_that_earlier_branches_lack_stays_in_its_own(param_grid, params):
    space = SearchSpace(param_grid)
    genome = space.encode(params)
    assert space.branch_of(genome) == space.branch_of(space.snap(genome)) == 1
    decoded = space.decode(genome)
    assert is_same(decoded, params)
    assert [type(value) for value in decoded.values()] == [*map(type, params.values())]


def test_a_genome_that_moves_to_an_earlier_branch_keeps_its_other_genes():
    tol = loguniform(1e-6, 1)
    space = SearchSpace([{"C": [1, 2, 3], "tol": tol}, {"C": [3, 4], "tol": tol}])
    genome = space.encode({"C": 3, "tol": 0.1})
    genome[0] = space.branch_gene(1)
    own, shared = space.gene_of(1)["C"], space.gene_of(1)["tol"]
    for gene in np.linspace(0.01, 0.99, 20):
        genome[[own, shared]] = 0.25, gene
        snapped = space.snap(genome)
        assert space.branch_of(snapped) == 0
        assert space.decode(snapped)["C"] == 3
        # To the last digit: what moves and what was there have one and the same key.
        assert (snapped[own], snapped[shared]) == (0.25, gene)


def test_nothing_is_decoded_to_snap_a_space_without_overlaps():
    class Counting(Words):
        n_draws = 0

        def rvs(self, random_state):
            self.n_draws += 1
            return super().rvs(random_state)

    words = Counting()
    space = SearchSpace([{"k": ["a"], "w": words}, {"k": ["b", "c"], "w": words}])
    n_draws = words.n_draws
    space.snap(np.random.default_rng(0).random((50, space.n_genes)))
    assert words.n_draws == n_draws


def test_the_grid_of_overlapping_branches_is_that_of_scikit_learn():
    param_grid = [{"C": [1, 2, 3]}, {"C": [3, 4]}, {"C": [1]}]
    space = SearchSpace(param_grid)
    assert list(space.grid()) == list(ParameterGrid(param_grid))
    assert space.size == 6


@pytest.mark.parametrize(
    "values",
    [uniform(), stats.norm(), stats.poisson(2), WORDS, Vector(uniform(0, 1), 2)],
)
def test_an_endless_space_has_no_grid(values):
    space = SearchSpace([{"a": [1, 2]}, {"a": values, "b": [1]}])
    assert space.size == math.inf
    with pytest.raises(ValueError, match="An infinite search space has no grid"):
        next(space.grid())


def test_the_size_of_a_large_space_is_counted_without_a_list():
    space = SearchSpace({"a": randint(0, 2**31), "b": range(2**20), "c": ["x", "y"]})
    assert space.size == 2**52


def test_the_size_of_a_space_of_masks_is_exact_however_large():
    masks = {"m": Mask(np.int64(2000)), "k": ["a", "b", "c"]}
    assert SearchSpace(masks).size == 3 * (2**2000 - 1)
    assert SearchSpace([masks, {"C": [1]}]).size == 3 * (2**2000 - 1) + 1
    assert SearchSpace([masks, {"C": uniform(0, 1)}]).size == math.inf
    with pytest.raises(TypeError, match="'m' has too many values"):
        next(SearchSpace(masks).grid())


def test_a_setting_outside_the_space_is_refused_with_the_reasons():
    space = SearchSpace([{"C": [1, 2]}, {"C": uniform(5, 1), "k": ["a"]}])
    with pytest.raises(ValueError, match="lies outside the search space") as error:
        space.encode({"C": 3})
    message = str(error.value)
    assert "{'C': 3}" in message
    assert "3 is not a value of parameter 'C'" in message
    assert "its parameters are ['C'], those of branch 1 are ['C', 'k']" in message


@pytest.mark.parametrize("params", [{}, {"C": 1, "x": 2}, {"x": 1}])
def test_a_setting_of_other_parameters_is_refused(params):
    with pytest.raises(ValueError, match="its parameters are"):
        SearchSpace({"C": [1, 2]}).encode(params)


def test_a_setting_of_equal_numbers_is_accepted():
    space = SearchSpace([{"C": [10, 100]}, {"C": [1, 2]}])
    assert space.decode(space.encode({"C": 1.0})) == {"C": 1}
    assert SearchSpace({"C": uniform(0, 2)}).encode({"C": 1}) == 0.5
    three = np.array([3, 1])
    for values, equal in [
        (range(1, 9), 3.0),
        (randint(1, 9), np.float64(3)),
        (stats.binom(9, 0.5), 3.0),
        ([None, 3], 3.0),
        (Vector(randint(1, 9), 2), three.astype(float)),
    ]:
        same = three if isinstance(values, Vector) else 3
        space = SearchSpace({"p": values})
        np.testing.assert_array_equal(
            space.encode({"p": equal}), space.encode({"p": same})
        )
        decoded = space.decode(space.encode({"p": equal}))["p"]
        assert np.asarray(decoded).dtype.kind == "i"


@pytest.mark.parametrize("values", [range(1, 9), randint(1, 9), stats.binom(9, 0.5)])
def test_a_share_that_an_estimator_has_is_no_integer_of_the_space(values):
    space = SearchSpace({"max_features": values, "C": [1, 10]})
    params = {"max_features": 1.0, "C": 1.0}
    assert len(space.encode_all(params)) == 0
    assert len(space.encode_all({**params, "max_features": 1})) == 1
    known = space.decode(space.encode_known(params, 0))
    assert known == space.decode(space.encode_known({"C": 1}, 0))
    weights = SearchSpace({"w": Vector(randint(1, 9), 2)})
    assert len(weights.encode_all({"w": np.array([1.0, 2.0])})) == 0
    assert len(weights.encode_all({"w": np.array([1, 2])})) == 1


def test_a_setting_is_encoded_in_each_branch_that_has_it():
    space = SearchSpace(
        [{"C": [1, 2]}, {"k": ["a"]}, {"C": uniform(0, 4), "k": ["a", "b"]}, {"x": [1]}]
    )
    params = {"C": 1.0, "k": "a", "more": None}
    found = [space.decode(genome) for genome in space.encode_all(params)]
    assert found == [{"C": 1}, {"k": "a"}, {"C": 1.0, "k": "a"}]
    assert space.encode_all({"C": 7}).shape == (0, space.n_genes)


def test_what_is_known_of_a_setting_is_encoded_in_the_branch_that_is_asked_for():
    space = SearchSpace(
        [{"C": [1, 2]}, {"C": [1, 2, 3], "gamma": loguniform(1e-2, 1), "k": ["a", "b"]}]
    )
    genome = space.encode_known({"C": 1, "gamma": "scale", "other": 0}, 1)
    assert space.branch_of(genome) == 1
    params = space.decode(genome)
    assert params["C"] == 1
    assert params["gamma"] == pytest.approx(0.1)
    genome = SearchSpace([{"C": [1, 2]}, {"C": [1, 3]}]).encode_known({"C": 1}, 1)
    assert genome[0] == 0.75


@pytest.mark.parametrize(
    "param_grid", [None, [], [{"a": [1]}, "b"], {"a": 1}, {"a": uniform(0, 0)}]
)
def test_what_is_no_search_space_is_an_error(param_grid):
    with pytest.raises(SearchSpaceError):
        SearchSpace(param_grid)


def test_all_points_of_a_conditional_space_have_genomes_of_their_own():
    space = SearchSpace(
        [{"a": [1, 2, None], "b": [True, False]}, {"a": [1, 2], "c": range(3)}, {}]
    )
    keys = {active_part(space, space.encode(p)).tobytes() for p in space.grid()}
    assert len(keys) == space.size == 13
    genes = itertools.product((0.0, 0.4, 0.6, 1.0), repeat=space.n_genes)
    found = {
        active_part(space, space.snap(genome)).tobytes() for genome in map(list, genes)
    }
    assert found <= keys


# ---- genomes of an earlier run

RECORDED = SearchSpace(
    [
        {"C": loguniform(1e-3, 1e3), "n": randint(0, 10), "kernel": ["a", "b", "c"]},
        {"weights": Vector(uniform(0, 1), 2), "mask": Mask(3)},
    ]
)


def random_genome(space, seed, branch):
    genome = np.random.default_rng(seed).random(space.n_genes)
    genome[0] = space.branch_gene(branch)
    return space.snap(genome)


@given(
    st.integers(0, 1000), st.integers(0, 1), st.sampled_from([1e-16, 1e-12, 1e-7, 9e-7])
)
def test_a_recorded_genome_is_the_same_if_rounding_alone_differs(seed, branch, size):
    genome = random_genome(RECORDED, seed, branch)
    signs = np.random.default_rng(seed).choice([-1, 0, 1], len(genome))
    found = RECORDED.reconcile(genome, np.clip(genome + size * signs, 0, 1))
    assert found is not None
    recorded, params = found
    expected = RECORDED.decode(genome)
    assert repr(RECORDED.decode(recorded)) == repr(params)
    assert params.keys() == expected.keys()
    for name in params.keys() & {"n", "kernel", "mask"}:
        np.testing.assert_array_equal(params[name], expected[name])
    for name in params.keys() & {"C", "weights"}:
        np.testing.assert_allclose(params[name], expected[name], rtol=1e-4, atol=1e-5)


@given(st.integers(0, 1000), st.integers(0, 1), st.integers(0, 100))
def test_a_recorded_genome_with_another_value_is_another_one(seed, branch, which):
    genome = random_genome(RECORDED, seed, branch)
    active = np.flatnonzero(RECORDED.active[branch])
    gene = active[which % len(active)]
    n_levels = RECORDED.n_levels[gene]
    step = 1 / n_levels if n_levels else 1e-4
    other = genome.copy()
    other[gene] += step if other[gene] + step < 1 else -step
    before = RECORDED.decode(genome)
    if repr(RECORDED.decode(RECORDED.snap(other))) != repr(before):
        assert RECORDED.reconcile(genome, other) is None


def test_genes_that_the_branch_does_not_have_do_not_tell_candidates_apart():
    genome = random_genome(RECORDED, 0, 0)
    other = np.where(RECORDED.active[0], genome, random_genome(RECORDED, 1, 0))
    assert not np.array_equal(other, genome)
    recorded, params = RECORDED.reconcile(genome, other)
    np.testing.assert_array_equal(recorded, other)
    assert params == RECORDED.decode(genome)


def test_a_recorded_genome_of_another_length_is_another_one():
    genome = random_genome(RECORDED, 0, 0)
    assert RECORDED.reconcile(genome, genome[:-1]) is None


@pytest.mark.parametrize("space", [uniform(0, 1), Vector(uniform(0, 1), 2)])
def test_what_was_given_is_kept_under_a_recorded_genome(space):
    space = SearchSpace({"a": space})
    value = 0.1 if space.n_genes == 1 else np.array([0.1, 0.7])
    genome = space.encode({"a": value})
    _, params = space.reconcile(genome, np.nextafter(genome, 1))
    np.testing.assert_array_equal(params["a"], value)
