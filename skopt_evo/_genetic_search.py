"""Search by evolution."""

from numbers import Integral
from types import NoneType

import numpy as np

from skopt_evo._base import BaseEvoSearchCV
from skopt_evo._keywords import explain_keywords
from skopt_evo._sklearn_compat import Interval, StrOptions, is_scorer
from skopt_evo.proposers import (
    EvolutionProposer,
    EvolutionSettings,
    WarmStartProposer,
    check_surrogate,
    layout_of,
    rehearse_operators,
    rehearse_surrogate,
)
from skopt_evo.results import Objective, metrics_of
from skopt_evo.strategies import non_dominated_ranks
from skopt_evo.strategies.operators import (
    CROSSOVERS,
    MUTATIONS,
    SELECTIONS,
    SURVIVALS,
    resolve_operator,
)

STRATEGIES = {"steady_state", "generational", "differential_evolution"}

OPERATORS = {
    "selection": SELECTIONS,
    "crossover": CROSSOVERS,
    "mutation": MUTATIONS,
    "survival": SURVIVALS,
}


class GeneticSearchCV(BaseEvoSearchCV):
    """Search for good hyperparameters with a population that evolves.

    The first candidates fill the search space. From then on the best candidates so far
    have many children, recombined and mutated, of which a model of the scores seen so
    far picks the most promising one; it is cross-validated, and the fittest survive.
    Numeric parameters move locally, each on its own scale; categories are exchanged or
    drawn anew; no candidate is evaluated twice.

    With several metrics and no metric named by `refit` the search looks for the Pareto
    front of all of them: the candidates that are better in one metric only at the
    expense of another one.

    A search space with no more than `n_iter` points is tried exhaustively, as by
    :class:`~sklearn.model_selection.GridSearchCV`.

    Parameters
    ----------
    estimator : estimator object
        The estimator to tune. It needs a ``score`` method, or `scoring` has to be
        given.

    param_grid : dict or list of dicts
        The search space: parameter names as keys, and for each one a list of values
        (numbers are an ordered scale, anything else are categories) or a frozen
        distribution of :mod:`scipy.stats` (:obj:`scipy.stats.loguniform` is searched
        on a log scale, :obj:`scipy.stats.uniform` on a linear one,
        :obj:`scipy.stats.randint` gives integers, any other one its quantile scale).
        A list of dicts is a conditional space: each candidate takes its parameters
        from one of them.

    n_iter : int, default=50
        How many candidates are evaluated in all.

    population_size : int or "auto", default="auto"
        How many of the best candidates are parents, and how many initial candidates
        there are; for generations, how many children they have as well. ``"auto"``
        stands for 12 parents with a surrogate and 3 without, after 10 initial
        candidates or a third of `n_iter`; for 12 in any case if there are several
        objectives.

    selection : {"tournament", "truncation", "rank"} or callable, default="tournament"
        How parents are chosen. For this and the next three see
        :mod:`skopt_evo.strategies.operators`, for what is called with which arguments
        as well.

    crossover : {"auto", "uniform", "two_point", "blend", "simulated_binary"} or \
            callable, default="auto"
        How two parents are recombined. ``"auto"`` is uniform or blend, chosen anew for
        each child.

    mutation : {"auto", "gaussian", "polynomial", "integer_geometric", \
            "categorical"} or callable, default="auto"
        How a child is changed.

    survival : {"elitist", "age", "comma"} or callable, default="elitist"
        Who stays in the population. With ``"comma"`` children are bred in generations,
        as by ``strategy="generational"``.

    strategy : {"steady_state", "generational", "differential_evolution"}, \
            default="steady_state"
        How the population evolves: a child at a time, bred from the results known so
        far; generation after generation; or by the differences between members, for
        which selection, crossover, mutation and survival do not count.

    surrogate : "auto", regressor or None, default="auto"
        The model of the scores that screens offspring. ``"auto"`` is a Gaussian process
        on the space's own scales. A regressor of scikit-learn has to say how sure it
        is: its ``predict`` takes ``return_std=True``, or it is a
        :class:`~sklearn.ensemble.RandomForestRegressor` or an
        :class:`~sklearn.ensemble.ExtraTreesRegressor`. None is evolution without a
        model.

    lookahead : int, default=4
        How many candidates may be in flight at once: each is bred from the results of
        all but the last ``lookahead - 1`` candidates before it. More of them keep more
        workers busy, with fewer of them each child knows more. The results depend on
        it, but not on `n_jobs`. Generations are complete before the next one is bred,
        whatever `lookahead` says.

    ensemble : {"folds", "greedy"} or object, default=None
        What `best_estimator_` is made of: None is the best candidate, fitted on all the
        data; ``"folds"`` the average of its models of the splits, which costs no fit;
        ``"greedy"`` an average of many candidates, chosen by their out-of-fold
        predictions. On most data an average is better on new data than the best
        candidate, see :ref:`the user guide <taking_home>`. Or an object of
        `skopt_evo.ensemble`. For classifiers and regressors alone.

    initial_params : list of dicts, dict or DataFrame, default=None
        Candidates to try first; a parameter that one of them leaves out has the
        estimator's own value, or the middle of its range where the space has not that.
        Or the ``cv_results_`` of another search: of this class,
        :class:`~sklearn.model_selection.GridSearchCV` or any other one with the same
        metrics, as a dict or as a DataFrame, which may have been a text file. The best
        candidate of these results is evaluated first. If it has the same score on every
        split, the other ones count as evaluated: the search goes on from them, and they
        take no part of `n_iter`, nor a row of the new ``cv_results_``. If not, as with
        new data or other splits, the best of them are tried anew, up to a quarter of
        `n_iter`. Candidates outside of `param_grid` are left out.

    n_iter_no_change : int, default=None
        The search ends when so many candidates in a row have not improved the best
        score by more than `tol`; with several metrics to improve, when none of them
        has joined the Pareto front. It counts from the first score on.

    tol : float, default=1e-4
        What does not count as an improvement, in units of the score.

    timeout : float, default=None
        Seconds that the search may take, after which it ends with what it has: after
        the fit that is under way, or within a second if fits are left to workers. The
        first candidate is evaluated in any case, and fitting the best one on all the
        data comes on top.

    fit_timeout : float, default=None
        Seconds that a fit may take, with its scoring and its derivatives. A longer one
        is stopped, and its candidate counts as failed on all splits, with the status
        ``"timeout"``. This takes worker processes, of which there is one for
        ``n_jobs=1``, and joblib's default backend. See :ref:`the user guide <faults>`.

    checkpoint : str or path-like, default=None
        A file that keeps each evaluated split, so that nothing is evaluated twice. The
        same call goes on where the last one ended, however it did, and ends with the
        same results; with a larger `n_iter` it extends the search. Without a
        `random_state` it is that of the first call. Another search, other data, splits
        or scores are an error. See :doc:`the user guide </user_guide/checkpoints>`.

    scoring : str, callable, list, tuple or dict, default=None
        How the predictions on the test set are scored, as in
        :class:`~sklearn.model_selection.GridSearchCV`. Of several metrics the search
        improves the one that `refit` names; without a name it looks for the Pareto
        front of all of them. What a model costs can be a metric: a scorer may return
        its size or, negated, the time that it takes.

    n_jobs : int, default=None
        Number of jobs to run in parallel. The results do not depend on it.

    refit : bool, str or callable, default=True
        Whether to fit the best candidate on all the data at the end; the name of the
        metric that it is chosen by, for several metrics; or a function that gets
        ``cv_results_`` and returns the ``best_index_``.

    cv : int, cross-validation generator or iterable, default=None
        The splits, as in :class:`~sklearn.model_selection.GridSearchCV`. They are made
        once, and are the same ones for every candidate.

    verbose : int, default=0
        With 1 a line is printed each time the best score improves, and one at the end;
        more adds a line for each fit, as in
        :class:`~sklearn.model_selection.GridSearchCV`.

    pre_dispatch : int or str, default="2*n_jobs"
        Number of jobs that are dispatched ahead of their execution.

    error_score : "raise" or float, default=np.nan
        The score of a split whose fit fails. With ``"raise"`` the error is raised and
        ends the search; else a warning sums up the failures at the end, and the search
        goes on as if the candidate had no score.

    return_train_score : bool, default=False
        Whether ``cv_results_`` has training scores.

    return_predictions : bool, default=False
        Whether to keep what each candidate predicts for the test sets, as
        ``oof_predictions_``. An `ensemble` keeps them anyway.

    random_state : int, RandomState instance or None, default=None
        Seed of the random number generators. The same int gives the same results.
        None draws a seed from NumPy's global random state, unless the space is tried
        exhaustively, which takes none.

    Attributes
    ----------
    cv_results_ : dict of numpy (masked) ndarrays
        One row a candidate, with the columns of
        :class:`~sklearn.model_selection.GridSearchCV`'s, then ours:

        - ``iter``: the generation; one a candidate after the first one, if they are
          bred one by one;
        - ``origin``: ``"given"`` (by `initial_params`), ``"default"`` (the estimator's
          own parameters), ``"initial"``,
          ``"crossover"``, ``"mutation"``, ``"differential"``, ``"immigrant"`` or
          ``"grid"``;
        - ``n_splits_evaluated``: on how many splits it was evaluated;
        - ``status``: ``"ok"``; ``"failed"`` if a fit failed or a score is not finite;
          ``"timeout"`` if a fit took longer than `fit_timeout`; ``"crashed"`` if one
          ended its worker process, twice.

    best_estimator_ : estimator
        The best candidate, fitted on all the data, or what `ensemble` says. Not
        available if ``refit=False``.

    best_score_ : float
        Mean cross-validated score of the best candidate. Not available if `refit` is a
        function, nor for several metrics if ``refit=False``.

    corrected_score_ : CorrectedScore
        An estimate of the score on new data, with an interval. ``best_score_`` is often
        too high: it is the largest of many noisy scores. See
        :func:`~skopt_evo.selection.corrected_score`. Not available where
        ``best_score_`` is not, for a single split, nor if all candidates have failed.

    oof_predictions_ : OutOfFoldPredictions
        What each candidate predicted for each sample by the models that were fitted
        without it. Only with ``return_predictions=True`` or an `ensemble`.

    best_params_ : dict
        The best candidate's parameters. Not available for several metrics if
        ``refit=False``.

    best_index_ : int
        The best candidate's row in ``cv_results_``; one that failed only if all did,
        see :ref:`the user guide <failed>`. Not available for several metrics
        if ``refit=False``.

    pareto_front_ : ndarray of shape (n_front,), dtype=int
        The rows of ``cv_results_`` that no other one surpasses in every metric. Only
        for several metrics none of which `refit` names.

    scorer_ : callable or dict
        The scorer, or a dict of the scorers of several metrics.

    n_splits_ : int
        The number of splits.

    refit_time_ : float
        Seconds that fitting the best candidate on all the data took. Not available if
        ``refit=False``.

    multimetric_ : bool
        Whether there are several metrics.

    stop_reason_ : str
        Why the search ended: ``"n_iter"``, the budget is used up; ``"exhausted"``,
        there is nothing left to try; ``"n_iter_no_change"``; ``"timeout"``;
        ``"callback"``, a callback asked for it; ``"interrupted"``, by Ctrl-C.

    classes_ : ndarray of shape (n_classes,)
        The class labels. Only available if the search is refitted and the estimator is
        a classifier.

    n_features_in_ : int
        Number of features seen during `fit`. Only available if `best_estimator_` is
        and has it.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during `fit`. Only available if `best_estimator_` is
        and has them.

    See Also
    --------
    GradientSearchCV : Descends along gradients; for numeric parameters.
    sklearn.model_selection.GridSearchCV : Tries every point of a grid.
    sklearn.model_selection.RandomizedSearchCV : Tries random points.

    References
    ----------
    T. Bäck and H.-P. Schwefel, "An overview of evolutionary algorithms for parameter
    optimization", Evolutionary Computation 1(1), 1-23, 1993.
    Y. Jin, "Surrogate-assisted evolutionary computation: recent advances and future
    challenges", Swarm and Evolutionary Computation 1(2), 61-70, 2011.
    K. Deb, A. Pratap, S. Agarwal and T. Meyarivan, "A fast and elitist multiobjective
    genetic algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6(2),
    182-197, 2002 (several metrics).

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skopt_evo import GeneticSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> param_grid = {
    ...     "C": loguniform(1e-3, 1e3),
    ...     "gamma": loguniform(1e-4, 1e1),
    ...     "kernel": ["rbf", "sigmoid"],
    ... }
    >>> search = GeneticSearchCV(SVC(), param_grid, n_iter=30, random_state=0)
    >>> search.fit(X, y).best_params_["kernel"]
    'rbf'
    >>> len(search.cv_results_["params"])
    30
    """

    _parameter_constraints: dict = {
        **BaseEvoSearchCV._parameter_constraints,
        "population_size": [
            Interval(Integral, 2, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "strategy": [StrOptions(STRATEGIES)],
        "lookahead": [Interval(Integral, 1, None, closed="left")],
        # Checked with their tables, so that an error lists the names there are.
        **dict.fromkeys(OPERATORS, "no_validation"),
        # Checked so that an error says what a surrogate is.
        "surrogate": "no_validation",
    }

    @explain_keywords
    def __init__(
        self,
        estimator,
        param_grid,
        *,
        n_iter=50,
        population_size="auto",
        selection="tournament",
        crossover="auto",
        mutation="auto",
        survival="elitist",
        strategy="steady_state",
        surrogate="auto",
        lookahead=4,
        ensemble=None,
        initial_params=None,
        n_iter_no_change=None,
        tol=1e-4,
        timeout=None,
        fit_timeout=None,
        checkpoint=None,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        error_score=np.nan,
        return_train_score=False,
        return_predictions=False,
        random_state=None,
    ):
        super().__init__(
            estimator,
            param_grid,
            n_iter=n_iter,
            ensemble=ensemble,
            initial_params=initial_params,
            n_iter_no_change=n_iter_no_change,
            tol=tol,
            timeout=timeout,
            fit_timeout=fit_timeout,
            checkpoint=checkpoint,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
            return_predictions=return_predictions,
            random_state=random_state,
        )
        self.population_size = population_size
        self.selection = selection
        self.crossover = crossover
        self.mutation = mutation
        self.survival = survival
        self.strategy = strategy
        self.surrogate = surrogate
        self.lookahead = lookahead

    def _check_search_parameters(self):
        super()._check_search_parameters()
        self._operators()
        check_surrogate(self.surrogate)
        if self.population_size != "auto" and self.population_size > self.n_iter:
            raise ValueError(
                f"population_size={self.population_size} is larger than "
                f"n_iter={self.n_iter}, the number of candidates in all: a population "
                "that size would never be complete. Raise n_iter, or lower "
                "population_size to a small part of it."
            )

        if self._n_objectives() != 1 and self.strategy == "differential_evolution":
            raise ValueError(
                "strategy='differential_evolution' improves a single metric, but there "
                f"are several: scoring={self.scoring!r}. Name one by refit, or use "
                "strategy='steady_state', which looks for the Pareto front."
            )

    def _n_objectives(self):
        """Return how many metrics are improved, None if only results will tell."""
        if isinstance(self.refit, str) or isinstance(self.scoring, (str, NoneType)):
            return 1
        if callable(self.scoring):
            may_be_several = self.refit is False or callable(self.refit)
            return None if may_be_several and not is_scorer(self.scoring) else 1
        return len(self.scoring)

    def _make_objective(self):
        every_metric = self._n_objectives() != 1
        return Objective(self._steering_metric(), every_metric, self.refit)

    def _select_best(self, refit_metric, objective):
        if self.multimetric_ and self._n_objectives() != 1:
            self.pareto_front_ = self._front(objective)
        super()._select_best(refit_metric, objective)

    def _front(self, objective):
        """Return the rows of the Pareto front."""
        results = self.cv_results_
        scores = [results[f"mean_test_{name}"] for name in metrics_of(results)]
        # Failures, whatever their `error_score`, surpass nobody.
        is_ok = results["status"] == "ok"
        losses = np.where(is_ok, -np.array(scores), np.nan).T
        if not is_ok.any():
            # Splits that they have in common decide, if there are any.
            losses = np.array([objective.losses(trial) for trial in objective.trials])
            losses[results["status"] == "raced"] = np.nan
            is_ok = ~np.isnan(losses).any(axis=1)
        return np.flatnonzero((non_dominated_ranks(losses) == 0) & is_ok)

    def _operators(self):
        return {
            name: resolve_operator(name, getattr(self, name), table)
            for name, table in OPERATORS.items()
        }

    def _rehearse(self, settings, layout):
        """Try out what the user may have written."""
        own = {
            name: operator
            for name, operator in settings.operators.items()
            if not isinstance(getattr(self, name), str)
        }
        rehearse_operators(own, layout)
        if not isinstance(self.surrogate, (str, NoneType)):
            rehearse_surrogate(self.surrogate, layout)

    def _make_proposer(self, space, objective, seed, start, scorers, n_iter):
        is_auto = self.population_size == "auto"
        settings = EvolutionSettings(
            strategy=self.strategy,
            population_size=None if is_auto else self.population_size,
            surrogate=self.surrogate,
            operators=self._operators(),
        )
        layout, n_objectives = layout_of(space), self._n_objectives()
        self._rehearse(settings, layout)
        defaults = space.encode_all(self.estimator.get_params())

        def make(given, known):
            strategy = settings.make_strategy(
                layout,
                seed=seed,
                starts=np.concatenate([given, defaults]),
                n_iter=n_iter,
                n_objectives=n_objectives,
                known=known,
            )
            return EvolutionProposer(
                space,
                strategy,
                objective,
                lookahead=1 if settings.is_generational else self.lookahead,
                given=given,
            )

        if start.has_results:
            return WarmStartProposer(space, start, n_iter, make)
        return make(start.genomes, None)
