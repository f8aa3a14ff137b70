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


DIFFERENCES = [
    Difference(
        "test_search_with_2d_array",
        "It asserts which three of four points RandomizedSearchCV draws.",
    ),
    Difference(
        "test_custom_run_search",
        "A search of scikit-learn's has not the columns that only we have.",
    ),
    Difference(
        "test_search_callbacks_no_propagation",
        "A generation is a task of its own, which a grid has not.",
        modes="guided",
        versions=">=1.9",
    ),
    Difference(
        "test_search_callbacks_propagation",
        "A generation is a task of its own, which a grid has not.",
        modes="guided",
        versions=">=1.9",
    ),
    Difference(
        "test_search_callbacks_with_partial_fit_failures",
        "A generation is a task of its own, which a grid has not.",
        modes="guided",
        versions=">=1.9",
    ),
    Difference(
        "test_grid_search_cv_results_multimetric",
        "Another metric leads a descent another way: `iter` and `origin` differ.",
        modes="guided",
        search="GradientSearchCV",
    ),
    Difference(
        "test_random_search_cv_results_multimetric",
        "The same, and several metrics lead evolution to another front; later versions "
        "of this test have a grid of three points.",
        modes="guided",
        versions="<1.7",
    ),
    Difference(
        "test_random_search_cv_results_multimetric",
        "Another metric leads a descent another way: `iter` and `origin` differ.",
        modes="guided",
        search="GradientSearchCV",
        versions=">=1.7",
    ),
    Difference(
        "test_random_search_bad_cv",
        "The message is that of later versions.",
        versions="<1.9",
    ),
]
