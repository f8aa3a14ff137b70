"""From distributions to dimensions."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from skopt_evo._messages import shown
from skopt_evo.exceptions import SearchSpaceError
from skopt_evo.space._continuous import TAIL, Continuous
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._draws import Draws
from skopt_evo.space._levels import Integers, Levels, WeightedLevels

ALLOWED = (
    "Allowed are a list, tuple, range or 1-d array of values, or a distribution with "
    "an rvs method, such as scipy.stats.loguniform(1e-3, 1e3), scipy.stats.uniform(0, "
    "1) or scipy.stats.randint(1, 100)."
)

ARGUMENTS = (
    "uniform takes (low, width) with width > 0, loguniform (low, high) with 0 < low < "
    "high, randint (low, high) with low < high."
)

# Quantiles that tell one distribution of a family from another.
QUANTILES = (TAIL, *(place / 10 for place in range(1, 10)), 1 - TAIL)

# scipy goes through all integers up to a quantile: where the variance is infinite that
# does not end, or takes all the memory.
HEAVY_TAILED = (stats.zipf, stats.yulesimon)

# A discrete distribution that spreads over more values than the first number is
# represented by as many quantiles as the second one says.
MAX_ATOMS, N_QUANTILES = 2**20, 2**12

# A value less likely than this, which is never drawn, would have a bin too narrow for
# floating point.
LEAST_WEIGHT = 1e-13


def parse_distribution(name: str, distribution: Any, seed: int) -> Dimension:
    """Return the dimension that a distribution describes.

    Parameters
    ----------
    name : str
        The parameter's name.
    distribution : object with an ``rvs`` method
        Its quantiles are the scale, if it has a ``ppf`` method as scipy's have; else it
        is sampled.
    seed : int
        Base of the seeds for a distribution that can only be sampled.

    Raises
    ------
    SearchSpaceError
        If it is not frozen, if its arguments make no sense, or if sampling it fails.
    """
    is_scipy = isinstance(distribution, (stats.rv_continuous, stats.rv_discrete))
    if is_scipy and distribution.numargs:
        raise SearchSpaceError(
            f"The distribution of parameter {name!r} in param_grid is not frozen: "
            f"call it with its arguments, e.g. {distribution.name}(...)."
        )
    quantiles = _quantiles(distribution)
    if quantiles is None:
        return _sampled(name, distribution, seed)
    low, high = _support(distribution, quantiles)
    if not low <= high or any(map(math.isnan, quantiles)):
        raise SearchSpaceError(
            f"The distribution of parameter {name!r} in param_grid is improper: "
            f"{describe(distribution)} has the support [{low}, {high}]. Its arguments "
            f"must make sense to scipy.stats: {ARGUMENTS}"
        )
    if _is_discrete(distribution):
        return _discrete(name, distribution, low, high)
    return _continuous(name, distribution, float(low), float(high), quantiles)


def _sampled(name: str, distribution: Any, seed: int) -> Draws:
    draws = Draws(name, distribution, seed)
    try:
        draws.decode(0.5)
    except Exception as error:
        raise SearchSpaceError(
            f"The distribution of parameter {name!r} in param_grid cannot be sampled: "
            f"rvs(random_state=...) of {shown(distribution)} raised {error!r}. "
            f"{ALLOWED}"
        ) from error
    return draws


def _quantiles(distribution: Any) -> tuple[float, ...] | None:
    """Return some quantiles, None if there are none that are numbers."""
    if _is_plain_loguniform(distribution):
        # SciPy before 1.10 divides one end by the other, which may overflow.
        start, end = map(math.log, distribution.support())
        return tuple(math.exp(start + q * (end - start)) for q in QUANTILES)
    try:
        with np.errstate(all="ignore"):
            is_heavy = any(_is(distribution, family) for family in HEAVY_TAILED)
            if is_heavy and not math.isfinite(distribution.var()):
                return None
            quantiles = [distribution.ppf(place) for place in QUANTILES]
        if any(map(np.ndim, quantiles)):
            return None
        return tuple(map(float, quantiles))
    except Exception:  # there is no ppf, or it is one of strings
        return None


def _is_plain_loguniform(distribution: Any) -> bool:
    """Tell whether it is a proper loguniform distribution that is not shifted."""
    if not (_is(distribution, stats.loguniform) and hasattr(distribution, "args")):
        return False
    arguments, keywords = distribution.args, distribution.kwds
    loc = arguments[2] if len(arguments) > 2 else keywords.get("loc", 0)
    low, high = distribution.support()
    return bool(np.ndim(low) == 0 and loc == 0 and 0 < low <= high < math.inf)


def _support(distribution: Any, quantiles: tuple[float, ...]) -> tuple[Any, Any]:
    if not hasattr(distribution, "support"):
        return quantiles[0], quantiles[-1]
    with np.errstate(all="ignore"):
        low, high = distribution.support()
    return low, high


def _discrete(name: str, distribution: Any, low: Any, high: Any) -> Dimension:
    if _is(distribution, stats.randint):
        # scipy draws 64-bit integers, and may give the last one as the float above it.
        return Integers(name, range(int(low), min(int(high), 2**63 - 1) + 1))
    atoms, probabilities, is_complete = _atoms(distribution, low, high)
    is_likely = probabilities > LEAST_WEIGHT
    values, weights = atoms[is_likely], probabilities[is_likely]
    if len(values) == 1:
        return Levels(name, values.tolist())
    is_bounded = is_complete and math.isfinite(low) and math.isfinite(high)
    return WeightedLevels(name, values, weights, is_bounded=is_bounded)


def _atoms(
    distribution: Any, low: Any, high: Any
) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """Return a discrete distribution's values, their weights, and if that is all."""
    dist = _unfrozen(distribution)
    if hasattr(dist, "xk"):  # rv_discrete(values=...), not necessarily of integers
        return dist.xk + (low - dist.xk[0]), dist.pk, True  # moved by loc
    with np.errstate(all="ignore"):
        first = max(low, distribution.ppf(TAIL))
        last = max(first, min(high, distribution.ppf(1 - TAIL)))
    if isinstance(dist, stats.rv_discrete) and last - first < MAX_ATOMS:
        points = first + np.arange(int(last - first) + 1)
        return np.floor(points).astype(np.int64), distribution.pmf(points), True
    places = (np.arange(N_QUANTILES) + 0.5) / N_QUANTILES
    quantiles = [distribution.ppf(place) for place in places]
    in_range = [int(value) for value in quantiles if abs(value) < 2**63]
    return *np.unique(in_range, return_counts=True), False


def _continuous(
    name: str,
    distribution: Any,
    low: float,
    high: float,
    quantiles: tuple[float, ...],
) -> Dimension:
    if low == high or quantiles[0] == quantiles[-1]:
        return Levels(name, [quantiles[0]])
    if _is(distribution, stats.uniform):
        return _linear(name, low, high)
    middle = quantiles[len(quantiles) // 2]
    # A shifted loguniform is not a straight line on a log scale.
    is_logarithmic = low > 0 and math.isclose(middle / low, high / middle)
    if is_logarithmic and _is(distribution, stats.loguniform):
        return _logarithmic(name, low, high)
    cdf = getattr(distribution, "cdf", None)
    return Continuous(
        name,
        ppf=distribution.ppf,
        cdf=cdf if cdf is not None else _inverse(distribution.ppf),
        pdf=getattr(distribution, "pdf", None),
        ends=(quantiles[0], quantiles[-1]),
        bounds=(TAIL, 1 - TAIL),
        identity=(type(_unfrozen(distribution)), quantiles),
    )


def _linear(name: str, low: float, high: float) -> Continuous:
    width = high - low
    return Continuous(
        name,
        ppf=lambda gene: low + gene * width,
        cdf=lambda value: (value - low) / width,
        pdf=lambda value: 1 / width,
        ends=(low, high),
        identity=("linear", low, high),
    )


def _logarithmic(name: str, low: float, high: float) -> Continuous:
    start, end = math.log(low), math.log(high)
    width = end - start
    return Continuous(
        name,
        # Rounding must not lead beyond the greatest float.
        ppf=lambda gene: math.exp(min(start + gene * width, end)),
        cdf=lambda value: (math.log(value) - start) / width,
        pdf=lambda value: 1 / (value * width),
        ends=(low, high),
        identity=("logarithmic", low, high),
    )


def _inverse(ppf: Any) -> Any:
    """Invert an increasing function on [0, 1] by bisection, to the last digit."""

    def cdf(value: float) -> float:
        low, high = 0.0, 1.0
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if ppf(middle) < value else (low, middle)
        return high

    return cdf


def _unfrozen(distribution: Any) -> Any:
    return getattr(distribution, "dist", distribution)


def _is(distribution: Any, family: Any) -> bool:
    # By the class: anybody may call a distribution "uniform".
    return isinstance(_unfrozen(distribution), type(family))


def _is_discrete(distribution: Any) -> bool:
    if isinstance(_unfrozen(distribution), stats.rv_discrete):
        return True
    with np.errstate(all="ignore"):
        return isinstance(distribution.ppf(0.5), numbers.Integral)


def describe(distribution: Any) -> str:
    """Return a distribution as it is written, e.g. ``uniform(0, 1)``."""
    arguments = [shown(value) for value in getattr(distribution, "args", ())]
    keywords = getattr(distribution, "kwds", {})
    arguments += [f"{key}={shown(value)}" for key, value in keywords.items()]
    dist = _unfrozen(distribution)
    name = getattr(dist, "name", None) or type(dist).__name__
    return f"{name}({', '.join(arguments)})"
