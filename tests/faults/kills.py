"""Searches that are killed until they come to their end, and what that costs them."""

import signal
import time
from collections import Counter
from dataclasses import dataclass, field

from sklearn.model_selection import KFold

from tests.faults.processes import (
    N_LINES,
    SearchProcess,
    complete_lines,
    evaluations,
    n_evaluations,
    size,
)
from tests.faults.searches import N_SPLITS, X, is_same, key_of, make, whole_results


@dataclass
class Tally:
    """What was done to searches, and what became of them.

    Attributes
    ----------
    n_searches, n_starts, n_kills : int
        How many there were; a search is started until it comes to its end.
    moments : Counter
        How many kills there were at each kind of moment.
    n_acknowledged : int
        Evaluations whose line was there to its end just before a kill.
    n_torn : int
        Lines that a kill has left torn.
    n_lost : int
        Acknowledged lines that were not there any more, or not the same.
    n_repeated : int
        Fits of an evaluation that had been acknowledged before the process began.
    n_wrong : int
        Searches with other results than one without a kill, or with none.
    """

    n_searches: int = 0
    n_starts: int = 0
    n_kills: int = 0
    moments: Counter = field(default_factory=Counter)
    n_acknowledged: int = 0
    n_torn: int = 0
    n_lost: int = 0
    n_repeated: int = 0
    n_wrong: int = 0


# ---- moments: each waits until it has come


def at_any_time_of_the_start(process, journal, rng):
    time.sleep(rng.choice([0.1, 2.0]) * rng.random())


def with_the_next_byte(process, journal, rng):
    before = size(journal)
    process.wait_until(lambda: size(journal) != before, pause=0)


def with_an_evaluation(process, journal, rng):
    enough = n_evaluations(journal) + rng.randrange(20)
    process.wait_until(lambda: n_evaluations(journal) > enough, pause=0)


def between_evaluations(process, journal, rng):
    with_an_evaluation(process, journal, rng)
    time.sleep(rng.uniform(0, 0.02))


def near_the_end(process, journal, rng):
    enough = N_LINES - rng.randrange(10)
    process.wait_until(lambda: len(complete_lines(journal)) >= enough, pause=0)


MOMENTS = (
    at_any_time_of_the_start,
    with_the_next_byte,
    with_an_evaluation,
    between_evaluations,
    near_the_end,
)


# ---- a search


class KilledSearch:
    """A search that is killed at one moment after the other, and ends at last.

    Parameters
    ----------
    folder : Path
        An empty one, for this search alone.
    name, n_jobs : str, int
        The search.
    rng : random.Random
        Where a moment gets its randomness, and whether the workers are killed as well.
    tally : Tally
        Takes what happens.
    """

    def __init__(self, folder, name, n_jobs, rng, tally):
        self.folder, self.journal = folder, folder / "journal"
        self.search = make(name, n_jobs=n_jobs, refit=False, checkpoint=self.journal)
        self.whole = whole_results(name, refit=False)
        self.keys = _keys(self.whole)
        self.rng, self.tally = rng, tally
        self.known = []  # the lines that have been there to their end

    def run(self, moments):
        """Start the search again until it ends; what is left of `moments` stays."""
        self.tally.n_searches += 1
        before = None
        while True:
            process = SearchProcess(self.folder, self.search)
            self.tally.n_starts += 1
            moment = next(moments, None)
            is_killed = self._kill(process, moment)
            # What was orphaned has met the next process by now.
            if before is not None:
                before.kill_group()
            before = process
            if not is_killed:
                break
        process.kill_group()
        self._check_end(process.outcome)

    def _kill(self, process, moment):
        """Kill a process; return False if it had ended by itself."""
        if moment is None:
            process.wait_for_outcome()
        else:
            moment(process, self.journal, self.rng)
        lines = complete_lines(self.journal)  # seen by another process than the writer
        has_crashed = process.has_ended
        process.signal(signal.SIGKILL, group=self.rng.random() < 0.5)
        process.join()
        self._check_fits(process)
        self._check_lines(lines)
        self._check_lines(after := complete_lines(self.journal))
        if has_crashed or process.outcome is not None:
            return False
        self.tally.n_kills += 1
        self.tally.moments[moment.__name__] += 1
        self.tally.n_acknowledged += len(evaluations(lines))
        self.tally.n_torn += size(self.journal) > sum(map(len, after))
        return True

    def _check_fits(self, process):
        known = {self.keys[which] for which in evaluations(self.known)}
        fits = [tuple(words[1:4]) for words in process.events("fit")]
        self.tally.n_repeated += sum(fit in known for fit in fits)

    def _check_lines(self, lines):
        kept = sum(old == new for old, new in zip(self.known, lines, strict=False))
        self.tally.n_lost += len(self.known) - kept
        self.known = lines

    def _check_end(self, outcome):
        found = evaluations(self.known)
        self.tally.n_repeated += len(found) - len(set(found))
        self.tally.n_lost += len(self.keys.keys() - set(found))
        is_right = outcome is not None and outcome["error"] is None
        self.tally.n_wrong += not (is_right and is_same(outcome["results"], self.whole))


def _keys(whole):
    """Return what the events call each (candidate, split)."""
    trains = [train for train, _ in KFold(N_SPLITS).split(X)]
    return {
        (candidate, split): key_of(params["a"], params["b"], X[train])
        for candidate, params in enumerate(whole["params"])
        for split, train in enumerate(trains)
    }
