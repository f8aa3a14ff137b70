"""What users' own operators may return, and what they get to hear otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators._check_returned import check_children, check_rows
from tests.strategies.conformance import even_layout


def test_children_are_returned_in_canonical_form() -> None:
    layout = even_layout([0, 2], [True, False], [[True, True]])
    children = check_children([[0.3, 0.1], [1.5, 0.9]], "operator", layout, 2)
    np.testing.assert_array_equal(children, [[0.3, 0.25], [1.0, 0.75]])
    assert children.dtype == np.float64


@pytest.mark.parametrize("n", [0, 3])
def test_genomes_may_have_no_genes(n: int) -> None:
    children = check_children(np.empty((n, 0)), None, GeneLayout.continuous(0), n)
    assert children.shape == (n, 0)


@pytest.mark.parametrize(
    "children",
    [
        None,
        0.5,
        [0.5, 0.5],
        [[0.5, 0.5]],
        [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
        [[0.5, 0.5], [0.5]],
        [[0.5, 0.5], [0.5, np.nan]],
        [[0.5, np.inf], [0.5, 0.5]],
        [["a", "b"], ["c", "d"]],
        np.full((2, 2, 1), 0.5),
    ],
    ids=str,
)
def test_what_is_no_set_of_genomes_is_refused(children: Any) -> None:
    message = r"The operator 'mine' returned .*expected an array of shape \(2, 2\)"
    with pytest.raises(ValueError, match=f"(?s){message}"):
        check_children(children, "mine", GeneLayout.continuous(2), 2)


@pytest.mark.parametrize(
    "rows",
    [
        [2, 0],
        (2, 0),
        np.array([2, 0]),
        np.array([2, 0], dtype=np.uint8),
        [np.int64(2), np.int32(0)],
    ],
    ids=repr,
)
def test_row_numbers_may_come_in_any_form(rows: Any) -> None:
    found = check_rows(rows, None, 3, fewest=0, most=2)
    assert found.tolist() == [2, 0]
    assert found.dtype == np.int64


@pytest.mark.parametrize("rows", [[], (), np.array([])], ids=repr)
def test_no_rows_are_rows(rows: Any) -> None:
    found = check_rows(rows, None, 3, fewest=0, most=2)
    assert found.shape == (0,)
    assert found.dtype == np.int64


@pytest.mark.parametrize(
    "rows",
    [
        [0, 3],
        [-1, 0],
        [0],
        [0, 1, 2],
        [0.0, 1.0],
        [True, False],
        [0, True],
        ["0", "1"],
        np.array([0, 3]),
        np.array([-1, 0]),
        np.array([0.0, 1.0]),
        np.array([True, False]),
        np.array([[0, 1]]),
        np.array(1),
        None,
        1,
        "01",
    ],
    ids=repr,
)
def test_what_are_no_row_numbers_is_refused(rows: Any) -> None:
    with pytest.raises(ValueError, match=r"'mine' returned .*: expected 2 row numbers"):
        check_rows(rows, "mine", 3, fewest=2, most=2)


def test_survivors_may_be_fewer_but_not_more() -> None:
    assert len(check_rows([1], None, 3, fewest=0, most=2)) == 1
    with pytest.raises(ValueError, match="expected at most 2 row numbers from 0 to 2"):
        check_rows([0, 1, 2], None, 3, fewest=0, most=2)


@pytest.mark.parametrize("rows", [[1, 1], np.array([1, 1])], ids=repr)
def test_the_same_row_twice_is_refused_where_it_has_to_be(rows: Any) -> None:
    assert check_rows(rows, None, 3, fewest=2, most=2).tolist() == [1, 1]
    with pytest.raises(ValueError, match="at most 2 different row numbers"):
        check_rows(rows, None, 3, fewest=0, most=2, distinct=True)
