"""The search: its parameters, `fit`, and the best candidate."""

import warnings
from abc import abstractmethod
from contextlib import nullcontext
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state, indexable

from skopt_evo._arithmetic import own_arithmetic
from skopt_evo._final_estimator import (
    set_corrected_score,
    set_final_estimator,
    set_predictions,
)
from skopt_evo._interruption import Interruption, is_part_of_more
from skopt_evo._preparation import FitData, make_kept, make_session, open_checkpoint
from skopt_evo._search_parameters import SearchParameters
from skopt_evo._sklearn_callbacks import SearchTask
from skopt_evo._sklearn_compat import (
    check_method_params,
    fit_context,
    scorer_attribute,
    warn_or_raise_about_fit_failures,
)
from skopt_evo._splits import make_splits
from skopt_evo._warnings import postponed
from skopt_evo.results import (
    Objective,
    extra_columns,
    fill_in_metrics,
    folds_of,
    gaps_of,
    index_of_best,
    index_of_callable,
    mark_gaps,
)
from skopt_evo.scheduling import SCHEDULES, SearchLoop
from skopt_evo.space import (
    SearchSpace,
    check_parameter_names,
    check_parameter_values,
)


class BaseEvoSearchCV(SearchParameters):
    """Base of the searches: everything but the choice of the next candidates."""

    @abstractmethod
    def _make_proposer(self, space, objective, seed, start, scorers, n_iter):
        """Return the proposer of a space that is too large to try everything.

        Parameters
        ----------
        space : SearchSpace
            The space.
        objective : Objective
            What is to improve.
        seed : int
            The seed of the random number generators.
        start : WarmStart
            What to begin with.
        scorers : callable
            The scorer, or scikit-learn's object for several of them.
        n_iter : int
            How many candidates there will be, unless the search is extended.
        """

    def _missing_values(self, space):
        """Return this search's further columns, and their value where there is none."""
        return {}

    def _draw_seed(self):
        """Return the seed of the random number generators, an int.

        As in scikit-learn, None stands for NumPy's global state, which one number is
        drawn from. Exhaustive search needs none, and draws none, as `GridSearchCV`:
        estimators without a `random_state` have the same scores then.
        """
        if isinstance(self.random_state, Integral):
            return int(self.random_state)
        is_none = self.random_state is None
        if is_none and self._make_space(0).size <= self.n_iter:
            return 0
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    @fit_context(
        # The estimator is fitted on its own, and checks its own parameters.
        prefer_skip_nested_validation=False
    )
    def fit(self, X, y=None, **params):
        """Search, then fit the best candidate on all the data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Training data, in any form that the estimator takes; for a precomputed
            kernel or distance matrix of shape (n_samples, n_samples).
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target; None for unsupervised learning.
        **params : dict of str -> object
            Parameters for the ``fit`` of the estimator, the scorer and the splitter.
            Arrays with one entry a sample, such as `sample_weight`, are split along
            with `X` and `y`; `groups` goes to the splitter.

        Returns
        -------
        self : object
            The fitted search.

        Raises
        ------
        ValueError
            If a parameter makes no sense, if the splits are inconsistent, or if every
            single fit failed.
        KeyboardInterrupt
            After Ctrl-C, if this is a part of another fit or of a function such as
            `cross_val_score`, if nothing has been evaluated yet, or if it comes twice.
        skopt_evo.exceptions.SearchSpaceError
            If `param_grid` is no search space for the estimator.
        """
        self._forget()
        self._check_search_parameters()
        seed = self._draw_seed()
        space = self._checked_space(seed)
        data, refit_metric = self._read(X, y, params)
        max_subtasks = 1 + (self.refit is not False)
        root = SearchTask.root(self, max_subtasks=max_subtasks, **data.for_callbacks())
        with Interruption() as interruption:
            session, stop_reason, late = self._search(
                space, seed, data, root, interruption
            )
            self._set_results(session, stop_reason, late)
        session.objective.end()
        late += gaps_of(session.objective)
        try:
            self.n_splits_ = len(data.splits)
            self.scorer_ = scorer_attribute(data.scorers)
            if callable(self.scoring) and self.multimetric_:
                refit_metric = self.refit
            set_predictions(self, session, data)
            self._select_best(refit_metric, session.objective)
            if self.refit:
                late += set_final_estimator(self, session, data, root)
            root.end()
            set_corrected_score(self)
        finally:
            # Last the warnings: a filter may turn the first of them into an error.
            for warning in late:
                warnings.warn(warning, stacklevel=3)
        return self

    def _read(self, X, y, params):
        """Check what `fit` is given; return it, and the metric to choose by."""
        scorers, refit_metric = self._get_scorers()
        X, y = indexable(X, y)
        params = check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        splits = make_splits(self.estimator, self.cv, X, y, routed.splitter.split)
        return FitData(X, y, params, routed, splits, scorers), refit_metric

    def _make_space(self, seed):
        """Return the search space."""
        with own_arithmetic():
            return SearchSpace(self.param_grid, seed=seed)

    def _checked_space(self, seed):
        """Return the search space, if it is one for the estimator."""
        space = self._make_space(seed)
        for found in space.warnings():
            warnings.warn(found, stacklevel=4)
        check_parameter_names(self.estimator, space)
        with own_arithmetic():
            check_parameter_values(self.estimator, space)
        return space

    def _search(self, space, seed, data, root, interruption):
        """Evaluate candidates; return the session, why it ended, and warnings."""
        kept = make_kept(self, data)
        checkpoint = open_checkpoint(self, data, seed, kept)
        with checkpoint or nullcontext():
            if checkpoint is not None and checkpoint.header["seed"] != seed:
                seed = checkpoint.header["seed"]
                space = self._make_space(seed)
            session = make_session(
                self,
                space,
                seed,
                data,
                root=root,
                checkpoint=checkpoint,
                interruption=interruption,
                kept=kept,
            )
            stop_reason, late = self._run(session)
        return session, stop_reason, late + session.postponed()

    def _run(self, session):
        """Evaluate candidates; return why the search ended, and what to warn of."""
        session.progress.begin(session.n_splits)
        stop_reason = SearchLoop(session).run()
        trials = session.objective.trials
        if not trials and (session.interruption.n or stop_reason == "interrupted"):
            raise KeyboardInterrupt
        if not trials:
            raise ValueError(
                "No candidate was evaluated: the search proposed none. Check that "
                "param_grid has a setting that is not ruled out."
            )
        session.callbacks.end()
        session.progress.end(stop_reason)
        with own_arithmetic():
            return stop_reason, session.proposer.finish(trials)

    def _set_results(self, session, stop_reason, late):
        """Set the results first: whatever happens from here on, they are there."""
        is_interrupted = session.interruption.n > 0 or stop_reason == "interrupted"
        trials = session.objective.trials
        try:
            self.cv_results_, self.multimetric_ = self._tabulate(
                trials, session.space, late
            )
            self.stop_reason_ = "interrupted" if is_interrupted else stop_reason
        finally:
            if is_interrupted and is_part_of_more(self):
                raise KeyboardInterrupt
        if is_interrupted:
            late.append(
                UserWarning(
                    f"The search was interrupted. It ends with the {len(trials)} "
                    "candidates that were evaluated."
                )
            )

    def _make_objective(self):
        """Return what the search improves."""
        return Objective(self._steering_metric(), refit=self.refit)

    def _make_schedule(self):
        """Return what chooses the fits of each candidate."""
        return SCHEDULES["all_splits"]()

    def _steering_metric(self):
        """Return the metric that the search improves: None stands for the first one."""
        return self.refit if isinstance(self.refit, str) else None

    def _tabulate(self, trials, space, late):
        """Return the results as a dict of columns; tell if there are many metrics.

        Warnings that a filter turns into errors are left for later.
        """
        if callable(self.scoring):
            fill_in_metrics(trials, self.error_score)
        fits = [fold.to_sklearn() for trial in trials for fold in trial.folds]
        with postponed(late):
            warn_or_raise_about_fit_failures(fits, self.error_score)
        rows = [fold.to_sklearn() for trial in trials for fold in folds_of(trial)]
        arguments = [trial.params for trial in trials], trials[0].n_splits, rows
        results = None
        # The deviation of the scores of splits may be too large, or small, for a float.
        with np.errstate(over="ignore", under="ignore"):
            with postponed(late):
                results = self._format_results(*arguments)
            if results is None:  # it was left in the middle
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    results = self._format_results(*arguments)
        mark_gaps(results, trials)
        columns = extra_columns(trials, self._missing_values(space))
        return {**results, **columns}, trials[0].metrics is not None

    def _select_best(self, refit_metric, objective):
        """Set the ``best_`` attributes, where there is a metric to choose by."""
        results = self.cv_results_
        if not self.refit and self.multimetric_:
            return
        if callable(self.refit):
            self.best_index_ = index_of_callable(self.refit, results)
        else:
            means = results[f"mean_test_{refit_metric}"]
            metric = refit_metric if self.multimetric_ else None
            index = index_of_best(means, metric, objective)
            if index is None:
                index = self._select_best_index(self.refit, refit_metric, results)
            self.best_index_ = index
            self.best_score_ = means[index]
        self.best_params_ = results["params"][self.best_index_]
