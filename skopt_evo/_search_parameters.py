"""The parameters that both searches have, and what makes no sense of them."""

from abc import abstractmethod
from numbers import Integral, Real
from os import PathLike

from sklearn.metrics import check_scoring

from skopt_evo._search_interface import SearchInterface
from skopt_evo._sklearn_compat import Interval
from skopt_evo.ensemble import resolve_ensemble


class SearchParameters(SearchInterface):
    """The constructor of a search, and the checks of its parameters."""

    _parameter_constraints: dict = {
        **SearchInterface._parameter_constraints,
        # SearchSpace checks it, and says what a search space is made of.
        "param_grid": "no_validation",
        "n_iter": [Interval(Integral, 1, None, closed="left")],
        # Checked with the table of ensembles.
        "ensemble": "no_validation",
        "return_predictions": ["boolean"],
        # Checked against the space.
        "initial_params": "no_validation",
        "checkpoint": [str, PathLike, None],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), None],
        "tol": [Interval(Real, 0, None, closed="left")],
        "timeout": [Interval(Real, 0, None, closed="neither"), None],
        "fit_timeout": [Interval(Real, 0, None, closed="neither"), None],
        "random_state": ["random_state"],
    }

    @abstractmethod
    def __init__(
        self,
        estimator,
        param_grid,
        *,
        n_iter,
        ensemble,
        initial_params,
        n_iter_no_change,
        tol,
        timeout,
        fit_timeout,
        checkpoint,
        scoring,
        n_jobs,
        refit,
        cv,
        verbose,
        pre_dispatch,
        error_score,
        return_train_score,
        return_predictions,
        random_state,
    ):
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_grid = param_grid
        self.n_iter = n_iter
        self.ensemble = ensemble
        self.initial_params = initial_params
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.timeout = timeout
        self.fit_timeout = fit_timeout
        self.checkpoint = checkpoint
        self.return_predictions = return_predictions
        self.random_state = random_state

    def _check_search_parameters(self):
        """Raise for constructor parameters that make no sense, before any fit."""
        for name in ("estimator", "cv"):
            value = getattr(self, name)
            if isinstance(value, type):
                raise TypeError(
                    f"{name}={value!r} is a class: pass an instance, e.g. "
                    f"{value.__name__}()."
                )
        for name, allowed in self._parameter_constraints.items():
            value = getattr(self, name)
            intervals = [each for each in allowed if isinstance(each, Interval)]
            # A bool is an int to Python, but hardly to the user.
            if intervals and isinstance(value, bool):
                raise ValueError(
                    f"{name}={value!r} is a bool, not a number: pass {intervals[0]}."
                )
        if resolve_ensemble(self.ensemble) is not None:
            self._check_ensemble()
        if callable(self.scoring):
            check_scoring(self.estimator, self.scoring)  # a metric is no scorer

    def _check_ensemble(self):
        """Raise if there is nothing to make an ensemble for, or to choose it by."""
        if self.refit is False:
            raise ValueError(
                f"ensemble={self.ensemble!r} with refit=False: there is no "
                "best_estimator_ to make. Pass refit=True or the name of a metric, or "
                "return_predictions=True to keep the predictions alone."
            )
        has_several = isinstance(self.scoring, (list, tuple, set, dict))
        if has_several and callable(self.refit) and not hasattr(self.refit, "metric"):
            raise ValueError(
                f"ensemble={self.ensemble!r} with refit={self.refit!r}, which does not "
                "say by which metric members are to be chosen. Pass the name of a "
                "metric as refit, or a function with an attribute `metric`."
            )
