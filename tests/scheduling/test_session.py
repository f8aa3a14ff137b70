"""All parts of a search together."""

from skopt_evo.scheduling import AllSplits, RetryPolicy, Session
from tests.scheduling.sessions import make_session


class Checkpoint:
    def __init__(self):
        self.postponed = [UserWarning("the disk is full")]


def test_warnings_of_the_checkpoint_are_for_the_end_of_the_search():
    assert make_session().postponed() == []
    checkpoint = Checkpoint()
    assert make_session(checkpoint=checkpoint).postponed() is checkpoint.postponed


def test_the_number_of_splits_is_that_of_the_splits():
    assert make_session(n_splits=4).n_splits == 4


def test_each_session_counts_faults_on_its_own():
    given = vars(make_session())
    parts = {name: given[name] for name in given if name not in ("schedule", "retry")}
    first, second = Session(**parts), Session(**parts)
    assert isinstance(first.schedule, AllSplits)
    assert isinstance(first.retry, RetryPolicy)
    assert first.retry is not second.retry
