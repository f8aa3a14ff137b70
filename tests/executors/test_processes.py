"""Worker processes end with their parent, and when they are told to."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue
from types import SimpleNamespace

import pytest

from skopt_evo.executors import _processes
from skopt_evo.executors._processes import wait_until_queued

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds after which something hangs

# The child says "ready" when it is tied to its parent, and keeps the pipe open as long
# as it lives.
FAMILY = """
import os, time
from skopt_evo.executors._processes import end_with, end_with_thread_of_parent
parent = os.getpid()
if os.fork() == 0:
    {tie}
    print("ready", flush=True)
    {work}
time.sleep(1000)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="The family is forked.")
@pytest.mark.parametrize(
    ("tie", "work"),
    [
        ("end_with(parent)", "time.sleep(1000)"),
        pytest.param(
            "end_with_thread_of_parent()",
            "sum(range(10**13))  # holds the GIL",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="prctl"),
        ),
    ],
)
def test_a_process_ends_when_its_parent_is_killed(tie, work):
    process = subprocess.Popen(
        [sys.executable, "-c", FAMILY.format(tie=tie, work=work)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout.readline() == b"ready\n"
        process.kill()
        # The end of the pipe: there is nobody left who could write into it.
        assert process.communicate(timeout=PATIENCE) == (b"", None)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def executor_with(*work_ids):
    queue = Queue()
    for work_id in work_ids:
        queue.put(work_id)
    return SimpleNamespace(_work_ids=queue)


def test_an_executor_that_has_seen_its_tasks_is_settled(monkeypatch):
    monkeypatch.setattr(_processes, "SECONDS_TO_SEE_A_TASK", float("inf"))
    wait_until_queued(executor_with())


def test_an_executor_is_waited_for_until_it_has_seen_its_tasks(monkeypatch):
    monkeypatch.setattr(_processes, "SECONDS_TO_SEE_A_TASK", float("inf"))
    executor = executor_with(1, 2)
    thread = threading.Thread(
        target=lambda: [executor._work_ids.get() for _ in range(2)]
    )
    timer = threading.Timer(0.05, thread.start)
    timer.start()
    wait_until_queued(executor)
    assert executor._work_ids.empty()
    timer.join()
    thread.join()


def test_an_executor_that_never_sees_its_tasks_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(_processes, "SECONDS_TO_SEE_A_TASK", 0.01)
    executor = executor_with(1)
    wait_until_queued(executor)
    assert not executor._work_ids.empty()
