"""Fingerprints of arrays, matrices and frames."""

import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import sparse

from skopt_evo.checkpoint import fingerprint

X = np.arange(12.0).reshape(3, 4)
DENSE = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 3.0]])


@given(npst.arrays(npst.scalar_dtypes(), npst.array_shapes(max_dims=3, max_side=4)))
def test_memory_layout_and_byte_order_do_not_matter(array):
    expected = fingerprint(array)
    wide = np.repeat(array[..., None], 2, axis=-1)
    other_order = array.astype(array.dtype.newbyteorder())
    for same in (np.asfortranarray(array), wide[..., 0], other_order, array.copy()):
        assert fingerprint(same) == expected


@given(st.data())
def test_every_entry_matters(data):
    shape = data.draw(npst.array_shapes(max_dims=3, max_side=5))
    array = np.zeros(shape)
    array.flat[data.draw(st.integers(0, array.size - 1))] = 1e-300
    assert fingerprint(array) != fingerprint(np.zeros(shape))


def test_every_entry_of_an_array_of_several_chunks_matters():
    array = np.zeros((7, 50_000))
    expected = {fingerprint(array)}
    for place in [(0, 0), (1, 15_536), (1, 15_535), (6, 49_999)]:
        array[place] += 1
        expected |= {fingerprint(array), fingerprint(np.asfortranarray(array))}
    assert len(expected) == 5


@pytest.mark.parametrize(
    "others",
    [
        [X, X.T, X.reshape(4, 3), X.ravel(), X[None], X.astype(np.float32), X + 0j],
        [np.zeros(0), np.zeros((0, 2)), np.zeros((2, 0)), np.zeros(1), np.float64(0)],
        [
            np.array(["a", "b"]),
            np.array(["ab", ""]),
            np.array(["a", "b"], dtype=object),
        ],
        [np.array([None, "a"]), np.array([None, 1]), np.array([None, 1.0])],
        [np.array([[1, 2]], object), np.array([1, 2], object), np.array([1, 2])],
        [np.array(["2020", "NaT"], "M8[D]"), np.array(["2020", "2021"], "M8[D]")],
        [np.array([(1, 2.0)], "i4,f8"), np.array([(1, 3.0)], "i4,f8")],
        [np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 0])],
        [np.array([b"a"]), np.array(["a"]), np.array(["", ""]), np.array([""])],
        [X.tolist(), [*X.tolist(), []], [tuple(row) for row in X], X],
    ],
    ids=repr,
)
def test_different_arrays_are_told_apart(others):
    assert len({fingerprint(value) for value in others}) == len(others)


def test_gaps_between_fields_do_not_matter():
    dtype = np.dtype([("a", "u1"), ("b", "f8")], align=True)
    arrays = [np.empty(2, dtype), np.empty(2, dtype)]
    for fill, array in enumerate(arrays):
        array.view("u1")[:] = fill
        array["a"], array["b"] = 1, 2.0
    assert arrays[0].tobytes() != arrays[1].tobytes()
    assert fingerprint(arrays[0]) == fingerprint(arrays[1])


def test_an_array_on_disk_is_its_contents(tmp_path):
    np.save(tmp_path / "X.npy", X)
    assert fingerprint(np.load(tmp_path / "X.npy", mmap_mode="r")) == fingerprint(X)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_large_array_is_not_copied(order):
    large = np.ones((500, 4000), order=order)
    tracemalloc.start()
    try:
        fingerprint(large)
        assert tracemalloc.get_traced_memory()[1] < large.nbytes / 8
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["matrix", "array"])
def test_a_sparse_matrix_is_the_same_in_every_format(kind):
    same = {
        fingerprint(getattr(sparse, f"{name}_{kind}")(DENSE))
        for name in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr")
    }
    unsorted = sparse.csr_matrix(
        (np.array([2.0, 3.0, 1.0]), np.array([1, 2, 0]), np.array([0, 1, 3])), (2, 3)
    )
    doubled = sparse.coo_matrix(
        ([1.0, 1.0, 1.0, 3.0], ([0, 0, 1, 1], [1, 1, 0, 2])), (2, 3)
    )
    wide = sparse.csr_matrix(DENSE)
    wide.indices, wide.indptr = wide.indices.astype("i8"), wide.indptr.astype("i8")
    same |= {fingerprint(unsorted), fingerprint(doubled), fingerprint(wide)}
    assert len(same) == 1
    assert list(unsorted.indices) == [1, 2, 0]  # left as it was


def test_different_sparse_matrices_are_told_apart():
    moved = DENSE[:, [1, 0, 2]]
    matrices = [DENSE, moved, DENSE.T, 2 * DENSE, np.zeros((2, 3)), np.zeros((3, 2))]
    prints = {fingerprint(sparse.csr_matrix(matrix)) for matrix in matrices}
    assert len(prints | {fingerprint(DENSE)}) == len(matrices) + 1


def frame(**changes):
    columns = {
        "number": [1.0, 2.0, np.nan],
        "count": [1, 2, 3],
        "word": ["a", None, "c"],
        "kind": pd.Categorical(["x", "y", "x"]),
        "day": pd.to_datetime(["2020-01-01", "2020-01-02", None]),
        "hour": pd.to_datetime(["2020-01-01", "2020-01-02", None], utc=True),
        "nullable": pd.array([1, None, 3], dtype="Int64"),
        "is_it": [True, False, True],
    }
    return pd.DataFrame({**columns, **changes})


def test_a_frame_of_pandas_is_its_columns_names_and_index():
    same = frame()
    assert fingerprint(frame()) == fingerprint(same[list(same)].copy())
    others = [
        frame(),
        frame(number=[1.0, 2.0, 3.0]),
        frame(count=[1, 2, 4]),
        frame(word=["a", None, "d"]),
        frame(kind=pd.Categorical(["x", "y", "y"])),
        frame(kind=pd.Categorical(["x", "y", "x"], categories=["y", "x"])),
        frame(kind=pd.Categorical(["x", "y", "x"], ordered=True)),
        frame(day=pd.to_datetime(["2020-01-01", "2020-01-03", None])),
        frame(hour=pd.to_datetime(["2020-01-01", "2020-01-03", None], utc=True)),
        frame(nullable=pd.array([1, 2, 3], dtype="Int64")),
        frame(is_it=[True, True, True]),
        frame().rename(columns={"count": "counts"}),
        frame().set_index(np.array([1, 2, 3])),
        frame()[list(frame())[::-1]],
        frame().iloc[:2],
    ]
    assert len({fingerprint(other) for other in others}) == len(others)


def test_an_index_of_pandas_counts_by_its_values():
    series = pd.Series([1.0, 2.0], name="a")
    listed = series.set_axis(np.arange(2, dtype=series.index.dtype))
    assert fingerprint(series) == fingerprint(listed)
    levels = [
        pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
        pd.MultiIndex.from_tuples([(1, "a"), (2, "c")]),
        pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["x", "y"]),
    ]
    assert len({fingerprint(series.set_axis(level)) for level in levels}) == 3


def test_two_columns_of_one_name_both_count():
    double = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert fingerprint(double) != fingerprint(double.iloc[:, ::-1])


def test_a_frame_of_polars_is_its_columns_and_names():
    table = pl.DataFrame(
        {"a": [1, 2, None], "b": [1.0, 2.0, 3.0], "c": ["x", "y", None]}
    )
    parts = [table[:1], table[1:]]
    assert fingerprint(pl.concat(parts, rechunk=False)) == fingerprint(table)
    others = [
        table,
        table.with_columns(a=pl.Series([1, 2, 3])),
        table.with_columns(b=pl.Series([1.0, 2.0, 4.0])),
        table.with_columns(b=pl.Series([1.0, 2.0, 3.0], dtype=pl.Float32)),
        table.with_columns(c=pl.Series(["x", "y", "z"])),
        table.rename({"a": "d"}),
        table.select("b", "a", "c"),
        table[:2],
        table["b"],
        table["b"].to_frame(),
    ]
    assert len({fingerprint(other) for other in others}) == len(others)
