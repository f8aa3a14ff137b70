"""A pytest plugin that puts one of our searches in the place of scikit-learn's own.

It is loaded before scikit-learn's test modules are, so that what these import under the
names ``GridSearchCV`` and ``RandomizedSearchCV`` are the stand-ins below. Workers load
it too; hence two environment variables say what the stand-ins are:

``STAND_IN``
    The name of a class of `skopt_evo`.
``STAND_IN_MODE``
    ``"plain"``: the class as it is, which tries small grids exhaustively.
    ``"guided"``: its own strategy has to find the points of small grids. They are
    handed back in the order of the grid, which is all that a strategy is excused.
"""

import inspect
import math
import os

import numpy as np
import pytest
import sklearn.model_selection
from differences import DIFFERENCES
from packaging.specifiers import SpecifierSet

import skopt_evo
from skopt_evo.space._values import same_value

SEARCH_NAME, MODE = os.environ["STAND_IN"], os.environ["STAND_IN_MODE"]
SEARCH = getattr(skopt_evo, SEARCH_NAME)


class StandIn(SEARCH):
    """The class, seeded, and guided through small grids if that is the mode."""

    def _search(self, space, seed, *args):
        # Every other run of the same test would search in another way.
        seed = 0 if self.random_state is None else seed
        if MODE == "plain" or not 1 < space.size <= self.n_iter:
            return super()._search(space, seed, *args)
        grid, n_iter = list(space.grid()), self.n_iter
        if has_repetitions(grid):  # a strategy does not try a candidate twice
            return super()._search(space, seed, *args)
        space.size, self.n_iter = math.inf, len(grid)
        try:
            session, *others = super()._search(space, seed, *args)
        finally:
            self.n_iter = n_iter
        # The results are tabulated in this order.
        session.objective.trials.sort(key=lambda trial: place(trial.params, grid))
        return session, *others


def place(params, grid):
    """Return the number of the first grid point that is the same as `params`."""
    return next(i for i, point in enumerate(grid) if same_value(params, point))


def has_repetitions(grid):
    return any(place(point, grid) != i for i, point in enumerate(grid))


class GridSearchCV(StandIn):
    __doc__ = SEARCH.__doc__


class RandomizedSearchCV(StandIn):
    __doc__ = SEARCH.__doc__

    def __init__(
        self,
        estimator,
        param_distributions,
        *,
        n_iter=10,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        random_state=None,
        error_score=np.nan,
        return_train_score=False,
    ):
        super().__init__(
            estimator,
            param_distributions,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
            return_train_score=return_train_score,
        )

    @property
    def param_grid(self):
        return self.param_distributions

    @param_grid.setter
    def param_grid(self, value):
        self.param_distributions = value


def constraints(stand_in):
    """Return the constraints of just the parameters that a stand-in has."""
    table = {**SEARCH._parameter_constraints, "param_distributions": "no_validation"}
    return {name: table[name] for name in inspect.signature(stand_in).parameters}


RandomizedSearchCV._parameter_constraints = constraints(RandomizedSearchCV)

STAND_INS = {"GridSearchCV": GridSearchCV, "RandomizedSearchCV": RandomizedSearchCV}

for name, stand_in in STAND_INS.items():
    # In both places, because scikit-learn lists its estimators from all its modules.
    setattr(sklearn.model_selection, name, stand_in)
    setattr(sklearn.model_selection._search, name, stand_in)


def pytest_collection_modifyitems(config, items):
    """Keep the tests of searches, and mark those that we differ in."""
    named = {item.function for item in items if names_a_search(item)}
    kept, dropped = [], []
    for item in items:
        # Of a test that is run for many estimators, the searches alone.
        is_kept = names_a_search(item) or (
            item.function not in named and mentions_searches(item)
        )
        (kept if is_kept else dropped).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept
    modules = {item.module for item in items}
    for module in modules:
        check_module(module)
    for difference in DIFFERENCES:
        if any(module.__name__ == difference.module for module in modules):
            mark(difference, items)


def names_a_search(item):
    return "Halving" not in item.name and any(name in item.name for name in STAND_INS)


def mentions_searches(item):
    parameters = repr(item.callspec.params) if hasattr(item, "callspec") else ""
    source = inspect.getsource(item.function)
    return "Halving" not in parameters and (
        # Some find their searches in a table of their module.
        "searchcv" in source.lower() or "DELEGATING_METAESTIMATORS" in source
    )


def check_module(module):
    """Check that a module has the stand-ins; let its checks know of our columns."""
    for name, stand_in in STAND_INS.items():
        if getattr(module, name, stand_in) is not stand_in:
            raise pytest.UsageError(f"{module.__name__} has another {name}.")
    if hasattr(module, "check_cv_results_keys"):
        module.check_cv_results_keys = with_our_columns(module.check_cv_results_keys)


def with_our_columns(check):
    """Let scikit-learn's check of the columns pass those that only we have.

    The check foresees columns of certain searches, as those by successive halving.
    """
    names = {"iter", "origin", "n_splits_evaluated", "status"}
    if SEARCH_NAME == "GradientSearchCV":
        names |= {"restart", "gradient_method"}

    def checked(cv_results, param_keys, *args):
        gradients = {key.replace("param_", "grad_", 1) for key in param_keys}
        extra_keys = names | (gradients if "restart" in names else set())
        check(cv_results, param_keys, *args, extra_keys=tuple(extra_keys))

    return checked


def mark(difference, items):
    """Expect the tests of a difference to fail; raise if there are none."""
    if (
        difference.modes not in ("both", MODE)
        or difference.search not in ("both", SEARCH_NAME)
        or sklearn.__version__ not in SpecifierSet(difference.versions)
    ):
        return
    marked = [
        item
        for item in items
        if item.module.__name__ == difference.module
        and difference.test in (item.name, item.originalname)
    ]
    if not marked:
        raise pytest.UsageError(f"There is no test for {difference}.")
    for item in marked:
        item.add_marker(pytest.mark.xfail(reason=difference.reason, strict=True))
