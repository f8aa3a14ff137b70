"""Linear systems with the Hessian of a fitted model."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse.linalg import LinearOperator, cg

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError

# What a singular Hessian is damped by, relative to its mean diagonal entry.
DAMPING = 1e-12

# What may be left of the right side: more is left where it has a part in directions
# without any curvature, of which rounding would make anything.
RESIDUAL = 1e-6

# What needs more than this has directions that curve down.
MOST_DAMPING = 1e-6

# The argument was renamed in SciPy 1.12.
_TOLERANCE = "rtol" if "rtol" in inspect.signature(cg).parameters else "tol"


def solve_definite(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a symmetric positive semidefinite system, damped if it is singular.

    Along directions without any curvature a change of hyperparameters moves nothing
    that matters: `right` has no part there but rounding. Damping by 1e-12 of the mean
    diagonal entry, or somewhat more if that does not suffice, leaves the others as they
    are.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        The matrix; only read.
    right : ndarray of shape (n,) or (n, m)
        The right sides.

    Returns
    -------
    solution : ndarray of the shape of `right`

    Raises
    ------
    NoHypergradientError
        If the matrix is indefinite, or if it is singular and `right` has a part there:
        the fit has come to no minimum, or to no single one.
    """
    if not len(matrix):
        return np.zeros(right.shape)  # which LAPACK refuses
    scale = float(np.trace(matrix)) / len(matrix)
    damping = 0.0
    while True:
        try:
            damped = matrix + damping * np.eye(len(matrix)) if damping else matrix
            solution = cho_solve(cho_factor(damped), right)
            break
        except LinAlgError:
            if damping > MOST_DAMPING * scale:
                raise NoHypergradientError(
                    "the Hessian is indefinite: the fit has come to no minimum."
                ) from None
            damping = max(10 * damping, DAMPING * scale, np.finfo(float).tiny)
    if np.max(np.abs(matrix @ solution - right)) > RESIDUAL * np.max(np.abs(right)):
        raise NoHypergradientError(
            "the Hessian is singular, and what is asked for lies in directions without "
            "any curvature: the fit has come to no single minimum."
        )
    return np.asarray(solution, dtype=np.float64)


def solve_by_iteration(
    product: Callable[[FloatArray], FloatArray],
    diagonal: FloatArray,
    right: FloatArray,
    tolerance: float,
) -> FloatArray:
    """Solve a symmetric positive definite system by preconditioned conjugate gradients.

    Parameters
    ----------
    product : callable
        Multiplies a vector of shape (n,) with the matrix.
    diagonal : ndarray of shape (n,)
        The diagonal of the matrix, which preconditions it.
    right : ndarray of shape (n,)
        The right side.
    tolerance : float
        The norm of the residual, as a part of that of `right`, to stop at.

    Returns
    -------
    solution : ndarray of shape (n,)

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, 2006,
    algorithm 5.3.
    """
    n = len(right)
    if n == 0:
        return np.zeros(0)  # which some versions of SciPy refuse
    inverse = 1.0 / np.where(diagonal > 0.0, diagonal, 1.0)
    solution, n_left = cg(
        LinearOperator((n, n), matvec=product, dtype=np.float64),
        right,
        M=LinearOperator((n, n), matvec=lambda v: inverse * v, dtype=np.float64),
        # None of them is exact after n steps in floating point, but nearly so.
        maxiter=2 * n,
        atol=0.0,
        **{_TOLERANCE: tolerance},
    )
    if n_left > 0:
        raise NoHypergradientError(
            "the linear system of the derivative was not solved: the Hessian of the "
            "fit is too ill-conditioned."
        )
    return np.asarray(solution, dtype=np.float64)
