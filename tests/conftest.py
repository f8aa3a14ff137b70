"""What all the tests run in."""

import signal

import pytest
from threadpoolctl import threadpool_limits

# The folders whose tests are slow.
SLOW = ("faults", "upstream")

# A shell has its background jobs ignore Ctrl-C, and they pass that on. Tests of
# interrupts would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before tests are selected by their markers
def pytest_collection_modifyitems(items):
    """Mark slow tests, and begin with the longest: no worker ends long after others."""
    for item in items:
        if item.path.parent.name in SLOW:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.path.parent.name != "upstream")


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Keep numerical libraries to one thread: tests run side by side already."""
    with threadpool_limits(limits=1):
        yield
