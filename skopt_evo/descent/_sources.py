"""Where descents have their gradients from."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.descent._free_genes import Batch, Evaluations, FreeGenes, Place
from skopt_evo.descent._local_data import Known, LocalData
from skopt_evo.descent._local_model import LocalModel
from skopt_evo.descent._model_descent import TrustRegion
from skopt_evo.descent._protocol import DescentTask
from skopt_evo.descent._resolve import GradientEstimator
from skopt_evo.trials import PROBE

# The smallest and the largest radius of a model whose gradient is wanted.
RADII = (0.05, TrustRegion.first)


class Slope(NamedTuple):
    """A gradient, and what was learnt on the way to it.

    Attributes
    ----------
    gradient : ndarray of shape (n_free,)
        The gradient; 0 where nothing is known, so that nothing moves.
    best : Place or None, default=None
        The best of the probes.
    has_worse : bool, default=False
        Whether a probe is worse than the point.
    """

    gradient: FloatArray
    best: Place | None = None
    has_worse: bool = False


class GradientSource(Protocol):
    """Where a descent has its gradients from.

    Attributes
    ----------
    step : float
        How far probes are from the point, on the unit scale.
    has_probes : bool
        Whether there are any, which may come closer.
    """

    @property
    def step(self) -> float:
        """The usual distance of probes."""

    @property
    def has_probes(self) -> bool:
        """Whether there are probes."""

    def gradient(
        self, place: Place, reach: float, iteration: int
    ) -> Generator[Batch, Evaluations, Slope]:
        """Find the gradient at a place, evaluating what it takes."""

    def beside(
        self, point: FloatArray, iteration: int
    ) -> Generator[Batch, Evaluations, tuple[Place, Slope]]:
        """Evaluate a point, and find the gradient there, side by side if possible."""


@dataclass(frozen=True)
class ProbingSource:
    """Gradients from the losses at probes around a point.

    Parameters
    ----------
    genes : FreeGenes
        The descent.
    method : GradientEstimator
        Chooses the probes and makes a gradient of their losses.
    rng : numpy.random.Generator
        For methods that draw their probes.
    """

    genes: FreeGenes
    method: GradientEstimator
    rng: np.random.Generator

    has_probes = True

    @property
    def step(self) -> float:
        """The usual distance of probes."""
        return self.method.step

    def gradient(
        self, place: Place, reach: float, iteration: int
    ) -> Generator[Batch, Evaluations, Slope]:
        """Evaluate the probes around a place."""
        probes = self._probes(place.point, reach)
        batch = self.genes.batch(probes, PROBE, iteration, begins=True)
        evaluations = yield batch
        return self._slope(place, evaluations, first=0)

    def beside(
        self, point: FloatArray, iteration: int
    ) -> Generator[Batch, Evaluations, tuple[Place, Slope]]:
        """Evaluate a point and its probes side by side."""
        point = self.genes.snapped(point)
        probes = self._probes(point, self.step)
        genomes = self.genes.genomes(np.vstack([point, probes]))
        origins = ["step"] + [PROBE] * len(probes)
        evaluations = yield Batch(genomes, origins, iteration, True)
        place = self.genes.place(evaluations)
        return place, self._slope(place, evaluations, first=1)

    def _slope(self, place: Place, evaluations: Evaluations, *, first: int) -> Slope:
        """Make a gradient of the losses of probes, the rows from `first` on."""
        losses = evaluations.losses[first:]
        points = evaluations.genomes[first:, self.genes.free]
        known = place.loss if np.isfinite(place.loss) else np.nan
        gradient = checked_gradient(self.method, place.point, known, points, losses)
        self.genes.note(place.point, gradient, self.method.name)
        losses = np.where(np.isnan(losses), np.inf, losses)  # failures are worse
        best = int(np.argmin(losses))
        return Slope(
            np.nan_to_num(gradient),
            self.genes.place(evaluations, first + best),
            bool(np.any(losses > place.loss)),
        )

    def _probes(self, point: FloatArray, reach: float) -> FloatArray:
        distances = self._distances(point, reach)
        probes = checked_probes(self.method, point, distances, self.rng)
        return np.asarray(self.genes.genomes(probes)[:, self.genes.free])

    def _distances(self, point: FloatArray, reach: float) -> FloatArray:
        """Return how far probes go: to another value of each parameter at least."""
        distances = np.full(len(point), reach)
        for place in range(len(point)):
            while distances[place] < 1.0:
                there = np.tile(point, (2, 1))
                there[:, place] += [distances[place], -distances[place]]
                genomes = self.genes.genomes(np.clip(there, 0.0, 1.0))
                if np.any(genomes[:, self.genes.free[place]] != point[place]):
                    break
                distances[place] *= 2.0
        return distances


@dataclass(frozen=True)
class KnownSource:
    """Gradients from what is known when a point has been evaluated.

    Parameters
    ----------
    genes : FreeGenes
        The descent.
    model : LocalModel or None
        Stands in for exact derivatives where a point has not all of them.
    history : callable () -> Known
        What it is a model of.
    """

    genes: FreeGenes
    model: LocalModel | None
    history: Callable[[], Known]

    has_probes = False
    step = 0.0

    def gradient(
        self, place: Place, reach: float, iteration: int
    ) -> Generator[Batch, Evaluations, Slope]:
        """Return what is known already, of a model of what `reach` is within."""
        return self._slope(place, float(np.clip(2.0 * reach, *RADII)))
        yield

    def beside(
        self, point: FloatArray, iteration: int
    ) -> Generator[Batch, Evaluations, tuple[Place, Slope]]:
        """Evaluate a point."""
        place = yield from self.genes.visit(point, "step", iteration, begins=True)
        return place, self._slope(place, RADII[1])

    def _slope(self, place: Place, radius: float) -> Slope:
        if self.model is None or np.all(np.isfinite(place.slope)):
            return Slope(np.nan_to_num(place.slope))
        centre = self.genes.genomes(place.point[np.newaxis])[0]
        around = LocalData(self.genes.layout, centre, self.history())
        gradient = around.fit(self.model, radius).slope
        self.genes.note(place.point, gradient, self.model.name)
        return Slope(gradient)


def source_of(task: DescentTask) -> GradientSource:
    """Return where a descent has its gradients from."""
    if isinstance(task.method, GradientEstimator):
        return ProbingSource(task.genes, task.method, task.rng)
    return KnownSource(task.genes, task.model, task.history)


def checked_probes(
    method: GradientEstimator,
    point: FloatArray,
    steps: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the probes of a method; raise if they are none."""
    probes = method.probes(point, steps, rng)
    array = _floats(probes)
    if array is None or array.ndim != 2 or array.shape[1] != len(point):
        raise ValueError(
            f"gradient={method!r}: its probes around {shown(point)} are "
            f"{shown(probes)}, expected an array of shape (n_probes, {len(point)})."
        )
    return array


def checked_gradient(
    method: GradientEstimator,
    point: FloatArray,
    loss: float,
    probes: FloatArray,
    losses: FloatArray,
) -> FloatArray:
    """Return the gradient that a method makes of losses; raise if it is none."""
    gradient = method.gradient(point, loss, probes, losses)
    array = _floats(gradient)
    if array is None or array.shape != point.shape:
        raise ValueError(
            f"gradient={method!r}: its gradient at {shown(point)} is "
            f"{shown(gradient)}, expected an array of shape {point.shape}."
        )
    return array


def _floats(numbers: object) -> FloatArray | None:
    """Return an array of floats, None if that is not what it is."""
    try:
        return np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        return None
