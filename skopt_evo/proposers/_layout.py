"""What strategies know of a search space."""

from __future__ import annotations

import numpy as np

from skopt_evo.space import SearchSpace
from skopt_evo.strategies import GeneLayout


def layout_of(space: SearchSpace) -> GeneLayout:
    """Return the layout of the genes of a space."""
    return GeneLayout(
        n_levels=space.n_levels,
        is_numeric=space.is_numeric,
        active=space.active,
        snap=space.snap,
        parameters=np.arange(space.n_genes),
    )
