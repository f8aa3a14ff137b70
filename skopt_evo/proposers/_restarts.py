"""Descents from several starts that share one budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skopt_evo._typing import FloatArray
from skopt_evo.descent import (
    Batch,
    Descent,
    DescentMethod,
    DescentTask,
    Evaluations,
    Exact,
    FreeGenes,
    GradientEstimator,
    Known,
    Method,
    make_descent,
)
from skopt_evo.descent._moderate import moderate, slope_of_moderate
from skopt_evo.exceptions import NoHypergradientWarning
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.optimizers import Optimizer
from skopt_evo.proposers._hyper_penalty import HyperPenalty
from skopt_evo.proposers._layout import layout_of
from skopt_evo.proposers._starts import Starts
from skopt_evo.results import Objective, TrialGradient, gradient_of
from skopt_evo.space import SearchSpace
from skopt_evo.space._genes import Place
from skopt_evo.trials import Trial

# Of the descents of a round, the best eighth goes on after so many steps each:
# successive halving (Jamieson & Talwalkar 2016), whose eta is 8. Steps are dear, so
# that few descents share them.
RUNGS = (0, 2, 6)
ETA = 8

# A descent that asks so often for nothing but known losses goes round in circles.
MAX_KNOWN_BATCHES = 100

# A descent is dropped where it comes this close to the end of another one, on the unit
# scale of each number; categories have to be the same.
SAME = 0.02

# Genes of different categories are at least this far apart.
CATEGORY = 2.0**-17

# What is as far as this from the end of every descent, in some number, is unexplored.
FAR = 0.4

# Decimals that tell genomes apart: there and back again is the same place, whatever
# rounding says.
DECIMALS = 12


@dataclass(eq=False)
class Run:
    """A descent under way."""

    number: int
    descent: Descent
    batch: Batch | None
    last: FloatArray
    best_loss: float = np.inf
    n_steps: int = 0
    n_known_batches: int = 0


@dataclass(frozen=True)
class Evaluated:
    """What is known of a candidate, see `Evaluations`, and its genome."""

    genome: FloatArray
    loss: float
    steering: float
    slopes: FloatArray
    is_converged: bool


@dataclass(frozen=True)
class Settings:
    """How to descend.

    Attributes
    ----------
    method : Method
        Where gradients come from.
    optimizer : str, Optimizer or DescentMethod, default="auto"
        What makes steps of them, see `resolve_descent`.
    learning_rate : float or None, default=None
        The optimizer's learning rate; None for step lengths that adapt.
    n_restarts : int or None, default=None
        How many starts there are beside the first one; None for as many as the
        budget allows.
    hyper_l2 : float, default=0.0
        What holds hyperparameters back, see `HyperPenalty`.
    is_exact : bool, default=False
        Whether exact derivatives are to be expected at the first start: then it
        descends to the end before there are others.
    verbose : bool, default=False
        Whether to print why there is no exact derivative.
    """

    method: Method
    optimizer: str | Optimizer | DescentMethod = "auto"
    learning_rate: float | None = None
    n_restarts: int | None = None
    hyper_l2: float = 0.0
    is_exact: bool = False
    verbose: bool = False

    @property
    def has_probes(self) -> bool:
        """Whether gradients take candidates of their own."""
        return isinstance(self.method, GradientEstimator)


class DescentProposer:
    """Lets descents from several starts compete, and drops the hopeless ones.

    All starts of a round are scored; the best eighth of them descends for two steps,
    the best eighth of those for four more, and so on, until one is left and descends
    to its end. If there is budget left then, the next round has fresh starts. No
    candidate is proposed twice: a loss that is known is looked up.

    Parameters
    ----------
    space : SearchSpace
        The space.
    settings : Settings
        How to descend.
    objective : Objective
        The loss to minimise. It has learnt of candidates before they are observed.
    seed : int
        Seed of the random number generator.
    n_iter : int
        How many candidates there will be in all.
    params : dict
        The estimator's own parameters: the first start, as far as they lie in the
        space.
    given : sequence of ndarrays of shape (n_genes,), default=()
        The user's own starts, which come before it.
    gradient : FoldDifferentiator or None, default=None
        What differentiates the scores, if anything does.

    References
    ----------
    K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and
    hyperparameter optimization", AISTATS 2016 (successive halving).
    """

    lookahead = 1  # a descent needs all the losses it asked for, to ask for more

    def __init__(
        self,
        space: SearchSpace,
        settings: Settings,
        objective: Objective,
        seed: int,
        n_iter: int,
        params: dict[str, Any],
        given: Sequence[FloatArray] = (),
        gradient: FoldDifferentiator | None = None,
    ) -> None:
        self.gradient = gradient
        self._space = space
        self._settings = settings
        self._objective = objective
        self._n_changes = objective.n_changes
        self._seed = seed
        self._layout = layout_of(space)
        self._starts = Starts(
            space,
            self._layout,
            seed,
            n_iter,
            settings.n_restarts,
            params,
            given,
            alone=settings.is_exact,
            has_probes=settings.has_probes,
        )
        self._penalty = HyperPenalty(space, settings.hyper_l2, params)
        self._trials: dict[bytes, Trial] = {}
        # The keys of trials in flight, which may come back with the genomes that they
        # had in an earlier run; those genomes by what was asked for, and their keys.
        self._asked: dict[Trial, FloatArray] = {}
        self._replaced: dict[bytes, FloatArray] = {}
        self._aliases: dict[bytes, bytes] = {}
        self._known: dict[bytes, Evaluated] = {}
        self._reasons: dict[str, str] = {}
        self._keys: dict[bytes, bytes] = {}
        self._runs: list[Run] = []
        self._ends: list[FloatArray] = []
        self._is_turn_of_known = False
        self._takes_turns = not settings.has_probes and settings.n_restarts is None
        self._rung = 0
        self._n_started = 0

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return what the descents of this rung ask for, side by side."""
        while not (unknown := self._unknown()):
            if not self._next_rung() and not self._next_round(n_remaining):
                return []
        for key in list(unknown)[n_remaining:]:
            del unknown[key]
        self._trials.update(unknown)
        self._asked = {trial: np.asarray(trial.genome) for trial in unknown.values()}
        return list(unknown.values())

    def observe(self, trials: Sequence[Trial]) -> None:
        """Let the descents go on whose losses are known now."""
        for trial in trials:
            genome = np.asarray(trial.genome)
            key = self._key_of_asked(self._asked.get(trial, genome), genome)
            self._known[key] = self._evaluated(trial)
        if self._n_changes != self._objective.n_changes:
            self._begin_anew()
        for run in self._runs:
            self._advance(run)

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        """Note derivatives with their candidates; return what there is to warn of.

        That is what the budget did not cover, and derivatives that are rough or
        missing.
        """
        self.observe([trial for trial in trials if not self._is_known(trial)])
        for trial in trials:
            trial.extras["hyper_penalty"] = trial.penalty
        found: list[Warning] = []
        n_rough = sum(not known.is_converged for known in self._known.values())
        if n_rough:
            found.append(
                ConvergenceWarning(
                    f"Fits of {n_rough} of {len(self._known)} candidates used up their "
                    "iterations: their derivatives are less exact. Raise max_iter of "
                    "the estimator."
                )
            )
        n_scored = sum(np.isfinite(known.loss) for known in self._known.values())
        n_exact = sum(self._is_whole(known) for known in self._known.values())
        if isinstance(self._settings.method, Exact) and n_exact < n_scored:
            reasons = [f"By {name!r}: {why}" for name, why in self._reasons.items()]
            found.append(
                NoHypergradientWarning(
                    f"{n_scored - n_exact} of {n_scored} candidates had no exact "
                    f"derivative, and led nowhere. {' '.join(reasons[:1])} Pass "
                    "gradient='auto', which does without where it has to."
                )
            )
        return found + self._starts.gaps([trial.params for trial in trials])

    def _is_known(self, trial: Trial) -> bool:
        return self._key(np.asarray(trial.genome)) in self._known

    def _begin_anew(self) -> None:
        """Learn all losses again, since other splits count now, and drop the descents.

        The losses that these were sent do not compare with those to come.
        """
        self._n_changes = self._objective.n_changes
        self._known = {key: self._evaluated(self._trials[key]) for key in self._known}
        self._runs = []

    def _evaluated(self, trial: Trial) -> Evaluated:
        """Return what is known of a candidate, held back by `hyper_l2`."""
        genome = np.asarray(trial.genome)
        loss = self._objective.loss(trial)
        found = gradient_of(trial, self._objective.counts())
        if not np.isfinite(loss):
            found = found._replace(loss=np.nan, params={})
        self._explain(found)
        slopes = self._slopes(genome, found)
        steering = found.loss + trial.penalty
        slopes = (slopes + self._penalty.gradient(genome)) * slope_of_moderate(steering)
        evaluated = Evaluated(
            genome,
            moderate(loss),
            moderate(steering),
            slopes,
            found.is_converged,
        )
        self._tell_exact(trial, found, is_whole=self._is_whole(evaluated))
        return evaluated

    def _is_whole(self, evaluated: Evaluated) -> bool:
        """Tell whether there are derivatives by all numbers of a candidate."""
        movable = self._layout.movable_in(evaluated.genome)
        return bool(np.all(np.isfinite(evaluated.slopes[movable])))

    def _slopes(self, genome: FloatArray, found: TrialGradient) -> FloatArray:
        """Return derivatives by the genes, NaN where there is none."""
        slopes = np.full(self._layout.n_genes, np.nan)
        places = self._space.places_of(self._space.branch_of(genome))
        for name, derivative in found.params.items():
            if name in places:
                with np.errstate(over="ignore", invalid="ignore"):
                    rates = self._rates(genome, places[name])
                    slopes[places[name]] = derivative / rates
        return slopes

    def _tell_exact(
        self, trial: Trial, found: TrialGradient, *, is_whole: bool
    ) -> None:
        """Note exact derivatives of the score with their candidate."""
        if found.params and is_whole:
            trial.extras["gradient_method"] = "exact"
        for name, derivative in found.params.items():
            trial.extras[f"grad_{name}"] = -derivative

    def _explain(self, found: TrialGradient) -> None:
        """Say why there is no derivative by a parameter, the first time."""
        for name, reason in found.reasons.items():
            if name not in self._reasons:
                self._reasons[name] = reason
                if self._settings.verbose:
                    print(f"No exact derivative by {name!r}: {reason}")

    def _key(self, genome: FloatArray) -> bytes:
        """Return what is the same for genomes of the same candidate."""
        content = genome.tobytes()
        if content not in self._keys:  # descents that wait ask again and again
            key = self._layout.key(np.round(genome, DECIMALS))
            self._keys[content] = self._aliases.get(key, key)
        return self._keys[content]

    def _key_of_asked(self, asked: FloatArray, genome: FloatArray) -> bytes:
        """Return the key of what was asked for, and give it to what came in its place.

        That is the same candidate, but for rounding.
        """
        key = self._key(asked)
        if not np.array_equal(asked, genome):
            self._replaced[asked.tobytes()] = genome
            self._aliases[self._layout.key(np.round(genome, DECIMALS))] = key
            self._keys[genome.tobytes()] = key
        return key

    def _unknown(self) -> dict[bytes, Trial]:
        """Return the candidates that this rung's descents wait for, once each."""
        trials: dict[bytes, Trial] = {}
        for run in self._runs:
            if run.batch is None or self._is_paused(run):
                continue
            for genome, origin in zip(
                run.batch.genomes, run.batch.origins, strict=True
            ):
                key = self._key(genome)
                if key not in self._known and key not in trials:
                    trials[key] = Trial(
                        self._space.decode(genome),
                        run.batch.iteration,
                        origin,
                        genome,
                        self._penalty.penalty(genome),
                        extras={"restart": run.number},
                    )
        return trials

    def _is_paused(self, run: Run) -> bool:
        """Tell whether a descent has to wait for the others of its rung."""
        if len(self._runs) == 1 or self._rung >= len(RUNGS) or run.batch is None:
            return False
        return run.batch.begins_iteration and run.n_steps >= RUNGS[self._rung]

    def _next_rung(self) -> bool:
        """Drop the hopeless descents; tell whether one is left that goes on."""
        runs = [run for run in self._runs if run.batch is not None]
        runs.sort(key=lambda run: run.best_loss)
        self._runs = runs[: math.ceil(len(runs) / ETA)]
        self._rung += 1
        for run in self._runs:
            self._advance(run)
        return bool(self._runs)

    def _next_round(self, n_remaining: int) -> bool:
        """Start afresh; tell whether there was anything to start.

        Where a descent needs no probes, the best candidate that no descent has been
        near takes turns with new starts.
        """
        if self._n_started == 0:
            starts = self._starts.first(n_remaining)
        elif not self._has_scored_start():
            starts = self._starts.in_place_of_failed(n_remaining, self._known)
        else:
            best = self._unexplored() if self._is_turn_of_known else None
            self._is_turn_of_known = self._takes_turns and not self._is_turn_of_known
            starts = (
                self._starts.further(n_remaining, self._known)
                if best is None
                else [best]
            )
        self._runs = [self._run(start) for start in starts]
        self._rung = 0
        return bool(self._runs)

    def _has_scored_start(self) -> bool:
        """Tell whether a candidate that a descent could start from has a score."""
        return any(
            np.isfinite(one.loss) and self._layout.movable_in(one.genome).any()
            for one in self._known.values()
        )

    def _unexplored(self) -> FloatArray | None:
        """Return the best candidate that is far from the end of every descent."""
        known = [one for one in self._known.values() if np.isfinite(one.loss)]
        for one in sorted(known, key=lambda one: one.loss):
            can_move = self._layout.movable_in(one.genome).any()
            if can_move and not any(
                self._are_neighbours(one.genome, end, FAR) for end in self._ends
            ):
                return one.genome
        return None

    def _run(self, start: FloatArray) -> Run:
        number, self._n_started = self._n_started, self._n_started + 1
        seed = np.random.SeedSequence(self._seed, spawn_key=(1, number))
        task = DescentTask(
            FreeGenes(self._layout, start, self._record),
            self._settings.method,
            self._settings.learning_rate,
            self._history,
            np.random.default_rng(seed),
        )
        descent = make_descent(self._settings.optimizer, task)
        return Run(number, descent, next(descent), start)

    def _history(self) -> Known:
        """Return all that has been evaluated, in order."""
        known = list(self._known.values())
        genomes = np.array([one.genome for one in known])
        losses, steering, slopes, *_ = _together(known, genomes)
        # Of a loss in place of the score, slopes would only mislead.
        slopes[~np.isclose(steering, losses)] = np.nan
        return Known(genomes, losses, slopes)

    def _record(self, genome: FloatArray, gradient: FloatArray, method: str) -> None:
        """Note a gradient of the loss as derivatives of the score, with its trial."""
        trial = self._trials[self._key(genome)]
        if trial.extras.get("gradient_method") == "exact":
            return  # nothing is better known
        if not np.isfinite(self._objective.loss(trial)):
            return  # there is no score to differentiate
        trial.extras["gradient_method"] = method
        exact = gradient_of(trial, self._objective.counts()).params
        branch = self._space.branch_of(genome)
        for name, place in self._space.places_of(branch).items():
            if name not in exact and self._space.branches[branch][name].is_numeric:
                rates = self._rates(genome, place)
                # Per unit of a parameter it may be too large for a float.
                with np.errstate(over="ignore", invalid="ignore"):
                    derivative = -gradient[place] * rates
                trial.extras[f"grad_{name}"] = derivative

    def _rates(self, genome: FloatArray, place: Place) -> Any:
        """Return d(gene)/d(value) of a parameter, an array if it is one."""
        if isinstance(place, slice):
            genes = range(self._layout.n_genes)[place]
            return np.array([self._rates(genome, gene) for gene in genes])
        return self._space.genes[place].slope(genome[place])

    def _advance(self, run: Run) -> None:
        """Send a descent the losses it waits for, as long as they are all known."""
        while run.batch is not None and not self._is_paused(run):
            keys = [self._key(genome) for genome in run.batch.genomes]
            if any(key not in self._known for key in keys):
                run.n_known_batches = 0
                return
            run.n_known_batches += 1
            genomes = [self._replaced.get(g.tobytes(), g) for g in run.batch.genomes]
            evaluations = _together(
                [self._known[key] for key in keys], np.array(genomes)
            )
            run.best_loss = float(np.nanmin([run.best_loss, *evaluations.losses]))
            run.n_steps += run.batch.begins_iteration
            run.last = genomes[0]
            if not np.isfinite(run.best_loss):
                # Of a start without a score no way is known to lead downhill, whatever
                # the gradients come from. It is no end of a descent either.
                run.batch = None
                return
            try:
                run.batch = run.descent.send(evaluations)
            except StopIteration:
                run.batch = None
                self._ends.append(run.last)
            if run.n_known_batches > MAX_KNOWN_BATCHES or self._is_old_ground(run):
                run.batch = None

    def _is_old_ground(self, run: Run) -> bool:
        """Tell whether a descent has come to where another one has ended."""
        if run.batch is None or not run.batch.begins_iteration:
            return False
        return any(self._are_neighbours(run.last, end, SAME) for end in self._ends)

    def _are_neighbours(
        self, one: FloatArray, other: FloatArray, distance: float
    ) -> bool:
        """Tell whether genomes differ in numbers alone, in each of them by less."""
        active = self._layout.active_in(one)
        gaps = np.abs(one - other)[active]
        is_numeric = self._layout.is_numeric[active]
        return bool(np.all(gaps < np.where(is_numeric, distance, CATEGORY)))


def _together(known: Sequence[Evaluated], genomes: FloatArray) -> Evaluations:
    return Evaluations(
        np.array([one.loss for one in known]),
        np.array([one.steering for one in known]),
        np.array([one.slopes for one in known]),
        np.array([one.is_converged for one in known]),
        genomes,
    )
