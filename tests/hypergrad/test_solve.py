"""Linear systems, against dense solutions."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._solve import solve_by_iteration, solve_definite


def definite(n: int = 12, condition: float = 1e3, seed: int = 0) -> np.ndarray:
    """Return a positive definite matrix with a diagonal of many sizes."""
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    scales = np.geomspace(1.0, 100.0, n)
    matrix = q @ np.diag(np.geomspace(1.0, condition, n)) @ q.T
    return scales[:, np.newaxis] * matrix * scales


def singular(n: int = 12, rank: int = 7, seed: int = 0) -> np.ndarray:
    factor = np.random.default_rng(seed).normal(size=(n, rank))
    return factor @ factor.T


@pytest.mark.parametrize("shape", [(12,), (12, 1), (12, 3)])
def test_a_definite_system_is_solved_without_damping(shape: tuple[int, ...]) -> None:
    matrix, right = definite(), np.random.default_rng(1).normal(size=shape)
    solution = solve_definite(matrix, right)
    np.testing.assert_allclose(solution, np.linalg.solve(matrix, right), rtol=1e-8)


@pytest.mark.parametrize("size", [1e-150, 1e-8, 1.0, 1e8])
@pytest.mark.parametrize("seed", range(5))
def test_a_singular_system_is_solved_where_it_can_be(size: float, seed: int) -> None:
    matrix = size * singular(seed=seed)
    right = matrix @ np.random.default_rng(1).normal(size=12)
    solution = solve_definite(matrix, right)
    np.testing.assert_allclose(
        matrix @ solution, right, rtol=1e-5, atol=1e-8 * np.abs(right).max()
    )


def test_what_has_no_curvature_in_a_direction_is_left_alone_there() -> None:
    # An exact 0 on the diagonal, and a right side that is 0 there.
    matrix = np.diag([2.0, 0.0, 4.0])
    solution = solve_definite(matrix, np.array([1.0, 0.0, 1.0]))
    np.testing.assert_allclose(solution, [0.5, 0.0, 0.25], rtol=1e-9)


def test_rounding_may_make_a_matrix_slightly_indefinite() -> None:
    matrix = np.diag([1.0, -1e-13, 1.0])
    solution = solve_definite(matrix, np.array([1.0, 0.0, 2.0]))
    np.testing.assert_allclose(solution, [1.0, 0.0, 2.0], rtol=1e-9)


def test_what_lies_in_directions_without_curvature_is_refused() -> None:
    right = np.random.default_rng(1).normal(size=12)
    with pytest.raises(NoHypergradientError, match="directions without any curvature"):
        solve_definite(singular(), right)


def test_an_indefinite_matrix_is_refused() -> None:
    with pytest.raises(NoHypergradientError, match="indefinite"):
        solve_definite(np.diag([1.0, -1.0]), np.ones(2))


def test_arguments_are_only_read() -> None:
    matrix = singular()
    right = matrix @ np.ones(12)
    matrix.flags.writeable = right.flags.writeable = False
    assert np.all(np.isfinite(solve_definite(matrix, right)))


@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_a_system_of_nothing_has_nothing_as_its_solution(
    shape: tuple[int, ...],
) -> None:
    assert solve_definite(np.zeros((0, 0)), np.zeros(shape)).shape == shape


@pytest.mark.parametrize("tolerance", [1e-3, 1e-12])
def test_iteration_comes_as_close_as_it_is_told(tolerance: float) -> None:
    matrix, right = definite(), np.random.default_rng(1).normal(size=12)
    n_products = 0

    def product(vector: np.ndarray) -> np.ndarray:
        nonlocal n_products
        n_products += 1
        return matrix @ vector

    solution = solve_by_iteration(product, np.diag(matrix), right, tolerance)
    residual = np.linalg.norm(matrix @ solution - right)
    assert residual <= 1.01 * tolerance * np.linalg.norm(right)
    assert n_products <= 25
    if tolerance < 1e-6:
        expected = np.linalg.solve(matrix, right)
        np.testing.assert_allclose(solution, expected, rtol=1e-6)


def test_the_diagonal_preconditions() -> None:
    # With it this takes one product or two, without it dozens.
    diagonal, n_products = np.geomspace(1e-4, 1e4, 50), 0

    def product(vector: np.ndarray) -> np.ndarray:
        nonlocal n_products
        n_products += 1
        return diagonal * vector

    solution = solve_by_iteration(product, diagonal, np.ones(50), 1e-10)
    np.testing.assert_allclose(solution, 1.0 / diagonal, rtol=1e-8)
    assert n_products <= 3


def test_a_diagonal_that_is_zero_somewhere_is_no_obstacle() -> None:
    matrix = np.diag([4.0, 0.0, 9.0])
    right = np.array([2.0, 0.0, 3.0])
    solution = solve_by_iteration(lambda v: matrix @ v, np.diag(matrix), right, 1e-10)
    np.testing.assert_allclose(solution, [0.5, 0.0, 1.0 / 3.0], rtol=1e-8)


@pytest.mark.parametrize("n", [0, 5])
def test_a_right_side_of_zeros_is_solved_by_zeros(n: int) -> None:
    solution = solve_by_iteration(lambda v: 3.0 * v, np.ones(n), np.zeros(n), 1e-6)
    np.testing.assert_array_equal(solution, np.zeros(n))
