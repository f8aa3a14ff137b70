"""Descents from several starts that share one budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skopt_evo._typing import FloatArray
from skopt_evo.descent import (
    DescentTask,
    Exact,
    FreeGenes,
    make_descent,
)
from skopt_evo.descent._moderate import moderate, slope_of_moderate
from skopt_evo.exceptions import NoHypergradientWarning
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.proposers._descent_settings import Settings
from skopt_evo.proposers._hyper_penalty import HyperPenalty
from skopt_evo.proposers._known_candidates import Evaluated, KnownCandidates
from skopt_evo.proposers._layout import layout_of
from skopt_evo.proposers._runs import Run, Runs
from skopt_evo.proposers._score_gradients import ScoreGradients
from skopt_evo.proposers._starts import Starts
from skopt_evo.results import Objective, gradient_of
from skopt_evo.space import SearchSpace
from skopt_evo.trials import Trial

# Candidates at this distance from the end of every descent, in some number, are
# unexplored.
UNEXPLORED = 0.4


class DescentProposer:
    """Lets descents from several starts compete, and drops the worst ones.

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
        self._gradients = ScoreGradients(space, self._layout, verbose=settings.verbose)
        self._known = KnownCandidates(self._layout)
        self._runs = Runs(self._layout, self._known)
        self._trials: dict[bytes, Trial] = {}
        # What was asked for: a trial may come back with the genome of an earlier run.
        self._asked: dict[Trial, FloatArray] = {}
        self._is_turn_of_known = False
        self._takes_turns = not settings.has_probes and settings.n_restarts is None
        self._n_started = 0

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return what the descents of this rung ask for, side by side."""
        while not (unknown := self._unknown()):
            if not self._runs.next_rung() and not self._next_round(n_remaining):
                return []
        for key in list(unknown)[n_remaining:]:
            del unknown[key]
        self._trials.update(unknown)
        self._asked = {trial: np.asarray(trial.genome) for trial in unknown.values()}
        return list(unknown.values())

    def observe(self, trials: Sequence[Trial]) -> None:
        """Let the descents go on whose losses are known now."""
        for trial in trials:
            asked = self._asked.get(trial, np.asarray(trial.genome))
            self._known.add(asked, self._evaluated(trial))
        if self._n_changes != self._objective.n_changes:
            self._begin_anew()
        self._runs.advance()

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        """Note derivatives with their candidates; return what there is to warn of.

        That is what the budget did not cover, and derivatives that are inexact or
        missing.
        """
        self.observe([t for t in trials if not self._known.has(np.asarray(t.genome))])
        for trial in trials:
            trial.extras["hyper_penalty"] = trial.penalty
        found = [*self._inexact_derivatives(), *self._missing_derivatives()]
        return found + self._starts.gaps([trial.params for trial in trials])

    def _inexact_derivatives(self) -> Iterator[Warning]:
        n_inexact = sum(not known.is_converged for known in self._known)
        if n_inexact:
            yield ConvergenceWarning(
                f"Fits of {n_inexact} of {len(self._known)} candidates used up their "
                "iterations: their derivatives are less exact. Raise max_iter of "
                "the estimator."
            )

    def _missing_derivatives(self) -> Iterator[Warning]:
        n_scored = sum(np.isfinite(known.loss) for known in self._known)
        n_exact = sum(
            self._gradients.is_whole(one.genome, one.slopes) for one in self._known
        )
        if isinstance(self._settings.method, Exact) and n_exact < n_scored:
            reasons = self._gradients.reasons.items()
            first = [f"By {name!r}: {why}" for name, why in reasons][:1]
            yield NoHypergradientWarning(
                f"{n_scored - n_exact} of {n_scored} candidates had no exact "
                "derivative, so that no descent went on from them. "
                f"{' '.join(first)} Pass gradient='auto', which does without where it "
                "has to."
            )

    def _begin_anew(self) -> None:
        """Learn all losses again, since other splits count now, and drop the descents.

        The losses that these were sent do not compare with those to come.
        """
        self._n_changes = self._objective.n_changes
        self._known.evaluate_again(lambda key: self._evaluated(self._trials[key]))
        self._runs.drop()

    def _evaluated(self, trial: Trial) -> Evaluated:
        """Return what is known of a candidate, its loss with the penalty `hyper_l2`."""
        genome = np.asarray(trial.genome)
        loss = self._objective.loss(trial)
        found = gradient_of(trial, self._objective.counts())
        if not np.isfinite(loss):
            found = found._replace(loss=np.nan, params={})
        self._gradients.explain(found)
        slopes = self._gradients.slopes(genome, found)
        steering = found.loss + trial.penalty
        slopes = (slopes + self._penalty.gradient(genome)) * slope_of_moderate(steering)
        is_whole = self._gradients.is_whole(genome, slopes)
        self._gradients.note_exact(trial, found, is_whole=is_whole)
        return Evaluated(
            genome, moderate(loss), moderate(steering), slopes, found.is_converged
        )

    def _unknown(self) -> dict[bytes, Trial]:
        """Return the candidates that this rung's descents wait for, once each."""
        trials: dict[bytes, Trial] = {}
        for run, batch in self._runs.waiting():
            for genome, origin in zip(batch.genomes, batch.origins, strict=True):
                key = self._known.key(genome)
                if key not in self._known.keys and key not in trials:
                    trials[key] = Trial(
                        self._space.decode(genome),
                        batch.iteration,
                        origin,
                        genome,
                        self._penalty.penalty(genome),
                        extras={"restart": run.number},
                    )
        return trials

    def _next_round(self, n_remaining: int) -> bool:
        """Begin a new round of descents; tell whether there was anything to start.

        Where a descent needs no probes, the best candidate that no descent has been
        near takes turns with new starts.
        """
        if self._n_started == 0:
            starts = self._starts.first(n_remaining)
        elif not self._has_scored_start():
            starts = self._starts.in_place_of_failed(n_remaining, self._known.keys)
        else:
            best = self._unexplored() if self._is_turn_of_known else None
            self._is_turn_of_known = self._takes_turns and not self._is_turn_of_known
            starts = (
                self._starts.further(n_remaining, self._known.keys)
                if best is None
                else [best]
            )
        return self._runs.begin([self._run(start) for start in starts])

    def _has_scored_start(self) -> bool:
        """Tell whether a candidate that a descent could start from has a score."""
        return any(
            np.isfinite(one.loss) and self._layout.movable_in(one.genome).any()
            for one in self._known
        )

    def _unexplored(self) -> FloatArray | None:
        """Return the best candidate that is far from the end of every descent."""
        known = [one for one in self._known if np.isfinite(one.loss)]
        for one in sorted(known, key=lambda one: one.loss):
            can_move = self._layout.movable_in(one.genome).any()
            if can_move and not self._runs.is_near_an_end(one.genome, UNEXPLORED):
                return one.genome
        return None

    def _run(self, start: FloatArray) -> Run:
        number, self._n_started = self._n_started, self._n_started + 1
        seed = np.random.SeedSequence(self._seed, spawn_key=(1, number))
        task = DescentTask(
            FreeGenes(self._layout, start, self._record),
            self._settings.method,
            self._settings.learning_rate,
            self._known.history,
            np.random.default_rng(seed),
        )
        descent = make_descent(self._settings.optimizer, task)
        return Run(number, descent, next(descent), start)

    def _record(self, genome: FloatArray, gradient: FloatArray, method: str) -> None:
        """Note a gradient of the loss with its trial, if nothing better is known."""
        trial = self._trials[self._known.key(genome)]
        is_exact = trial.extras.get("gradient_method") == "exact"
        if is_exact or not np.isfinite(self._objective.loss(trial)):
            return  # without a score there is nothing to differentiate
        exact = gradient_of(trial, self._objective.counts()).params
        self._gradients.note_estimate(trial, genome, gradient, method, exact)
