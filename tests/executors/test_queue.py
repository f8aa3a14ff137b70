"""The queue of an executor: what goes to the workers, when, and in which batches."""

import pytest

from skopt_evo.executors import Done
from skopt_evo.executors._outcomes import Outcome
from skopt_evo.executors._queue import Queue, QueueExecutor, Task
from skopt_evo.trials import Fault


class ByHand(QueueExecutor):
    """Its workers are done when a test says so."""

    def __init__(self, n_workers=2, most_running=None, has_batches=True):
        self.n_workers = n_workers
        most_running = n_workers if most_running is None else most_running
        self._queue = Queue(n_workers, most_running, has_batches=has_batches)
        self.sent = []
        self.events = []

    def _send(self, batch):
        self.sent.append([task.key for task in batch.tasks])

    def _receive(self, seconds):
        if self.events:
            self.events.pop(0)()

    @property
    def at_it(self):
        """The keys of the tasks that are with the workers."""
        return [[task.key for task in batch.tasks] for batch in self._queue.running]

    def number(self, key):
        """Return the number of the batch with a task."""
        (number,) = (
            batch.number
            for batch in self._queue.running
            if key in [task.key for task in batch.tasks]
        )
        return number

    def finish(self, key, seconds=1.0):
        """Let the batch with a task be done, with the seconds of each task."""
        number = self.number(key)
        n = next(len(b.tasks) for b in self._queue.running if b.number == number)
        outcomes = [Outcome(f"result {i}", None, seconds) for i in range(n)]
        self.events.append(lambda: self._queue.note(number, outcomes))

    def fail(self, key, kind="crashed"):
        number = self.number(key)
        self.events.append(lambda: self._queue.fail(number, kind, 3.0))

    def submit_all(self, keys):
        for key in keys:
            self.submit(key, {})


def warm(executor, seconds):
    """Let an executor know how long tasks take."""
    executor.submit("warm", {})
    executor.finish("warm", seconds)
    assert executor.next_done(0.0).key == "warm"
    executor.sent.clear()


@pytest.mark.parametrize("most", [1, 2, 4, float("inf")])
def test_no_more_batches_are_with_the_workers_than_may_be(most):
    executor = ByHand(most_running=most)
    executor.submit_all(range(10))
    n = int(min(most, 10))
    assert executor.at_it == [[key] for key in range(n)]
    executor.finish(0)
    assert executor.next_done(0.0).key == 0
    assert executor.at_it == [[key] for key in range(1, min(10, n + 1))]


def test_tasks_that_have_not_been_sent_are_withdrawn_in_order():
    executor = ByHand()
    executor.submit_all(range(5))
    assert executor.withdraw() == [2, 3, 4]
    assert executor.withdraw() == []
    executor.finish(0)
    assert executor.next_done(0.0).key == 0
    assert executor.at_it == [[1]]


def test_nothing_is_sent_after_a_fault_until_the_next_call():
    executor = ByHand()
    executor.submit_all(range(5))
    executor.fail(0, "timeout")
    assert executor.next_done(0.0) == Done(0, fault=Fault("timeout", 3.0))
    assert executor.at_it == [[1]]
    assert executor.withdraw() == [2, 3, 4]
    executor.submit("next", {})
    assert executor.at_it == [[1], ["next"]]


def test_waiting_goes_on_after_a_fault():
    executor = ByHand()
    executor.submit_all(range(4))
    executor.fail(0)
    assert executor.next_done(0.0).fault.kind == "crashed"
    assert executor.next_done(0.0) is None
    assert executor.at_it == [[1], [2]]


def test_there_is_nothing_to_wait_for_without_tasks():
    executor = ByHand()
    assert executor.next_done(None) is None
    executor.submit(0, {})
    assert executor.next_done(0.0) is None
    executor.finish(0)
    assert executor.next_done(None).key == 0


def test_what_comes_twice_or_too_late_is_dropped():
    executor = ByHand()
    executor.submit(0, {})
    number = executor.number(0)
    executor.finish(0)
    executor.finish(0)
    executor.fail(0)
    assert executor.next_done(0.0).key == 0
    executor._queue.note(number + 7, [Outcome()])
    executor.submit(1, {})
    assert executor.next_done(0.0) is None
    assert executor.at_it == [[1]]


# ---- batches


def test_before_the_first_result_each_task_is_alone():
    executor = ByHand(most_running=float("inf"))
    executor.submit_all(range(8))
    assert executor.sent == [[key] for key in range(8)]


@pytest.mark.parametrize(
    ("seconds", "size"), [(1.0, 1), (0.05, 1), (0.025, 2), (0.01, 5), (0.0, 24)]
)
def test_a_batch_takes_about_as_long_as_it_should(seconds, size):
    executor = ByHand()
    warm(executor, seconds)
    executor.submit_all(range(50))
    assert executor.sent == [[0], [1]]  # both workers were free
    executor.finish(0, seconds)
    assert executor.next_done(0.0).key == 0
    assert executor.sent[2] == list(range(2, 2 + size))


def test_a_batch_is_no_more_than_the_share_of_a_worker():
    executor = ByHand(n_workers=3)
    warm(executor, 0.0)
    executor.submit_all(range(3 + 7))
    sizes = []
    for _ in range(10):
        key = executor.at_it[0][0]
        executor.finish(key, 0.0)
        executor.next_done(0.0)
        sizes = [len(batch) for batch in executor.sent[3:]]
    assert sizes == [2, 1, 1, 1, 1, 1]


def test_each_task_of_a_batch_is_handed_back_on_its_own():
    executor = ByHand(n_workers=1)
    warm(executor, 0.0)
    executor.submit_all("abcd")
    executor.finish("a", 0.0)
    assert executor.next_done(0.0) == Done("a", "result 0")
    assert executor.at_it == [["b", "c", "d"]]
    error = OSError()
    outcomes = [Outcome(1), Outcome(error=error), Outcome(error=SystemExit(1))]
    executor._queue.note(executor.number("b"), outcomes)
    assert executor.next_done(0.0) == Done("b", 1)
    assert executor.next_done(0.0) == Done("c", error=error)
    assert executor.next_done(0.0) == Done("d", fault=Fault("crashed", 0.0))


def test_an_error_may_be_of_a_whole_batch():
    executor = ByHand(n_workers=1)
    warm(executor, 0.0)
    executor.submit_all("abc")
    executor.finish("a", 0.0)
    executor.next_done(0.0)
    error = OSError()
    executor._queue.note(executor.number("b"), Outcome(error=error))
    assert [executor.next_done(0.0) for _ in "bc"] == [
        Done("b", error=error),
        Done("c", error=error),
    ]


def test_a_fault_of_a_batch_tells_of_none_and_ends_batches():
    executor = ByHand(n_workers=1)
    warm(executor, 0.0)
    executor.submit_all("abcd")
    executor.finish("a", 0.0)
    executor.next_done(0.0)
    executor.fail("b")
    fault = Fault("crashed", 3.0)
    executor.submit_all("efgh")
    for key in "bcd":
        assert executor.next_done(0.0) == Done(key, fault=fault, is_alone=False)
    executor.next_done(0.0)
    executor.finish("e", 0.0)
    executor.next_done(0.0)
    assert executor.sent[-2:] == [["e"], ["f"]]


def test_there_are_no_batches_where_tasks_are_stopped():
    executor = ByHand(n_workers=1, has_batches=False)
    warm(executor, 0.0)
    executor.submit_all("abc")
    executor.finish("a", 0.0)
    executor.next_done(0.0)
    assert executor.sent == [["a"], ["b"]]


def test_after_the_end_of_all_workers_as_many_tasks_run_one_at_a_time():
    executor = ByHand()
    executor.submit_all("ab")
    executor._queue.fail_all("crashed")
    faults = [executor.next_done(0.0) for _ in "ab"]
    assert [(each.fault.kind, each.is_alone) for each in faults] == [
        ("crashed", False)
    ] * 2
    executor.submit_all("abcd")
    assert executor.at_it == [["a"]]
    executor._queue.fail_all("crashed")
    assert executor.next_done(0.0).is_alone  # now it is known who it was
    assert executor.next_done(0.0) is None
    assert executor.at_it == [["b"], ["c"]]


def test_affinities_and_arguments_go_with_their_tasks():
    queue = Queue(1, 1)
    queue.add(Task("key", {"a": 1}, "affinity"))
    (task,) = queue.next_batch().tasks
    assert task == Task("key", {"a": 1}, "affinity")
