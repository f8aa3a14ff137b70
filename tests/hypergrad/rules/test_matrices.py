"""Data as matrices, dense or sparse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.rules import _matrices
from skopt_evo.hypergrad.rules._matrices import (
    as_columns,
    as_matrix,
    check_size,
    dense,
    n_entries,
)

INTEGERS = np.arange(6).reshape(3, 2)


@pytest.mark.parametrize(
    "make", [np.asarray, list, sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix]
)
def test_data_of_any_kind_are_float64(make: Any) -> None:
    data = as_matrix(make(INTEGERS))
    assert data.dtype == np.float64
    np.testing.assert_array_equal(dense(data), INTEGERS)


@pytest.mark.parametrize("make", [sparse.csc_matrix, sparse.coo_matrix])
def test_sparse_matrices_stay_sparse_and_have_rows(make: Any) -> None:
    data = as_matrix(make(INTEGERS))
    assert data.format == "csr"
    np.testing.assert_array_equal(dense(data[1]), INTEGERS[[1]])


def test_nothing_is_copied_that_is_what_it_has_to_be() -> None:
    array, matrix = INTEGERS.astype(float), sparse.csr_matrix(INTEGERS.astype(float))
    assert as_matrix(array) is array
    assert as_matrix(matrix).data is matrix.data
    assert dense(array) is array


@pytest.mark.parametrize(
    ("values", "shape"), [([1, 2, 3], (3, 1)), ([[1, 2], [3, 4]], (2, 2)), ([], (0, 1))]
)
def test_there_is_a_column_an_output(values: Any, shape: tuple[int, int]) -> None:
    columns = as_columns(values)
    assert columns.shape == shape
    assert columns.dtype == np.float64
    np.testing.assert_array_equal(columns.ravel(), np.ravel(values))


def test_entries_are_counted_with_zeros_and_beyond_32_bits() -> None:
    assert n_entries(INTEGERS) == 6
    assert n_entries(sparse.csr_matrix((2**20, 2**20))) == 2**40


def test_derivatives_by_data_that_are_too_many_are_declined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_matrices, "MOST_INPUTS", 6)
    larger = sparse.csr_matrix((7, 1))
    check_size(INTEGERS, INTEGERS)
    for data in [(INTEGERS, larger), (larger, INTEGERS)]:
        with pytest.raises(NoHypergradientError, match="more than 6 entries"):
            check_size(*data)
