"""A descent with exact gradients: quasi-Newton steps in a trust region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo.descent._free_genes import Descent, FreeGenes, Place
from skopt_evo.descent._protocol import DescentTask, check_settings
from skopt_evo.descent._resolve import Method
from skopt_evo.descent._settings import Exact
from skopt_evo.optimizers import _trust_region as trust_region
from skopt_evo.optimizers._trust_region import TrustRegionState

# A descent is over when the predicted gain of a step is less than this part of the
# loss, after so many steps at least, since on a plateau it is 0 as well; or when steps
# are shorter than this, on the unit scale.
LEAST_GAIN, FEWEST_STEPS = 1e-6, 2

# The same where the loss takes the place of the score: no more digits of it are needed.
LEAST_GAIN_OF_SURROGATE = 1e-3
SHORTEST = 1e-4


@dataclass(frozen=True)
class TrustRegionDescent:
    """Make quasi-Newton steps of exact derivatives, in a trust region.

    It ends at once at a start that lacks a derivative.
    """

    def check(self, method: Method, learning_rate: float | None) -> None:
        """Refuse gradients that are not exact, and learning rates."""
        check_settings("trust_region", method, learning_rate, {"exact": Exact})

    def descend(self, task: DescentTask) -> Descent:
        """Return a descent, one evaluation a step."""
        genes = task.genes
        evaluations = yield genes.batch(
            genes.start_point[np.newaxis], "start", 0, begins=False
        )
        here = genes.place(evaluations)
        if np.all(np.isfinite(here.slope)):
            is_surrogate = not np.isclose(here.loss, evaluations.losses[0])
            yield from descend_exactly(genes, here, is_surrogate=is_surrogate)


def descend_exactly(
    genes: FreeGenes, here: Place, *, is_surrogate: bool = False
) -> Descent:
    """Go down from a place with exact derivatives, one evaluation a step.

    Parameters
    ----------
    genes : FreeGenes
        The genes that move.
    here : Place
        Where to begin, evaluated; its derivatives are known.
    is_surrogate : bool, default=False
        Whether the loss stands in for a score with jumps.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, 2006, section
    6.2 and algorithms 4.1 and 6.2 (SR1 in a trust region).
    """
    state = trust_region.begin(here.point, here.loss, here.slope)
    least = LEAST_GAIN_OF_SURROGATE if is_surrogate else LEAST_GAIN
    iteration = 0
    while len(state.point) and state.radius >= SHORTEST:
        if not trust_region.projected_gradient(state.point, state.gradient).any():
            return
        step = trust_region.propose(state)
        is_flat = step.predicted <= least * abs(state.loss)
        if is_flat and iteration >= FEWEST_STEPS:
            return
        there = genes.snapped(step.point)
        if np.array_equal(there, state.point):
            return  # rounded to where it came from
        iteration += 1
        place = yield from genes.visit(there, "step", iteration, begins=True)
        state = _after(state, step._replace(point=place.point), place)


def _after(
    state: TrustRegionState, step: trust_region.Step, place: Place
) -> TrustRegionState:
    """Return the state after a step."""
    state = trust_region.update(state, step, place.loss, place.slope)
    if place.is_converged:
        return state
    # The derivatives of a fit that did not converge are less exact.
    return state._replace(radius=state.radius / 2)
