"""Schedules: what each does by itself, and what all do."""

import numpy as np
import pytest

from skopt_evo.scheduling import AllSplits, Snapshot, Verdict
from skopt_evo.trials import FoldResult, Trial, Unit
from tests.scheduling.schedule_conformance import ScheduleConformance

# ---- what all schedules do


class TestAllSplits(ScheduleConformance):
    make = AllSplits


def median_of(trials, units):
    """Return the median of the mean scores of all that have these units."""
    means = [
        np.mean([trial.results[unit].score(None) for unit in units])
        for trial in trials
        if trial.results.keys() >= set(units)
    ]
    means = [mean for mean in means if np.isfinite(mean)]
    return np.median(means) if means else -np.inf


class Racing:
    """The first split, then the others two at a time, unless it is not promising."""

    def first(self, trial):
        return [Unit(0)]

    def next(self, trial, known):
        done = sorted(trial.results)
        left = [Unit(k) for k in range(trial.n_splits) if Unit(k) not in done]
        if not left:
            return Verdict.DONE
        mean = np.mean([trial.results[unit].score(None) for unit in done])
        return Verdict.PRUNED if mean < median_of(known, done) else left[:2]


class TestRacing(ScheduleConformance):
    make = Racing
    prunes = True


class Halving:
    """A third of the data of each split, then all of it, if it is promising."""

    def first(self, trial):
        return [Unit(split, 1 / 3) for split in range(trial.n_splits)]

    def next(self, trial, known):
        some = self.first(trial)
        if trial.results.keys() > set(some):
            return Verdict.DONE
        mean = np.mean([trial.results[unit].score(None) for unit in some])
        if mean < median_of(known, some):
            return Verdict.PRUNED
        return [Unit(split) for split in range(trial.n_splits)]


class TestHalving(ScheduleConformance):
    make = Halving
    prunes = True


# ---- all splits


@pytest.mark.parametrize("n_splits", [1, 5])
def test_all_splits_are_begun_with_and_that_is_all(n_splits):
    schedule = AllSplits()
    trial = Trial({}, 0, "initial", n_splits=n_splits)
    assert schedule.first(trial) == [Unit(split) for split in range(n_splits)]
    trial.complete([FoldResult(np.nan)] * n_splits)
    assert schedule.next(trial, Snapshot([], 0)) is Verdict.DONE


# ---- a snapshot


def test_a_snapshot_does_not_grow():
    observed = ["a", "b", "c"]
    snapshot = Snapshot(observed, 2)
    observed.append("d")
    assert len(snapshot) == 2
    assert list(snapshot) == ["a", "b"]
    assert list(reversed(snapshot)) == ["b", "a"]
    assert (snapshot[0], snapshot[-1]) == ("a", "b")
    assert snapshot[:1] == ["a"]
    assert snapshot[-5:9] == ["a", "b"]
    assert "c" not in snapshot
    for place in (2, -3):
        with pytest.raises(IndexError):
            snapshot[place]


def test_an_empty_snapshot_has_nothing():
    snapshot = Snapshot(["a"], 0)
    assert not snapshot
    assert list(snapshot) == []
    assert snapshot[:] == []
