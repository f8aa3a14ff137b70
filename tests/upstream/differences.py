"""The tests of scikit-learn's searches that ours are right to fail, and why."""

from dataclasses import dataclass

TEST_SEARCH = "sklearn.model_selection.tests.test_search"


@dataclass(frozen=True)
class Difference:
    """A test that must fail: the day it passes, or is gone, its line must go.

    Parameters
    ----------
    test : str
        The name of the test, with its parameters or for all of them.
    reason : str
        What is different on purpose.
    modes : {"plain", "guided", "both"}
        In which mode of the stand-ins.
    search : str
        For which class, or "both".
    versions : str
        For which versions of scikit-learn, as a specifier: "" is any.
    module : str
        The module that the test is in.
    """

    test: str
    reason: str
    modes: str = "both"
    search: str = "both"
    versions: str = ""
    module: str = TEST_SEARCH


DIFFERENCES = []
