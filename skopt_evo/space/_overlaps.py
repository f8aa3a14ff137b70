"""Which branches of a search space have settings in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skopt_evo.space._dimension import Dimension


def may_overlap(first: Dimension, second: Dimension) -> bool:
    """Tell, without listing many numbers, whether two dimensions may share a value."""
    if first is second:
        return True
    if first.is_vector and second.is_vector:
        ours, others = first.elements, second.elements
        return len(ours) == len(others) and may_overlap(ours[0], others[0])
    if first.is_numeric and second.is_numeric:
        if first.is_vector or second.is_vector:
            return False
        ends = [(dim.decode(0.0), dim.decode(1.0)) for dim in (first, second)]
        return bool(max(low for low, _ in ends) <= min(high for _, high in ends))
    for one, other in ((first, second), (second, first)):
        if one.is_finite and not one.is_numeric and not one.is_vector:
            return any(map(other.holds, one.values()))
    return False  # draws are shared by what is drawn from the same object alone


def earlier_overlaps(
    branches: Sequence[Mapping[str, Dimension]],
) -> dict[int, list[int]]:
    """Return the branches before each branch that may have settings of it as well."""
    overlaps = {
        number: [
            before
            for before, earlier in enumerate(branches[:number])
            if earlier.keys() == branch.keys()
            and all(may_overlap(earlier[name], branch[name]) for name in earlier)
        ]
        for number, branch in enumerate(branches)
    }
    return {number: earlier for number, earlier in overlaps.items() if earlier}


def holds(branch: Mapping[str, Dimension], params: Mapping[str, Any]) -> bool:
    """Tell whether a branch has just this setting, int for int, float for float."""
    return params.keys() == branch.keys() and all(
        dimension.holds(params[name]) for name, dimension in branch.items()
    )
