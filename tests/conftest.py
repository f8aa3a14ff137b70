"""What all the tests run in."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Keep numerical libraries to one thread: tests run side by side already."""
    with threadpool_limits(limits=1):
        yield
