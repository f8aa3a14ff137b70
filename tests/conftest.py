"""What all the tests run in."""

import pytest
from threadpoolctl import threadpool_limits


def pytest_collection_modifyitems(items):
    """Begin with the longest tests, so that no worker ends long after the others."""
    items.sort(key=lambda item: item.path.parent.name != "upstream")


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Keep numerical libraries to one thread: tests run side by side already."""
    with threadpool_limits(limits=1):
        yield
