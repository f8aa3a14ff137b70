"""The systems of equations that hold at the optimum of support vector machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs, lstsq, solve

from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.rules._kernel_matrix import KernelMatrix

# A coefficient is at its bound if it is as near as this, as a part of the bound: libsvm
# sets it there, but for the rounding of products.
NEAR_BOUND = 1e-9

# What a system of dependent equations may leave, as a part of its right side.
CONSISTENT = 1e-6


class Sides(NamedTuple):
    """The conditions on a machine's intercept, two a sample of a regressor.

    Attributes
    ----------
    samples : ndarray of shape (n_conditions,)
        The numbers of the samples in the training data.
    targets : ndarray of shape (n_conditions,)
        What the decision value is to be at least, or at most.
    signs : ndarray of shape (n_conditions,)
        The signs of the coefficients that the conditions have if they are violated.
    is_least : ndarray of shape (n_conditions,)
        Whether the target is what the decision value is at least.
    """

    samples: NDArray[np.intp]
    targets: FloatArray
    signs: FloatArray
    is_least: BoolArray

    def binding(self, values: FloatArray) -> tuple[int, int]:
        """Return which two conditions the intercept is in the middle of.

        Parameters
        ----------
        values : ndarray of shape (n_conditions,)
            The decision values without the intercept.
        """
        gaps = self.targets - values
        least = np.where(self.is_least, gaps, -np.inf).argmax()
        most = np.where(self.is_least, np.inf, gaps).argmin()
        return int(least), int(most)


class Machines(NamedTuple):
    """Binary machines that share their support vectors, a column each.

    Attributes
    ----------
    support : ndarray of shape (n_support,)
        The numbers of the support vectors in the training data.
    coef : ndarray of shape (n_support, n_machines)
        The coefficients of the kernel at the support vectors, 0 where it is none of a
        machine's.
    bounds : ndarray of shape (n_support, n_machines)
        What the coefficients may be at most.
    cotangents : ndarray of shape (n_test, n_machines)
        The derivative of the function by the decision values on the test set.
    sides : callable
        Returns the `Sides` of a machine, given its number.
    """

    support: NDArray[np.intp]
    coef: FloatArray
    bounds: FloatArray
    cotangents: FloatArray
    sides: Callable[[int], Sides]

    @property
    def is_free(self) -> BoolArray:
        """Whether a coefficient is neither 0 nor at its bound."""
        size = np.abs(self.coef)
        return np.asarray((size > 0.0) & (size < self.bounds * (1.0 - NEAR_BOUND)))


class Adjoint(NamedTuple):
    """What the derivatives of a function by everything else are made of.

    Attributes
    ----------
    samples : ndarray of shape (n_equations,)
        The numbers of the training samples whose decision values are fixed.
    kernel : KernelMatrix
        Their kernel with the support vectors.
    values : ndarray of shape (n_equations, n_machines)
        q, 0 where a sample's decision value is not fixed in a machine.
    shifts : ndarray of shape (n_machines,)
        q0.
    along_signs : float
        The sum of the products of q with the signs of the coefficients.
    """

    samples: NDArray[np.intp]
    kernel: KernelMatrix
    values: FloatArray
    shifts: FloatArray
    along_signs: float


def solve_adjoint(
    machines: Machines,
    kernel_of: Callable[[NDArray[np.intp]], KernelMatrix],
    right: FloatArray,
) -> Adjoint:
    """Solve the system of each machine.

    Parameters
    ----------
    machines : Machines
        The machines.
    kernel_of : callable
        Returns the kernel of training samples, given their numbers, with the support
        vectors.
    right : ndarray of shape (n_support, n_machines)
        The right sides.

    Raises
    ------
    NoHypergradientError
        If a system has no solution.
    """
    is_free, sums = machines.is_free, machines.cotangents.sum(axis=0)
    bound = {
        machine: _binding(machines, machine, kernel_of)
        for machine in range(len(sums))
        if not is_free[:, machine].any()
    }
    samples = np.unique(
        np.concatenate(
            [machines.support[is_free.any(axis=1)]]
            + [pair.samples for pair in bound.values()]
        )
    )
    kernel = kernel_of(samples)
    values, shifts = np.zeros((len(samples), len(sums))), np.zeros_like(sums)
    along_signs = 0.0
    for machine, total in enumerate(sums):
        if machine in bound:
            pair = bound[machine]
            np.add.at(
                values[:, machine], np.searchsorted(samples, pair.samples), total / 2
            )
            along_signs += float(pair.signs.sum()) * total / 2
            continue
        free = np.flatnonzero(is_free[:, machine])
        rows = np.searchsorted(samples, machines.support[free])
        solution = _solve_bordered(
            kernel.value[np.ix_(rows, free)], np.append(right[free, machine], total)
        )
        values[rows, machine], shifts[machine] = solution[:-1], solution[-1]
        along_signs += float(solution[:-1] @ np.sign(machines.coef[free, machine]))
    return Adjoint(samples, kernel, values, shifts, along_signs)


def _binding(
    machines: Machines,
    machine: int,
    kernel_of: Callable[[NDArray[np.intp]], KernelMatrix],
) -> Sides:
    """Return the two conditions that the intercept is in the middle of."""
    sides = machines.sides(machine)
    samples, places = np.unique(sides.samples, return_inverse=True)
    values = kernel_of(samples).value @ machines.coef[:, machine]
    chosen = list(sides.binding(values[places]))
    return Sides(
        sides.samples[chosen],
        sides.targets[chosen],
        sides.signs[chosen],
        sides.is_least[chosen],
    )


def _solve_bordered(kernel: FloatArray, right: FloatArray) -> FloatArray:
    """Solve with the symmetric matrix [kernel 1; 1' 0]."""
    matrix = np.ones((len(right), len(right)))
    matrix[:-1, :-1], matrix[-1, -1] = kernel, 0.0
    if not _is_singular(matrix):
        return np.asarray(solve(matrix, right, assume_a="sym"))
    # Equal samples, say: any solution will do.
    solution = lstsq(matrix, right)[0]
    rest = np.linalg.norm(matrix @ solution - right)
    if rest > CONSISTENT * np.linalg.norm(right):
        raise NoHypergradientError(
            "the kernels of the free support vectors depend on each other."
        )
    return np.asarray(solution)


def _is_singular(matrix: FloatArray) -> bool:
    """Tell whether a symmetric matrix is singular, or so nearly that `solve` warns.

    The warning cannot be made an error instead: filters of warnings are those of all
    threads, and fits run in others.
    """
    factorise, estimate = get_lapack_funcs(("sytrf", "sycon"), (matrix,))
    factor, pivots, info = factorise(matrix)
    if info > 0:
        return True
    # The reciprocal of the condition number, as `solve` estimates it. That of another
    # order of elimination may come out a little smaller.
    condition, _ = estimate(factor, pivots, np.linalg.norm(matrix, 1))
    return bool(condition < 2.0 * np.finfo(np.float64).eps)
