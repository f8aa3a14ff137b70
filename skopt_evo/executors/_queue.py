"""Tasks that wait for a worker, and those that are with one: the same for all workers.

A worker gets several short tasks at a time, since it takes a millisecond or two to send
something. Such a batch is made when a worker is free, of tasks that wait already: what
is alone does not wait for others.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from queue import SimpleQueue
from typing import Any

from skopt_evo.executors._outcomes import Outcome, PackedOutcome, unpack
from skopt_evo.executors._protocol import Done, Key
from skopt_evo.trials import Fault, FaultKind

# Workers get so many short tasks at a time that they are busy for about as long.
BATCH_SECONDS = 0.05

# On Windows Ctrl-C does not end a wait, only what comes after it.
SECONDS_OF_A_WAIT = 1.0


@dataclass(frozen=True)
class Task:
    """A task that was submitted."""

    key: Key
    arguments: Mapping[str, Any]
    affinity: Hashable | None


@dataclass(frozen=True)
class Batch:
    """Tasks that go to a worker together.

    Attributes
    ----------
    number : int
        No other batch of the executor has it.
    tasks : sequence of Task
        At least one.
    began : float
        When they were sent.
    """

    number: int
    tasks: Sequence[Task]
    began: float = field(default_factory=time.monotonic)

    @property
    def arguments(self) -> list[Mapping[str, Any]]:
        """The arguments of each task."""
        return [task.arguments for task in self.tasks]


class Queue:
    """The tasks of one executor, from its opening to its closing.

    Parameters
    ----------
    n_workers : int
        How many tasks run side by side.
    most_running : float
        The most batches that are with the workers at a time.
    has_batches : bool, default=True
        Whether workers may get more than one task at a time.
    """

    def __init__(
        self, n_workers: int, most_running: float, *, has_batches: bool = True
    ) -> None:
        self._n_workers = n_workers
        self._most_running = most_running
        self._has_batches = has_batches
        self._waiting: deque[Task] = deque()
        self._running: dict[int, Batch] = {}
        self._done: deque[Done] = deque()
        self._numbers = count()
        self._n_seen = 0
        self._seconds = 0.0
        # So many tasks run one at a time, since one of them has ended workers.
        self._n_suspects = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is no task, not even one that is done."""
        return not (self._waiting or self._running or self._done)

    @property
    def running(self) -> list[Batch]:
        """What is with the workers."""
        return list(self._running.values())

    def add(self, task: Task) -> None:
        """Have a task wait."""
        self._waiting.append(task)

    def withdraw(self) -> list[Key]:
        """Take back the tasks that wait, and return their keys."""
        keys = [task.key for task in self._waiting]
        self._waiting.clear()
        return keys

    def next_batch(self, most: int | None = None) -> Batch | None:
        """Return what goes to a worker next, None if nothing may.

        Parameters
        ----------
        most : int, default=None
            The most tasks, whatever they take; None for as many as take about as long
            as a batch should.
        """
        most_running = 1 if self._n_suspects else self._most_running
        if not self._waiting or len(self._running) >= most_running:
            return None
        size = self._batch_size() if most is None else most
        tasks = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
        batch = Batch(next(self._numbers), tasks)
        self._running[batch.number] = batch
        return batch

    def note(
        self,
        number: int,
        outcomes: Sequence[PackedOutcome | Outcome] | PackedOutcome | Outcome,
    ) -> None:
        """Learn what came of a batch; nothing if it is not with the workers any more.

        Parameters
        ----------
        number : int
            That of the batch.
        outcomes : sequence of PackedOutcome or Outcome, or one of them
            That of each task, or one for all of them.
        """
        batch = self._pop(number)
        if batch is None:
            return
        if isinstance(outcomes, PackedOutcome | Outcome):
            outcomes = [outcomes] * len(batch.tasks)
        for task, packed in zip(batch.tasks, outcomes, strict=True):
            outcome = unpack(packed)
            self._n_seen += 1
            self._seconds += outcome.seconds
            self._done.append(self._what_became(task, outcome))

    def fail(self, number: int, kind: FaultKind, seconds: float | None = None) -> None:
        """Learn that the worker of a batch did not come to its end.

        Parameters
        ----------
        number : int
            That of the batch.
        kind : {"timeout", "crashed"}
            Why.
        seconds : float, default=None
            How long it took until then, None for the time since it was sent.
        """
        batch = self._pop(number)
        if batch is not None:
            is_alone = len(batch.tasks) == 1
            self._add_faults([batch], kind, seconds, is_alone=is_alone)

    def fail_all(self, kind: FaultKind) -> None:
        """Learn that all that runs was lost, and nobody knows by which task.

        As many tasks run one at a time then, so that the next fault tells whose it is.
        """
        batches = self.running
        n_tasks = sum(len(batch.tasks) for batch in batches)
        self._running.clear()
        self._n_suspects = n_tasks if n_tasks > 1 else 0
        self._add_faults(batches, kind, None, is_alone=n_tasks == 1)

    def pop_done(self) -> Done | None:
        """Return what became of the task that was the first to be done."""
        return self._done.popleft() if self._done else None

    def _pop(self, number: int) -> Batch | None:
        batch = self._running.pop(number, None)
        if batch is not None:
            self._n_suspects = max(0, self._n_suspects - 1)
        return batch

    def _batch_size(self) -> int:
        """Return how many tasks make a batch.

        No more than the share of one worker, so that the others have as much to do.
        After a fault, only one: the next fault tells whose it is.
        """
        if not self._has_batches or not self._n_seen:
            return 1
        in_time = BATCH_SECONDS * self._n_seen / max(self._seconds, 1e-9)
        share = len(self._waiting) // self._n_workers
        return max(1, min(math.ceil(in_time), share))

    def _what_became(self, task: Task, outcome: Outcome) -> Done:
        if isinstance(outcome.error, SystemExit):  # of a worker, not of this process
            self._has_batches = False
            return Done(task.key, fault=Fault("crashed", outcome.seconds))
        return Done(task.key, outcome.result, outcome.error)

    def _add_faults(
        self,
        batches: Sequence[Batch],
        kind: FaultKind,
        seconds: float | None,
        *,
        is_alone: bool,
    ) -> None:
        self._has_batches = False
        for batch in batches:
            passed = time.monotonic() - batch.began if seconds is None else seconds
            fault = Fault(kind, passed)
            for task in batch.tasks:
                self._done.append(Done(task.key, fault=fault, is_alone=is_alone))


class QueueExecutor(ABC):
    """What executors with workers have in common: all but the workers.

    Everything happens in the thread that calls. What workers bring back has to wait
    until `_receive` takes it.
    """

    n_workers: int
    _queue: Queue

    def submit(
        self,
        key: Key,
        arguments: Mapping[str, Any],
        affinity: Hashable | None = None,
    ) -> None:
        """Add a task. See `Executor`."""
        self._queue.add(Task(key, arguments, affinity))
        self._dispatch()

    def next_done(self, timeout: float | None) -> Done | None:
        """Return what became of a task. See `Executor`."""
        left = math.inf if timeout is None else timeout
        deadline = time.monotonic() + left
        self._dispatch()
        done, is_over = self._queue.pop_done(), False
        while done is None and not (is_over or self._queue.is_empty):
            left = max(0.0, deadline - time.monotonic())
            self._receive(min(left, SECONDS_OF_A_WAIT))
            done, is_over = self._queue.pop_done(), left == 0.0
        # After a fault some of those that wait may not be worth a try any more.
        if done is not None and done.fault is None:
            self._dispatch()
        return done

    def withdraw(self) -> list[Key]:
        """Take back the tasks that are not with a worker yet. See `Executor`."""
        return self._queue.withdraw()

    def _dispatch(self) -> None:
        """Hand tasks to the workers, as many as may be with them."""
        while (batch := self._queue.next_batch()) is not None:
            self._send(batch)

    @abstractmethod
    def _send(self, batch: Batch) -> None:
        """Hand a batch to a worker; `_receive` is to tell the queue what came of it."""

    @abstractmethod
    def _receive(self, seconds: float) -> None:
        """Tell the queue of the next batch that is done, if there is one in time.

        Parameters
        ----------
        seconds : float
            How long to wait at most.
        """


def put_arrived(
    arrived: SimpleQueue[tuple[int, Any]], number: int, returned: Any
) -> None:
    """Keep what came of a batch until it is received; called in any thread."""
    arrived.put((number, returned))
