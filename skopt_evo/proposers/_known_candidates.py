"""What descents know: the losses of the candidates that have been evaluated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.descent import (
    Evaluations,
    Known,
)
from skopt_evo.strategies import GeneLayout

# Decimals that tell genomes apart: a step forward and the same step back end in the
# same place but for rounding.
DECIMALS = 12


@dataclass(frozen=True)
class Evaluated:
    """What is known of a candidate, see `Evaluations`, and its genome."""

    genome: FloatArray
    loss: float
    steering: float
    slopes: FloatArray
    is_converged: bool


class KnownCandidates:
    """What has been evaluated, by the genomes that were asked for.

    A resumed search gives back the genome of the earlier run, which may differ from
    what was asked for by rounding: it is another name of the same candidate.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    """

    def __init__(self, layout: GeneLayout) -> None:
        self._layout = layout
        self._known: dict[bytes, Evaluated] = {}
        self._keys: dict[bytes, bytes] = {}
        # The key that was asked for by that of the genome that came in its place, and
        # that genome by what was asked for.
        self._aliases: dict[bytes, bytes] = {}
        self._replaced: dict[bytes, FloatArray] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Evaluated]:
        return iter(self._known.values())

    @property
    def keys(self) -> Collection[bytes]:
        """The keys of all of them, see `key`."""
        return self._known.keys()

    def key(self, genome: FloatArray) -> bytes:
        """Return what is the same for genomes of the same candidate."""
        content = genome.tobytes()
        if content not in self._keys:  # descents that wait ask again and again
            key = self._layout.key(np.round(genome, DECIMALS))
            self._keys[content] = self._aliases.get(key, key)
        return self._keys[content]

    def add(self, asked: FloatArray, evaluated: Evaluated) -> None:
        """Keep what became of a genome that was asked for."""
        key, genome = self.key(asked), evaluated.genome
        if not np.array_equal(asked, genome):
            self._replaced[asked.tobytes()] = genome
            self._aliases[self._layout.key(np.round(genome, DECIMALS))] = key
            self._keys[genome.tobytes()] = key
        self._known[key] = evaluated

    def evaluate_again(self, evaluate: Callable[[bytes], Evaluated]) -> None:
        """Replace what is known of each candidate, by its key."""
        self._known = {key: evaluate(key) for key in self._known}

    def has(self, genome: FloatArray) -> bool:
        """Tell whether a candidate has been evaluated."""
        return self.key(genome) in self._known

    def evaluations(self, genomes: Iterable[FloatArray]) -> Evaluations | None:
        """Return what became of genomes, None if one has not been evaluated."""
        genomes = list(genomes)
        if not all(map(self.has, genomes)):
            return None
        found = [self._known[self.key(genome)] for genome in genomes]
        return _together(found, [self._replaced.get(g.tobytes(), g) for g in genomes])

    def history(self) -> Known:
        """Return all that has been evaluated, in order."""
        known = list(self)
        losses, steering, slopes, _, genomes = _together(
            known, [one.genome for one in known]
        )
        # The slopes of a loss in place of the score are not those of the score.
        slopes[~np.isclose(steering, losses)] = np.nan
        return Known(genomes, losses, slopes)


def _together(known: Sequence[Evaluated], genomes: Sequence[FloatArray]) -> Evaluations:
    return Evaluations(
        np.array([one.loss for one in known]),
        np.array([one.steering for one in known]),
        np.array([one.slopes for one in known]),
        np.array([one.is_converged for one in known]),
        np.array(genomes),
    )
