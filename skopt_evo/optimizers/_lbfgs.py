"""Limited-memory BFGS as a gradient transformation."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from skopt_evo._checks import check_count
from skopt_evo._typing import FloatArray
from skopt_evo.optimizers._transforms import GradientTransformation

Pair: TypeAlias = tuple[FloatArray, FloatArray]

# The cosine of s and A s is at least 2 sqrt(k) / (k + 1) for a matrix of condition
# number k (Kantorovich): below this one k would exceed 1 / machine epsilon, and what
# is left of s'y is rounding.
_MIN_COSINE = float(np.sqrt(np.finfo(float).eps))


class LbfgsState(NamedTuple):
    """Where the last gradient was taken, and the pairs (s, y), oldest first.

    ``params`` and ``grads`` are None before the first update.
    """

    params: FloatArray | None
    grads: FloatArray | None
    pairs: tuple[Pair, ...]


def scale_by_lbfgs(memory_size: int) -> GradientTransformation:
    """Multiply by an approximate inverse Hessian, from the last steps and gradients.

    The first update is the gradient itself. Steps are read off the ``params`` given to
    each `update`, so they may have been cut short or projected in between. A pair
    without positive curvature is skipped. Should rounding leave no finite descent
    direction, the update is the gradient and the memory is emptied.

    Parameters
    ----------
    memory_size : int
        The number of pairs kept, at least 1; fewer take less time, and older steps are
        not used.

    Returns
    -------
    GradientTransformation

    References
    ----------
    J. Nocedal, S. J. Wright (2006), "Numerical Optimization", 2nd edition, section 7.2.
    D. C. Liu, J. Nocedal (1989), "On the limited memory BFGS method for large scale
    optimization", Mathematical Programming 45.

    Examples
    --------
    On the bowl ``4 x^2``, whose second derivative is 8, one pair knows all:

    >>> import numpy as np
    >>> from skopt_evo.optimizers import scale_by_lbfgs
    >>> newton = scale_by_lbfgs(5)
    >>> x = np.array([1.0])
    >>> grads, state = newton.update(8 * x, newton.init(x), x)
    >>> x = x - 0.1 * grads
    >>> newton.update(8 * x, state, x)[0] - x
    array([0.])
    """
    check_count("memory_size", memory_size, usual=10)

    def init(params: FloatArray) -> LbfgsState:
        return LbfgsState(None, None, ())

    def update(
        grads: FloatArray, state: LbfgsState, params: FloatArray
    ) -> tuple[FloatArray, LbfgsState]:
        pairs = (*state.pairs, *_new_pair(grads, state, params))[-memory_size:]
        direction = _two_loop(grads, pairs)
        # False for NaN and infinity as well: a coordinate that is one makes this one.
        if not 0.0 <= np.vdot(grads, direction) < np.inf:
            direction, pairs = np.array(grads, dtype=float), ()
        # Copies, lest a caller who steps in place (`params += ...`) makes s zero.
        here = np.array(params, dtype=float), np.array(grads, dtype=float)
        return direction, LbfgsState(*here, pairs)

    return GradientTransformation(init, update)


def _new_pair(
    grads: FloatArray, state: LbfgsState, params: FloatArray
) -> tuple[Pair, ...]:
    """Return the pair of the step just made, or nothing if it shows no curvature."""
    if state.params is None or state.grads is None:
        return ()
    s, y = params - state.params, grads - state.grads
    # Nocedal & Wright 2006, eq. 6.7, relative to the lengths; the floor keeps rho
    # finite.
    floor = _MIN_COSINE * np.linalg.norm(s) * np.linalg.norm(y)
    has_curvature = np.vdot(s, y) > max(floor, np.finfo(float).tiny)
    return ((s, y),) if has_curvature else ()


@np.errstate(all="ignore")  # `update` looks at the outcome
def _two_loop(grads: FloatArray, pairs: tuple[Pair, ...]) -> FloatArray:
    """Return H_k times the gradient: Nocedal & Wright 2006, algorithm 7.4."""
    r = np.array(grads, dtype=float)  # q in the first loop of the book
    if not pairs:
        return r
    rhos = [1.0 / np.vdot(s, y) for s, y in pairs]  # eq. 7.17
    alphas = []
    for (s, y), rho in zip(reversed(pairs), reversed(rhos), strict=True):
        alphas.append(rho * np.vdot(s, r))
        r -= alphas[-1] * y
    s, y = pairs[-1]
    r *= np.vdot(s, y) / np.vdot(y, y)  # gamma_k, eq. 7.20
    for (s, y), rho, alpha in zip(pairs, rhos, reversed(alphas), strict=True):
        r += (alpha - rho * np.vdot(y, r)) * s
    return r
