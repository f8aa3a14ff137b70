"""The fit template that both searches share."""

import time
import warnings
from abc import abstractmethod
from collections.abc import Iterable
from contextlib import nullcontext
from copy import copy, deepcopy
from itertools import pairwise
from numbers import Integral, Real
from os import PathLike

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state, get_tags, indexable
from sklearn.utils.metadata_routing import MethodMapping
from sklearn.utils.metaestimators import available_if

from skopt_evo._messages import listed, shown
from skopt_evo._sklearn_compat import (
    ONLY_METRIC,
    BaseSearchCV,
    Interval,
    SearchTask,
    check_method_params,
    fit_context,
    is_scorer,
    scorer_attribute,
    search_estimator_has,
    warn_or_raise_about_fit_failures,
)
from skopt_evo._warnings import postponed
from skopt_evo.checkpoint import Checkpoint, compare, make_header
from skopt_evo.evaluation import (
    Deadline,
    Evaluator,
    Interruption,
    NoChange,
    OutOfTimeError,
    Progress,
    SearchLoop,
    is_part_of_more,
    own_arithmetic,
)
from skopt_evo.proposers import GridProposer, parse_initial_params
from skopt_evo.results import (
    Objective,
    extra_columns,
    fill_in_metrics,
    gaps_of,
    metrics_of,
)
from skopt_evo.space import (
    SearchSpace,
    check_parameter_names,
    check_parameter_values,
)

# What `fit` sets. It is gone as soon as `fit` starts: a search that failed on new data
# must not answer for the old.
FITTED_ATTRIBUTES = (
    "best_estimator_",
    "best_index_",
    "best_params_",
    "best_score_",
    "cv_results_",
    "feature_names_in_",
    "multimetric_",
    "n_splits_",
    "pareto_front_",
    "refit_time_",
    "scorer_",
    "stop_reason_",
)

# The parameters of a search that its results do not depend on, or that a checkpoint
# compares in their own way.
NOT_RESULTS = (
    "checkpoint",
    "cv",
    "estimator",
    "fit_timeout",
    "n_iter",
    "n_iter_no_change",
    "n_jobs",
    "param_grid",
    "pre_dispatch",
    "random_state",
    "scoring",
    "timeout",
    "tol",
    "verbose",
)

# What a splitter has to yield.
PAIR = "pairs of arrays, the row numbers of the training set and those of the test set"

# What scikit-learn's callbacks leave on an estimator while it is fitted; a search that
# is sent to the workers with each task travels without it.
CALLBACK_STATE = ("_callback_fit_ctx", "_skl_callbacks_to_teardown")


class BaseEvoSearchCV(BaseSearchCV):
    """Base of the searches: everything but the choice of the next candidates."""

    _parameter_constraints: dict = {
        **BaseSearchCV._parameter_constraints,
        # SearchSpace checks it, and says what a search space is made of.
        "param_grid": "no_validation",
        "n_iter": [Interval(Integral, 1, None, closed="left")],
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
        self.initial_params = initial_params
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.timeout = timeout
        self.fit_timeout = fit_timeout
        self.checkpoint = checkpoint
        self.random_state = random_state

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
        if callable(self.scoring):
            check_scoring(self.estimator, self.scoring)  # a metric is no scorer

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # scikit-learn's searches do not say what their estimators do with targets,
        # with missing values, or that they transform.
        estimator_tags = get_tags(self.estimator)
        tags.input_tags = deepcopy(estimator_tags.input_tags)
        tags.target_tags = deepcopy(estimator_tags.target_tags)
        tags.target_tags.required = False  # it is the estimator that asks for y
        tags.transformer_tags = deepcopy(estimator_tags.transformer_tags)
        return tags

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
        for attribute in FITTED_ATTRIBUTES:
            self.__dict__.pop(attribute, None)
        self._check_search_parameters()
        seed = self._draw_seed()
        space = self._make_space(seed)
        for found in space.warnings():
            warnings.warn(found, stacklevel=3)
        check_parameter_names(self.estimator, space)
        with own_arithmetic():
            check_parameter_values(self.estimator, space)

        scorers, refit_metric = self._get_scorers()
        X, y = indexable(X, y)
        params = check_method_params(X, params=params)
        routed_params = self._get_routed_params_for_fit(params)
        data = {"X": X, "y": y, "metadata": _callback_metadata(params)}

        root = SearchTask.root(self, max_subtasks=1 + (self.refit is not False), **data)
        splits = self._make_splits(X, y, routed_params.splitter.split)
        with Interruption() as interruption:
            checkpoint = self._open_checkpoint(X, y, params, splits, seed)
            with checkpoint or nullcontext():
                if checkpoint is not None and checkpoint.header["seed"] != seed:
                    seed = checkpoint.header["seed"]
                    space = self._make_space(seed)
                objective, stop_reason, late = self._search(
                    space,
                    seed,
                    scorers,
                    X,
                    y,
                    splits,
                    routed_params,
                    root,
                    checkpoint,
                    interruption,
                )
            # First the results: whatever happens from here on, they are there.
            try:
                self.cv_results_, self.multimetric_ = self._tabulate(
                    objective.trials, space, late
                )
                self.stop_reason_ = "interrupted" if interruption.n else stop_reason
            finally:
                is_interrupted = interruption.n > 0 or stop_reason == "interrupted"
                if is_interrupted and is_part_of_more(self):
                    raise KeyboardInterrupt
        if checkpoint is not None:
            late += checkpoint.postponed
        if self.stop_reason_ == "interrupted":
            late.append(
                UserWarning(
                    f"The search was interrupted. It ends with the "
                    f"{len(objective.trials)} candidates that were evaluated."
                )
            )
        objective.end()
        late += gaps_of(objective)
        try:
            self.n_splits_ = len(splits)
            self.scorer_ = scorer_attribute(scorers)
            if callable(self.scoring) and self.multimetric_:
                refit_metric = self.refit
            self._select_best(refit_metric, objective)
            if self.refit:
                self._refit(X, y, routed_params.estimator.fit, root, data)
            root.end()
        finally:
            # Last the warnings: a filter may turn the first of them into an error.
            for warning in late:
                warnings.warn(warning, stacklevel=3)
        return self

    def score(self, X, y=None, **params):
        """Return the score of the best candidate on some data.

        Only available if ``refit=True``, or the name of a metric, or a function.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            The targets; None for unsupervised learning.
        **params : dict of str -> object
            Parameters for the scorer, if metadata routing is enabled.

        Returns
        -------
        score : float
            By `scoring`, or by the estimator's own ``score``. Of several metrics it is
            the one that `refit` names: as a string, or as its attribute ``metric``, as
            of :class:`~skopt_evo.selection.OneStandardError`.

        Raises
        ------
        ValueError
            If there are several metrics, and `refit` is a function without a
            ``metric``.
        """
        if not (callable(self.refit) and getattr(self, "multimetric_", False)):
            return super().score(X, y, **params)
        named = copy(self)
        named.refit = self._metric_of_callable()
        return named.score(X, y, **params)

    def _metric_of_callable(self):
        """Return the metric that `refit`, a function, chooses by."""
        metrics = metrics_of(self.cv_results_)
        metric = getattr(self.refit, "metric", None)
        if metric not in metrics:
            raise ValueError(
                f"refit={self.refit!r} does not say which of the metrics "
                f"{listed(metrics)} is the score of this search. Give it an attribute "
                "`metric` with one of these names, as "
                "skopt_evo.selection.OneStandardError has, or score "
                "best_estimator_, e.g. "
                "sklearn.metrics.get_scorer('accuracy')(search.best_estimator_, X, y)."
            )
        return metric

    def __sklearn_is_fitted__(self):
        """Tell whether `fit` has come to its end."""
        is_refitted = not self.refit or hasattr(self, "best_estimator_")
        return hasattr(self, "cv_results_") and is_refitted

    @available_if(search_estimator_has("transform"))
    def fit_transform(self, X, y=None, **params):
        """Search, fit the best candidate on all the data, and transform the data.

        Only available if the estimator can transform and ``refit=True``.

        Parameters
        ----------
        X, y, **params
            As in `fit`.

        Returns
        -------
        X_transformed : array-like of shape (n_samples, n_features_new)
            What ``fit(X, y, **params).transform(X)`` returns.
        """
        return self.fit(X, y, **params).transform(X)

    def get_metadata_routing(self):
        """Get metadata routing of this object.

        See scikit-learn's user guide on metadata routing for how it works.

        Returns
        -------
        routing : MetadataRouter
            What `fit`, `fit_transform` and `score` pass on to the estimator, the scorer
            and the splitter.
        """
        router = super().get_metadata_routing()
        scorer, _ = self._get_scorers()
        # The same once more, with fit_transform, which scikit-learn's searches lack.
        mapping = MethodMapping().add(caller="score", callee="score")
        router.add(scorer=scorer, method_mapping=_for_fits(mapping, "score"))
        router.add(
            estimator=self.estimator, method_mapping=_for_fits(MethodMapping(), "fit")
        )
        router.add(splitter=self.cv, method_mapping=_for_fits(MethodMapping(), "split"))
        return router

    def _make_splits(self, X, y, split_params):
        """Return the splits of the search: the same ones for every candidate."""
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        n_splits = cv.get_n_splits(X, y, **split_params)
        try:
            splits = list(cv.split(X, y, **split_params))
        except (TypeError, ValueError) as error:
            if isinstance(self.cv, Iterable):  # of splits, which are unpacked there
                kind = type(self.cv).__name__
                error.add_note(f"cv, a {kind}, has to yield {PAIR}.")
            raise
        if len(splits) != n_splits:
            raise ValueError(
                "cv.split and cv.get_n_splits return inconsistent results. Expected "
                f"{n_splits} splits, got {len(splits)}"
            )
        if not splits:
            raise ValueError(
                "No fits were performed. Was the CV iterator empty? Were there no "
                f"candidates? cv={self.cv!r} made no split. A generator can be used "
                "only once: pass a list of what it yields."
            )
        n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
        return [_checked(*split, n_samples) for split in enumerate(splits)]

    def _make_space(self, seed):
        """Return the search space."""
        with own_arithmetic():
            return SearchSpace(self.param_grid, seed=seed)

    def _open_checkpoint(self, X, y, params, splits, seed):
        """Return the checkpoint, if there is to be one and it belongs to this search.

        A seed that nobody chose is that of the checkpoint.
        """
        if self.checkpoint is None:
            return None
        settings, metric = self.get_params(deep=False), self._steering_metric()
        is_single = self.scoring is None or isinstance(self.scoring, str)
        parts = {
            "data": X,
            "targets": y,
            "fit_params": params,
            "splits": splits,
            "scoring": self.scoring,
            "space": self.param_grid,
            "estimator": self.estimator,
            "settings": {
                "search": type(self),
                **{k: v for k, v in settings.items() if k not in NOT_RESULTS},
                # Another winner may be chosen of the same candidates.
                "refit": None if is_single else metric or self.refit is True,
            },
        }
        header = make_header(seed=seed, **parts)
        checkpoint = Checkpoint(self.checkpoint, header)
        try:
            chosen = None if self.random_state is None else seed
            compare(checkpoint.header, {**header, "seed": chosen})
            checkpoint.extend(self.n_iter)
        except BaseException:
            checkpoint.__exit__(None, None, None)
            raise
        return checkpoint

    def _search(
        self,
        space,
        seed,
        scorers,
        X,
        y,
        splits,
        routed_params,
        root,
        checkpoint,
        interruption,
    ):
        """Evaluate candidates until the search ends; return them, and why it did."""
        # What is proposed depends on the budget: first that of the first call.
        budgets = [self.n_iter] if checkpoint is None else checkpoint.budgets
        n_iter = budgets[0]
        is_exhaustive = space.size <= n_iter
        n_candidates = int(space.size) if is_exhaustive else budgets[-1]
        objective = self._make_objective()
        with own_arithmetic():
            start = parse_initial_params(
                self.initial_params,
                space,
                metrics=self._metric_names(scorers),
                steering=self._steering_metric(),
                n_splits=len(splits),
                own_params=self.estimator.get_params(),
            )
            if is_exhaustive:
                proposer = GridProposer(space)
            else:
                proposer = self._make_proposer(
                    space, objective, seed, start, scorers, n_iter
                )
        progress = Progress(self.verbose, n_candidates, objective)
        if self.verbose > 0:
            print(
                f"Fitting {len(splits)} folds for each of {n_candidates} candidates, "
                f"totalling {n_candidates * len(splits)} fits"
            )
        deadline = Deadline(self.timeout)
        evaluator = Evaluator(
            clone(self.estimator),
            X,
            y,
            splits,
            n_candidates=n_candidates,
            fit_and_score_params={
                "scorer": scorers,
                "fit_params": routed_params.estimator.fit,
                "score_params": routed_params.scorer.score,
                "return_train_score": self.return_train_score,
                "error_score": self.error_score,
                "verbose": self.verbose,
            },
            n_jobs=self.n_jobs,
            pre_dispatch=self.pre_dispatch,
            gradient=proposer.gradient,
            checkpoint=checkpoint,
            space=space,
            deadline=deadline,
            interruption=interruption,
            fit_timeout=self.fit_timeout,
        )
        n_fits = n_candidates * len(splits)
        search = root.subtask(
            "search", max_subtasks=n_fits if is_exhaustive else None, sequential=False
        )
        loop = SearchLoop(
            evaluator,
            proposer,
            min(n_candidates, n_iter),
            search,
            has_generations=not is_exhaustive,
        )
        try:
            with evaluator:
                stop_reason = self._run(
                    loop, [n_iter, *budgets], objective, progress, deadline
                )
        except KeyboardInterrupt:
            if interruption.n > 1:
                raise
            stop_reason = "interrupted"
        if stop_reason in ("interrupted", "timeout"):
            for trial in evaluator.finished():
                self._check_refit_of_callable(trial)
                objective.learn(trial)
                progress.tell(trial)
        if not objective.trials and (interruption.n or stop_reason == "interrupted"):
            raise KeyboardInterrupt
        if not objective.trials:
            raise ValueError(
                "No candidate was evaluated: the search proposed none. Check that "
                "param_grid has a setting that is not ruled out."
            )
        search.end()
        progress.end(stop_reason)
        with own_arithmetic():
            late = proposer.finish(objective.trials)
        return objective, stop_reason, late

    def _run(self, loop, budgets, objective, progress, deadline):
        """Tell the objective of evaluated candidates; return why there are no more."""
        no_change = NoChange(self.n_iter_no_change, self.tol, objective)
        try:
            for before, budget in pairwise(budgets):
                loop.extend(budget - before)
                for trial in loop:
                    self._check_refit_of_callable(trial)
                    objective.learn(trial)
                    progress.tell(trial)
                    if no_change.is_over(trial) and not loop.is_at_probe:
                        return "n_iter_no_change"
                    deadline.check()
                if loop.is_stopped:
                    return "callback"
        except OutOfTimeError:
            return "timeout"
        return "n_iter" if len(objective.trials) >= budgets[-1] else "exhausted"

    def _check_refit_of_callable(self, trial):
        """Check `refit` as soon as a callable scorer shows that it has many metrics."""
        if callable(self.scoring):
            for fold in trial.folds:
                if fold.metrics is not None:
                    self._check_refit_for_multimetric(fold.test_scores)
                    return

    def _make_objective(self):
        """Return what the search improves."""
        return Objective(self._steering_metric())

    def _steering_metric(self):
        """Return the metric that the search improves: None stands for the first one."""
        return self.refit if isinstance(self.refit, str) else None

    def _metric_names(self, scorers):
        """Return the metrics as ``cv_results_`` names them, None if they will show."""
        attribute = scorer_attribute(scorers)
        if isinstance(attribute, dict):
            return list(attribute)
        is_function = callable(self.scoring) and not is_scorer(attribute)
        return None if is_function else [ONLY_METRIC]

    def _tabulate(self, trials, space, late):
        """Return the results as a dict of columns; tell if there are many metrics.

        Warnings that a filter turns into errors are left for later.
        """
        if callable(self.scoring):
            fill_in_metrics(trials, self.error_score)
        folds = [fold.to_sklearn() for trial in trials for fold in trial.folds]
        with postponed(late):
            warn_or_raise_about_fit_failures(folds, self.error_score)
        arguments = [trial.params for trial in trials], len(trials[0].folds), folds
        results = None
        # The deviation of the scores of splits may be too large, or small, for a float.
        with np.errstate(over="ignore", under="ignore"):
            with postponed(late):
                results = self._format_results(*arguments)
            if results is None:  # it was left in the middle
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    results = self._format_results(*arguments)
        columns = extra_columns(trials, self._missing_values(space))
        return {**results, **columns}, trials[0].metrics is not None

    def _select_best(self, refit_metric, objective):
        """Set the ``best_`` attributes, where there is a metric to choose by."""
        results = self.cv_results_
        if self.refit or not self.multimetric_:
            self.best_index_ = (
                self._index_of_callable(results)
                if callable(self.refit)
                else self._index_of_best(refit_metric, objective)
            )
            if not callable(self.refit):
                scores = results[f"mean_test_{refit_metric}"]
                self.best_score_ = scores[self.best_index_]
            self.best_params_ = results["params"][self.best_index_]

    def _index_of_best(self, refit_metric, objective):
        """Return the row with the best score, less its penalty, that is a score.

        Of a candidate that failed, the mean has `error_score` in it: it is the best
        only if all have failed. Then those splits decide that candidates have in
        common, if there are any.
        """
        metric, trials = refit_metric if self.multimetric_ else None, objective.trials
        has_scores = [np.isfinite(trial.scores(metric)).all() for trial in trials]
        scores = self.cv_results_[f"mean_test_{refit_metric}"]
        scores = scores - [trial.penalty for trial in trials]
        scores = np.where(has_scores, scores, np.nan)
        if not np.any(has_scores):
            scores = np.array([-objective.loss(trial) for trial in trials])
        if np.isnan(scores).all():
            return self._select_best_index(self.refit, refit_metric, self.cv_results_)
        return int(np.nanargmax(scores))

    def _index_of_callable(self, results):
        """Return the row that `refit` chooses."""
        try:
            index = self.refit(results)
        except Exception as error:
            error.add_note(
                f"It was raised by refit={self.refit!r}. The results are in "
                "cv_results_: mend the function, and try it on them."
            )
            raise
        # The first words are scikit-learn's.
        rows = (
            f"refit={self.refit!r} returned {shown(index)}, expected the number of a "
            f"row of cv_results_, an int from 0 to {len(results['params']) - 1}. The "
            "results are kept: try the function on cv_results_."
        )
        if not isinstance(index, Integral):
            raise TypeError(f"best_index_ returned is not an integer: {rows}")
        if not 0 <= int(index) < len(results["params"]):
            raise IndexError(f"best_index_ index out of range: {rows}")
        return index

    def _refit(self, X, y, fit_params, root, data):
        """Fit the best candidate on all the data."""
        # The values are cloned as well: some may be estimators.
        params = clone(self.best_params_, safe=False)
        estimator = clone(self.estimator).set_params(**params)
        with root.refit(estimator, **data):
            start = time.time()
            if y is not None:
                estimator.fit(X, y, **fit_params)
            else:
                estimator.fit(X, **fit_params)
            self.refit_time_ = time.time() - start
        self.best_estimator_ = estimator
        if hasattr(estimator, "feature_names_in_"):
            self.feature_names_in_ = estimator.feature_names_in_

    def __getstate__(self):
        """Leave out what is of no use outside of a running `fit`, and what tells of it.

        A search that is still to be fitted, perhaps elsewhere, keeps its `checkpoint`.
        A fitted one has no more use for it, and may be given to others: the path says
        where and by whom it was fitted.
        """
        state = super().__getstate__()
        state = {key: state[key] for key in state if key not in CALLBACK_STATE}
        return {**state, "checkpoint": None} if self.__sklearn_is_fitted__() else state

    def __copy__(self):
        """Copy the search with all its parameters: it stays in this process."""
        return _with_state(self, {**self.__getstate__(), "checkpoint": self.checkpoint})

    def __deepcopy__(self, memo):
        """Copy the search and all that it is made of."""
        state = {**self.__getstate__(), "checkpoint": self.checkpoint}
        new = _with_state(self, {})
        memo[id(self)] = new
        new.__dict__.update(deepcopy(state, memo))
        return new


def _with_state(search, state):
    """Return an object of the same class with this state."""
    new = object.__new__(type(search))
    new.__dict__.update(state)
    return new


def _checked(number, split, n_samples):
    """Return a split as a pair of arrays; raise if it is none of the data's rows."""
    try:
        train, test = split
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"Split {number} of cv is {shown(split)}, expected {PAIR}."
        ) from None
    return (
        _checked_rows(f"The training set of split {number} of cv", train, n_samples),
        _checked_rows(f"The test set of split {number} of cv", test, n_samples),
    )


def _checked_rows(name, rows, n_samples):
    """Return rows as an array; raise if they are none, or nothing at all."""
    rows = np.asarray(rows)
    is_mask = rows.dtype == bool and rows.shape == (n_samples,)
    if not rows.size or (is_mask and not rows.any()):
        raise ValueError(f"{name} is empty: it needs at least one sample.")
    if is_mask:
        return rows
    if rows.dtype.kind not in "iu" or rows.ndim != 1:
        raise ValueError(
            f"{name} is an array of shape {rows.shape} and type {rows.dtype}: expected "
            f"a vector of row numbers, or of {n_samples} booleans, one for each sample."
        )
    if rows.min() < -n_samples or rows.max() >= n_samples:
        raise IndexError(
            f"{name} has rows from {rows.min()} to {rows.max()}, but X has "
            f"{n_samples} samples: pass row numbers from 0 to {n_samples - 1}."
        )
    return rows


def _for_fits(mapping, callee):
    """Add to a mapping that both ways to fit pass metadata on to a method."""
    return mapping.add(caller="fit", callee=callee).add(
        caller="fit_transform", callee=callee
    )


def _callback_metadata(params):
    sample_weight = params.get("sample_weight")
    return None if sample_weight is None else {"sample_weight": sample_weight}
