"""The loop of a search: candidates in flight, results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from skopt_evo._sklearn_compat import SearchTask
from skopt_evo.evaluation._arithmetic import own_arithmetic
from skopt_evo.evaluation._evaluator import Evaluator
from skopt_evo.trials import PROBE, Proposer, Trial


class SearchLoop:
    """Keeps candidates in flight and hands them back in the order of their proposal.

    The proposer is asked for more as soon as fewer than `lookahead` candidates are in
    flight. It is always the oldest one that is waited for, whichever ends first: which
    results the proposer knows when it proposes candidate i depends on i alone, and so
    does what it proposes, whatever runs the fits.

    Parameters
    ----------
    evaluator : Evaluator
        Evaluates the candidates; entered by who iterates.
    proposer : Proposer
        Proposes them and learns from them.
    n_candidates : int
        How many of them there are at most.
    task : SearchTask
        The callback task of the search.
    has_generations : bool
        Whether candidates that are proposed together are a callback task of their own,
        after whose end a callback may stop the search.

    Attributes
    ----------
    is_stopped : bool
        Whether a callback has stopped it.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        proposer: Proposer,
        n_candidates: int,
        task: SearchTask,
        *,
        has_generations: bool,
    ) -> None:
        self._evaluator = evaluator
        self._proposer = proposer
        self._n_remaining = n_candidates
        self._task = task
        self._has_generations = has_generations
        self.is_stopped = False
        self._n_batches = 0
        # The oldest first; a generation is there with the last of its candidates.
        self._in_flight: deque[tuple[Trial, SearchTask | None]] = deque()

    def __iter__(self) -> Iterator[Trial]:
        """Yield evaluated candidates until there are no more, or a callback stops."""
        try:
            yield from self._trials()
        finally:
            self._drop()

    def _trials(self) -> Iterator[Trial]:
        while (n_new := self._start_more()) or self._in_flight:
            # Without new ones, one result more may be what the proposer waits for.
            n_left = self._proposer.lookahead if n_new else len(self._in_flight)
            done = []
            while len(self._in_flight) >= n_left:
                trial, generation = self._in_flight[0]
                self._evaluator.wait(trial)
                self._in_flight.popleft()
                done.append(trial)
                yield trial
                if generation is not None and generation.end():
                    self.is_stopped = True
                    return
            if done:
                with own_arithmetic():
                    self._proposer.observe(done)

    @property
    def is_at_probe(self) -> bool:
        """Whether the next candidate is a probe of a gradient that is half done."""
        return bool(self._in_flight) and self._in_flight[0][0].origin == PROBE

    def extend(self, n_more: int) -> None:
        """Allow for more candidates, when those before have come to their end."""
        self._n_remaining += n_more

    def _start_more(self) -> int:
        """Ask for candidates and start them; return how many there are."""
        if not self._n_remaining:
            return 0
        with own_arithmetic():
            trials = self._proposer.propose(self._n_remaining)
        if trials:
            generation = self._open_generation(len(trials))
            self._in_flight.extend((trial, None) for trial in trials[:-1])
            self._in_flight.append((trials[-1], generation))
            self._evaluator.submit(trials, generation or self._task)
        self._n_remaining -= len(trials)
        return len(trials)

    def _open_generation(self, n_trials: int) -> SearchTask | None:
        if not self._has_generations:
            return None
        number, self._n_batches = self._n_batches, self._n_batches + 1
        generation: SearchTask = self._task.subtask(
            "generation",
            task_id=number,  # generations overlap, and are numbered by hand
            max_subtasks=n_trials * len(self._evaluator.splits),
            sequential=False,
        )
        return generation

    def _drop(self) -> None:
        """End what begun and nobody waits for: a callback need not look after it."""
        for _, generation in self._in_flight:
            if generation is not None:
                generation.end()
        self._in_flight.clear()
