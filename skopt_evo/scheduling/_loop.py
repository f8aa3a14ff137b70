"""The loop of a search: candidates side by side, results in order."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from skopt_evo._arithmetic import own_arithmetic
from skopt_evo.evaluation import evaluate
from skopt_evo.scheduling._pending import PendingTrials
from skopt_evo.scheduling._schedule import Snapshot
from skopt_evo.scheduling._session import Session
from skopt_evo.trials import Trial

# How long the loop waits for a fit before it asks whether the search is to stop. On
# Windows Ctrl-C does not end a wait, only what comes after it.
SECONDS_OF_A_WAIT = 1.0

# With these reasons the search stops in the middle of candidates, even if a rule says
# so between two of them.
IN_THE_MIDDLE = ("interrupted", "timeout")


class SearchLoop:
    """Keeps candidates under way, and takes them in the order of their proposal.

    The proposer is asked for more as soon as fewer than `lookahead` candidates are
    under way. The loop always waits for the oldest one, whichever ends first: which
    results the proposer knows when it proposes candidate i depends on i alone, and so
    does what it proposes, whatever runs the fits.

    Parameters
    ----------
    session : Session
        The search.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pending = PendingTrials(session)
        self._queue: deque[Trial] = deque()  # those under way, the oldest first
        self._observed: list[Trial] = []
        self._n_remaining = 0
        self._is_in_the_middle = False  # whether a rule has ended the search at once

    def run(self) -> str:
        """Evaluate candidates until the search is over.

        Returns
        -------
        stop_reason : str
            Why it is over: ``"n_iter"`` if the budget is used up, ``"exhausted"`` if
            there is nothing to propose, or what a stopping rule says.

        Raises
        ------
        KeyboardInterrupt
            At the second Ctrl-C.
        Exception
            What a fit has raised, if `error_score` is ``"raise"``.
        """
        try:
            stop_reason = self._run_with_executor()
            if self._is_in_the_middle or stop_reason in IN_THE_MIDDLE:
                for trial in self._pending.finished():
                    self._learn(trial)
        finally:
            self._session.callbacks.close()
        return stop_reason

    def _run_with_executor(self) -> str:
        session = self._session
        try:
            with session.executor.open(evaluate, session.common):
                stop_reason = self._run()
                if stop_reason == "interrupted":
                    raise KeyboardInterrupt  # the executor drops all that it has
        except KeyboardInterrupt:
            if session.interruption.n > 1:
                raise
            return "interrupted"
        return stop_reason

    def _run(self) -> str:
        for before, budget in pairwise([0, *self._session.budgets]):
            self._n_remaining += budget - before
            if (stop_reason := self._use_up_budget()) is not None:
                return stop_reason
        n_evaluated = len(self._session.objective.trials)
        return "n_iter" if n_evaluated >= self._session.budgets[-1] else "exhausted"

    def _use_up_budget(self) -> str | None:
        """Evaluate as many candidates as may be; return a reason to stop before."""
        proposer = self._session.proposer
        while (n_new := self._start_more()) or self._queue:
            # Without new ones, one result more may be what the proposer waits for.
            n_left = proposer.lookahead if n_new else len(self._queue)
            done = []
            while len(self._queue) >= n_left:
                stop_reason = self._wait(self._queue[0]) or self._take_oldest()
                if stop_reason is not None:
                    return stop_reason
                done.append(self._session.objective.trials[-1])
            if done:
                with own_arithmetic():
                    proposer.observe(done)
                self._observed += done
        return None

    def _start_more(self) -> int:
        """Ask for candidates and start them; return how many there are."""
        if not self._n_remaining:
            return 0
        with own_arithmetic():
            trials = self._session.proposer.propose(self._n_remaining)
        if trials:
            self._pending.start(trials, Snapshot(self._observed, len(self._observed)))
        self._queue.extend(trials)
        self._n_remaining -= len(trials)
        return len(trials)

    def _wait(self, trial: Trial) -> str | None:
        """Wait until a candidate is done; return a reason to stop before that."""
        while (stop_reason := self._poll()) is None and not self._pending.is_done(
            trial
        ):
            done = self._session.executor.next_done(SECONDS_OF_A_WAIT)
            # A terminal sends Ctrl-C to workers as well: what comes from them then may
            # be half of a fit, or their death.
            if done is not None and not self._session.interruption.n:
                self._pending.take(done)
        return stop_reason

    def _take_oldest(self) -> str | None:
        """Learn of the oldest candidate; return a reason to stop then."""
        trial = self._queue.popleft()
        self._pending.hand_over(trial)
        self._learn(trial)
        upcoming = self._queue[0] if self._queue else None
        reasons = [rule.update(trial, upcoming) for rule in self._session.rules]
        return next((reason for reason in reasons if reason is not None), None)

    def _learn(self, trial: Trial) -> None:
        self._session.objective.learn(trial)
        if self._session.kept is not None:
            loss = self._session.objective.loss(trial)
            self._session.kept.learn(trial, loss)
        self._session.progress.tell(trial)

    def _poll(self) -> str | None:
        """Return a reason to stop at once."""
        for rule in self._session.rules:
            reason = rule.poll(has_results=self._pending.has_results)
            if reason is not None:
                self._is_in_the_middle = True
                return reason
        return None
