"""What every stopping rule does, whatever its reason.

A rule joins with a class that says how it is made, with a reason to stop or without::

    class TestTimeout(StoppingConformance):
        def make(self, session, stops):
            return Timeout(1e-9 if stops else 3600.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.scheduling import SearchLoop, Session, StoppingRule
from skopt_evo.trials import Trial
from tests.scheduling.sessions import Scripted, make_session, scores_of

N_SPLITS, N_ITER = 2, 12


class Series:
    """Proposes candidates one after the other, some at a time, up to the budget."""

    gradient = None

    def __init__(self, lookahead: int, values: Any = range(N_ITER)) -> None:
        self.lookahead = lookahead
        self.values = list(values)
        self.n_proposed = 0

    def propose(self, n_remaining: int) -> list[Trial]:
        self.n_proposed += 1
        return [Trial({"number": self.values[self.n_proposed - 1]}, 0, "initial")]

    def observe(self, trials: Any) -> None:
        pass


class Told:
    """Passes all on to a rule, and notes what it is asked and what it answers."""

    def __init__(self, rule: StoppingRule) -> None:
        self.rule = rule
        self.told: list[tuple[int, int | None]] = []
        self.answers: list[str | None] = []
        self.without_results: list[str | None] = []

    def update(self, trial: Trial, upcoming: Trial | None) -> str | None:
        self.told.append((trial.number, None if upcoming is None else upcoming.number))
        self.answers.append(self.rule.update(trial, upcoming))
        return self.answers[-1]

    def poll(self, *, has_results: bool) -> str | None:
        self.answers.append(self.rule.poll(has_results=has_results))
        if not has_results:
            self.without_results.append(self.answers[-1])
        return self.answers[-1]


class StoppingConformance:
    """The tests; a subclass defines `make`, and maybe the attributes.

    Attributes
    ----------
    waits_for_results : bool
        Whether it never stops before there is something to show.
    stops_at_once : bool
        Whether it stops in the middle of candidates, with all that are done.
    n_lost : int
        How many fits that have ended are lost when it stops.
    """

    waits_for_results = True
    stops_at_once = False
    n_lost = 0

    def make(self, session: Session, stops: bool) -> StoppingRule:
        """Return the rule of a session, with a reason to stop, soon, or without."""
        raise NotImplementedError

    def run(
        self, *, stops: bool, lookahead: int = 4, seed: int | None = None
    ) -> tuple[Session, Told, str]:
        executor = Scripted(most_running=100, seed=seed)
        session = make_session(
            executor,
            proposer=Series(lookahead),
            n_splits=N_SPLITS,
            budgets=[N_ITER],
            has_generations=True,
        )
        told = Told(self.make(session, stops))
        session.rules = [told]
        return session, told, SearchLoop(session).run()

    @pytest.mark.parametrize("stops", [False, True])
    def test_it_answers_with_a_reason_or_none(self, stops: bool) -> None:
        _, told, stop_reason = self.run(stops=stops)
        reasons = [answer for answer in told.answers if answer is not None]
        assert all(isinstance(reason, str) and reason for reason in reasons)
        # What it says first is why the search is over; it is not asked again.
        assert reasons == ([stop_reason] if stops else [])

    @pytest.mark.parametrize("seed", [None, 0, 1])
    @pytest.mark.parametrize("lookahead", [1, 4])
    def test_without_a_reason_nothing_stops(
        self, lookahead: int, seed: int | None
    ) -> None:
        session, _, stop_reason = self.run(stops=False, lookahead=lookahead, seed=seed)
        assert stop_reason == "n_iter"
        assert len(session.objective.trials) == N_ITER

    @pytest.mark.parametrize("seed", [None, *range(5)])
    @pytest.mark.parametrize("lookahead", [1, 4])
    def test_with_a_reason_what_is_done_is_kept(
        self, lookahead: int, seed: int | None
    ) -> None:
        session, told, _ = self.run(stops=True, lookahead=lookahead, seed=seed)
        kept = [trial.number for trial in session.objective.trials]
        assert len(kept) < N_ITER
        assert scores_of(session.objective.trials) == [
            [float(number)] * N_SPLITS for number in kept
        ]
        # All that it was told of, in any case; if the search ends at once, all that
        # is done. Otherwise what is kept must not depend on who was faster.
        ended = session.executor.ended
        ended = ended[: len(ended) - self.n_lost]
        done = [i for i in range(N_ITER) if sum(i == j for j, _ in ended) == N_SPLITS]
        n_told = len(told.told)
        assert kept == (done if self.stops_at_once else list(range(n_told)))

    @pytest.mark.parametrize("stops", [False, True])
    @pytest.mark.parametrize("seed", [None, *range(5)])
    def test_it_is_told_of_each_candidate_once_and_in_order(
        self, seed: int | None, stops: bool
    ) -> None:
        session, told, _ = self.run(stops=stops, seed=seed)
        n_told = len(told.told)
        assert [number for number, _ in told.told] == list(range(n_told))
        upcoming = [after for _, after in told.told]
        last = session.proposer.n_proposed - 1
        assert upcoming == [i + 1 if i < last else None for i in range(n_told)]

    @pytest.mark.parametrize("seed", [None, *range(3)])
    def test_it_does_not_depend_on_who_is_faster(self, seed: int | None) -> None:
        first, *_ = self.run(stops=False)
        other, *_ = self.run(stops=False, seed=seed)
        assert scores_of(other.objective.trials) == scores_of(first.objective.trials)

    def test_it_does_not_stop_before_there_is_something_to_show(self) -> None:
        session, told, _ = self.run(stops=True)
        assert len(told.without_results) >= N_SPLITS or not self.waits_for_results
        if self.waits_for_results:
            assert set(told.without_results) == {None}
            assert len(session.objective.trials) >= 1

    def test_failures_are_no_obstacle(self) -> None:
        session = make_session(
            proposer=Series(4, -np.arange(1, N_ITER + 1)),
            n_splits=N_SPLITS,
            budgets=[N_ITER],
        )
        session.rules = [self.make(session, stops=False)]
        assert SearchLoop(session).run() == "n_iter"
        statuses = {trial.status for trial in session.objective.trials}
        assert statuses == {"failed"}
