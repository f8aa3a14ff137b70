"""Search by evolution."""

from numbers import Integral

import numpy as np

from skopt_evo._base import BaseEvoSearchCV
from skopt_evo._sklearn_compat import Interval, StrOptions
from skopt_evo.proposers import EvolutionProposer, layout_of
from skopt_evo.strategies import GeneticStrategy
from skopt_evo.strategies.operators import (
    CROSSOVERS,
    MUTATIONS,
    SELECTIONS,
    SURVIVALS,
    resolve_operator,
)

# Small generations learn from their parents soon (docs/adr/0002).
POPULATION_SIZE = 6
N_INITIAL = 10

OPERATORS = {
    "selection": SELECTIONS,
    "crossover": CROSSOVERS,
    "mutation": MUTATIONS,
    "survival": SURVIVALS,
}


class GeneticSearchCV(BaseEvoSearchCV):
    """Search for good hyperparameters with a population that evolves.

    The first generation of candidates fills the search space. From then on the best
    candidates so far are recombined and mutated, the offspring are cross-validated,
    and the fittest of all survive. Numeric parameters move locally, each on its own
    scale; categories are exchanged or drawn anew; no candidate is evaluated twice.

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
        How many candidates survive a generation, and how many children they have.
        ``"auto"`` stands for 6, after 10 initial candidates.

    selection : "tournament" or callable, default="tournament"
        How parents are chosen. For this and the next three see
        :mod:`skopt_evo.strategies.operators`, for what is called with which arguments
        as well.

    crossover : {"auto", "uniform", "blend"} or callable, default="auto"
        How two parents are recombined. ``"auto"`` is one of the others, chosen anew
        for each child.

    mutation : {"auto", "gaussian"} or callable, default="auto"
        How a child is changed.

    survival : "elitist" or callable, default="elitist"
        Who stays in the population.

    scoring : str, callable, list, tuple or dict, default=None
        How the predictions on the test set are scored, as in
        :class:`~sklearn.model_selection.GridSearchCV`. Of several metrics the search
        improves the one that `refit` names, else the first one.

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
        The higher, the more messages.

    pre_dispatch : int or str, default="2*n_jobs"
        Number of jobs that are dispatched ahead of their execution.

    error_score : "raise" or float, default=np.nan
        The score of a split whose fit fails. With ``"raise"`` the error is raised and
        ends the search; else a warning sums up the failures at the end, and the search
        goes on as if the candidate had no score.

    return_train_score : bool, default=False
        Whether ``cv_results_`` has training scores.

    random_state : int, RandomState instance or None, default=None
        The source of chance. The same int gives the same results.

    Attributes
    ----------
    cv_results_ : dict of numpy (masked) ndarrays
        One row a candidate, with the columns of
        :class:`~sklearn.model_selection.GridSearchCV`'s, then ours:

        - ``iter``: the generation;
        - ``origin``: ``"default"`` (the estimator's own parameters), ``"initial"``,
          ``"crossover"``, ``"mutation"``, ``"immigrant"`` or ``"grid"``;
        - ``n_splits_evaluated``: on how many splits it was evaluated;
        - ``status``: ``"ok"``, or ``"failed"`` if a fit failed or a score is not
          finite.

    best_estimator_ : estimator
        The best candidate, fitted on all the data. Not available if ``refit=False``.

    best_score_ : float
        Mean cross-validated score of the best candidate. Not available if `refit` is a
        function, nor for several metrics if ``refit=False``.

    best_params_ : dict
        The best candidate's parameters. Not available for several metrics if
        ``refit=False``.

    best_index_ : int
        The best candidate's row in ``cv_results_``. Not available for several metrics
        if ``refit=False``.

    scorer_ : callable or dict
        The scorer, or a dict of the scorers of several metrics.

    n_splits_ : int
        The number of splits.

    refit_time_ : float
        Seconds that fitting the best candidate on all the data took. Not available if
        ``refit=False``.

    multimetric_ : bool
        Whether there are several metrics.

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
        # Checked with their tables, so that an error lists the names there are.
        **dict.fromkeys(OPERATORS, "no_validation"),
    }

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
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        error_score=np.nan,
        return_train_score=False,
        random_state=None,
    ):
        super().__init__(
            estimator,
            param_grid,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
            random_state=random_state,
        )
        self.population_size = population_size
        self.selection = selection
        self.crossover = crossover
        self.mutation = mutation
        self.survival = survival

    def _check_search_parameters(self):
        self._operators()
        if self.population_size != "auto" and self.population_size > self.n_iter:
            raise ValueError(
                f"population_size={self.population_size} is larger than "
                f"n_iter={self.n_iter}, the number of candidates in all: a population "
                "that size would never be complete. Raise n_iter, or lower "
                "population_size to a small part of it."
            )

    def _operators(self):
        return {
            name: resolve_operator(name, getattr(self, name), table)
            for name, table in OPERATORS.items()
        }

    def _make_proposer(self, space, metric, seed):
        is_auto = self.population_size == "auto"
        strategy = GeneticStrategy(
            layout_of(space),
            seed=seed,
            population_size=POPULATION_SIZE if is_auto else self.population_size,
            n_initial=N_INITIAL if is_auto else self.population_size,
            starts=space.encode_all(self.estimator.get_params()),
            **self._operators(),
        )
        return EvolutionProposer(space, strategy, metric)
