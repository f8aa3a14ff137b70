"""What to write in a ``param_grid`` for a parameter whose values are arrays."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from skopt_evo._messages import shown
from skopt_evo._typing import BoolArray
from skopt_evo.exceptions import SearchSpaceError, SearchSpaceTypeError
from skopt_evo.space._distributions import describe


@dataclass(frozen=True)
class Vector:
    """Arrays of numbers, each of them on the scale of one distribution.

    A value of ``param_grid`` for a parameter that is an array, such as a weight for
    each feature. It has a gene an entry. `RandomizedSearchCV` takes it as well: it
    draws the entries independently.

    Parameters
    ----------
    distribution : distribution
        A frozen distribution of numbers with a ``ppf`` method, such as those of
        :mod:`scipy.stats`; it is the scale of each entry.
    size : int
        The number of entries, at least 1.

    Raises
    ------
    SearchSpaceTypeError
        If `size` is no int, or if `distribution` has no ``rvs`` method.
    SearchSpaceError
        If `size` is less than 1.

    See Also
    --------
    Mask : Arrays of booleans.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from skopt_evo.space import SearchSpace, Vector
    >>> space = SearchSpace({"alpha": Vector(loguniform(1e-2, 1e2), size=3)})
    >>> space.decode([0.0, 0.5, 1.0])
    {'alpha': array([1.e-02, 1.e+00, 1.e+02])}
    """

    distribution: Any
    size: int

    def __post_init__(self) -> None:
        """Refuse what is no distribution, and sizes that are not allowed."""
        if not hasattr(self.distribution, "rvs"):
            raise SearchSpaceTypeError(
                f"Vector got distribution={shown(self.distribution)}: pass a frozen "
                "distribution of numbers, e.g. scipy.stats.loguniform(1e-3, 1e3)."
            )
        _check_size(self)

    def __repr__(self) -> str:
        return f"Vector({describe(self.distribution)}, size={self.size})"

    def rvs(self, random_state: Any = None) -> NDArray[Any]:
        """Draw an array.

        Parameters
        ----------
        random_state : int, RandomState instance or None, default=None
            Seed of the random number generator, as scikit-learn takes it.

        Returns
        -------
        values : ndarray of shape (size,)
        """
        rng = check_random_state(random_state)
        draws = [self.distribution.rvs(random_state=rng) for _ in range(self.size)]
        return np.array(draws)


@dataclass(frozen=True)
class Mask:
    """Arrays of booleans that select something: never all False.

    A value of ``param_grid`` for the `mask` of
    :class:`~skopt_evo.preprocessing.ColumnMask`, or for any parameter that is a boolean
    array. It has a gene an entry. `RandomizedSearchCV` takes it as well: each mask is
    as likely as any other.

    Parameters
    ----------
    size : int
        The number of entries, at least 1; that of columns for a `ColumnMask`.

    Raises
    ------
    SearchSpaceTypeError
        If `size` is no int.
    SearchSpaceError
        If `size` is less than 1.

    See Also
    --------
    Vector : Arrays of numbers.
    skopt_evo.preprocessing.ColumnMask : Selects the columns of a mask.

    Notes
    -----
    There are ``2**size - 1`` masks. Where a search tries them all, it begins with those
    that select one entry, the first one first, then come those that select two, and so
    on: of masks with equal scores the first best is a smallest one.

    A genome that selects nothing is repaired: the entry whose gene is the greatest is
    selected, the first of them if there are several.

    Where an estimator has None for its mask, it stands for a mask of True.

    Examples
    --------
    >>> from skopt_evo.space import Mask, SearchSpace
    >>> space = SearchSpace({"mask": Mask(3)})
    >>> space.decode([0.9, 0.2, 0.6])
    {'mask': array([ True, False,  True])}
    >>> space.decode([0.1, 0.4, 0.3])
    {'mask': array([False,  True, False])}
    >>> space.size
    7
    """

    size: int

    def __post_init__(self) -> None:
        """Refuse sizes that are not allowed."""
        _check_size(self)

    def rvs(self, random_state: Any = None) -> BoolArray:
        """Draw a mask.

        Parameters
        ----------
        random_state : int, RandomState instance or None, default=None
            Seed of the random number generator, as scikit-learn takes it.

        Returns
        -------
        mask : ndarray of shape (size,), dtype=bool
        """
        rng = check_random_state(random_state)
        while not (mask := rng.uniform(size=self.size) < 0.5).any():
            pass
        return np.asarray(mask)


def _check_size(owner: Vector | Mask) -> None:
    name, size = type(owner).__name__, owner.size
    if isinstance(size, bool) or not isinstance(size, Integral):
        raise SearchSpaceTypeError(
            f"{name} got size={size!r}: pass the number of entries, an int >= 1, e.g. "
            "X.shape[1]."
        )
    if size < 1:
        raise SearchSpaceError(
            f"{name} got size={size!r}: an array needs at least one entry, pass an int "
            ">= 1, e.g. X.shape[1]."
        )
