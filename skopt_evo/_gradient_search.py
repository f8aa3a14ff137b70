"""Search by gradient descent."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import clone

from skopt_evo._base import BaseEvoSearchCV
from skopt_evo._keywords import explain_keywords
from skopt_evo._messages import shown
from skopt_evo._sklearn_compat import Interval, StrOptions, scorer_of
from skopt_evo.descent import (
    Automatic,
    Exact,
    GradientEstimator,
    OptimizerDescent,
    resolve_descent,
    resolve_gradient,
)
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._exact import FoldDifferentiator, reasons_against
from skopt_evo.hypergrad._registry import known_types
from skopt_evo.proposers import (
    DescentProposer,
    Settings,
    rehearse_gradient,
    rehearse_optimizer,
)
from skopt_evo.strategies._categories import gene_of

# How many starts the results of another search are good for, as a share of n_iter.
RESULTS_SHARE = 1 / 5

# With more values than this a parameter is not checked for each of them.
MOST_CATEGORIES = 100


class GradientSearchCV(BaseEvoSearchCV):
    """Search for good hyperparameters by gradient descent, with restarts.

    The derivatives of the cross-validated score with respect to the numeric
    hyperparameters lead to better ones, each parameter moving on its own scale between
    its bounds. They are exact, by implicit differentiation of the fitted estimators
    [1]_ [2]_, where there is a rule for the estimator and the scorer; elsewhere a local
    quadratic model of the scores stands in. Integers and ordered lists move on the same
    continuous scale and are rounded to a value that is allowed. Several starts, spread
    over the space, its categories and its branches, guard against local optima: they
    share the budget, and hopeless ones are dropped early [3]_ [4]_.

    A search space with no more than `n_iter` points is tried exhaustively, as by
    :class:`~sklearn.model_selection.GridSearchCV`.

    Parameters
    ----------
    estimator : estimator object
        The estimator to tune. It needs a ``score`` method, or `scoring` has to be
        given. Its own parameters, as far as they lie in the space, are the first start.

    param_grid : dict or list of dicts
        The search space: parameter names as keys, and for each one a list of values
        (numbers are an ordered scale, anything else are categories) or a frozen
        distribution of :mod:`scipy.stats` (:obj:`scipy.stats.loguniform` is searched
        on a log scale, :obj:`scipy.stats.uniform` on a linear one,
        :obj:`scipy.stats.randint` gives integers, any other one its quantile scale).
        A list of dicts is a conditional space: each candidate takes its parameters
        from one of them. A dict without any numeric parameter has no gradient: its
        settings are tried as far as the budget goes, with a warning if that is not all
        of them.

    n_iter : int, default=50
        How many candidates are evaluated in all, the probes of the gradients included.

    optimizer : {"auto", "trust_region", "model", "sgd", "momentum", "rmsprop", \
            "adam", "lbfgs"} or object, default="auto"
        What makes steps of gradients: a name, or an object of
        :mod:`skopt_evo.optimizers` with its own settings, such as
        ``Momentum(nesterov=True)``. ``"auto"`` takes quasi-Newton steps in a trust
        region where gradients are exact, goes to the minimum of the local model where
        there is one, and is ``"adam"`` for probes and for a `learning_rate` that is
        a number.

    learning_rate : float or "auto", default="auto"
        The optimizer's learning rate, on the unit scale of the parameters (all of a
        parameter's range is 1 long). ``"auto"`` needs no tuning: steps grow while the
        score improves, and a step that makes it worse is taken back and shortened.

    n_restarts : int or "auto", default="auto"
        How many starts there are beside the first one. ``"auto"`` goes on with fresh
        starts until the budget is used up; with a number the search ends when all its
        descents do. Where none of the starts has a score, others take their place.

    gradient : {"auto", "exact", "model", "finite_difference", "spsa"} or object, \
            default="auto"
        Where gradients come from:

        - ``"exact"``: the derivatives of the score, or of a smooth loss in place of
          one with jumps, such as an accuracy. They come with the fits of a candidate.
          Without a rule for the estimator, its parameters and the scorer there is an
          error before any fit, and a warning at the end if fits had none; the user
          guide lists what has one. A space that is tried exhaustively needs none.
        - ``"model"``: a local quadratic regression on all evaluations so far.
        - ``"finite_difference"``, ``"spsa"``: central differences, simultaneous
          perturbation. Their probes are candidates of their own, evaluated side by
          side, on the same splits.
        - ``"auto"``: exact where all numeric parameters of a start have a derivative,
          else the model, which makes use of those that have one. With ``verbose=1`` it
          is printed why there is none.

        Or an object of :mod:`skopt_evo.descent` with its own settings.

    hyper_l2 : float, default=0.0
        What is subtracted from the score, for the descent and for the choice of the
        winner, if a parameter is changed by a factor of e on a logarithmic scale, or by
        its whole range on any other; it grows with the square of the change. Changes
        are counted from the estimator's own parameters, or from the middle of a range
        that they are not in. That keeps many hyperparameters from overfitting the
        cross-validated score. It is in units of the score: for R2 or log losses 0.01 is
        a safe choice. The winner has the best score after that, which need not be the
        one of rank 1. An exhaustive search takes no notice of it.

    ensemble : {"folds", "greedy"} or object, default=None
        What `best_estimator_` is made of: None is the best candidate, fitted on all the
        data; ``"folds"`` the average of its models of the splits, which costs no fit;
        ``"greedy"`` an average of many candidates, chosen by their out-of-fold
        predictions. On most data an average is better on new data than the best
        candidate, see :ref:`the user guide <taking_home>`. Or an object of
        `skopt_evo.ensemble`. For classifiers and regressors alone.

    initial_params : list of dicts, dict or DataFrame, default=None
        Starts; a parameter that one of them leaves out has the estimator's own value,
        or the middle of its range where the space has not that. Or the ``cv_results_``
        of another search, as a dict or as a DataFrame, which may have been a text file:
        the best candidates are starts, up to a fifth of `n_iter`; candidates outside of
        `param_grid` are left out. Starts come before the estimator's own parameters.

    n_iter_no_change : int, default=None
        The search ends when so many candidates in a row have not improved the best
        score, less what `hyper_l2` subtracts, by more than `tol`. It counts from the
        first score on, without the probes of gradients, and waits for the last ones.

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

        - ``iter``: how many gradient steps its descent had made;
        - ``origin``: ``"start"``, ``"step"``, ``"difference"`` (a probe of a gradient)
          or ``"grid"``;
        - ``n_splits_evaluated``: on how many splits it was evaluated;
        - ``status``: ``"ok"``; ``"failed"`` if a fit failed or a score is not finite;
          ``"timeout"`` if a fit took longer than `fit_timeout`; ``"crashed"`` if one
          ended its worker process, twice;
        - ``restart``: the number of its descent, -1 if it belongs to none;
        - ``gradient_method``: how its gradient was found, ``"exact"``, ``"model"``,
          ``"finite_difference"`` or ``"spsa"``, ``"none"`` if it has none;
        - ``hyper_penalty``: what `hyper_l2` subtracts from the score, if it does;
        - ``grad_<param>``: the derivative of the mean score, or of the smooth loss in
          its place, with respect to that parameter, in the parameter's own units; an
          array if the parameter is one; NaN where it is not known.

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
    GeneticSearchCV : Evolves a population; for parameters of every kind.
    sklearn.model_selection.GridSearchCV : Tries every point of a grid.
    sklearn.model_selection.RandomizedSearchCV : Tries random points.

    References
    ----------
    .. [1] Y. Bengio, "Gradient-based optimization of hyperparameters", Neural
       Computation 12(8), 1889-1900, 2000.
    .. [2] F. Pedregosa, "Hyperparameter optimization with approximate gradient", ICML
       2016, arXiv:1602.02355.
    .. [3] J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, 2006 (the
       quasi-Newton method).
    .. [4] A. R. Conn, K. Scheinberg and L. N. Vicente, "Introduction to derivative-free
       optimization", 2009 (the local model).

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import ElasticNet
    >>> from skopt_evo import GradientSearchCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> param_grid = {"alpha": loguniform(1e-4, 1e1), "l1_ratio": [0.1, 0.5, 0.9]}
    >>> search = GradientSearchCV(ElasticNet(), param_grid, n_iter=30, random_state=0)
    >>> bool(search.fit(X, y).best_score_ > 0.48)
    True
    """

    _parameter_constraints: dict = {
        **BaseEvoSearchCV._parameter_constraints,
        # Checked with their tables, so that an error lists the names there are.
        "optimizer": "no_validation",
        "gradient": "no_validation",
        "learning_rate": [
            Interval(Real, 0, None, closed="neither"),
            StrOptions({"auto"}),
        ],
        "n_restarts": [
            Interval(Integral, 0, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "hyper_l2": [Interval(Real, 0, None, closed="left")],
    }

    @explain_keywords
    def __init__(
        self,
        estimator,
        param_grid,
        *,
        n_iter=50,
        optimizer="auto",
        learning_rate="auto",
        n_restarts="auto",
        gradient="auto",
        hyper_l2=0.0,
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
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.n_restarts = n_restarts
        self.gradient = gradient
        self.hyper_l2 = hyper_l2

    def _check_search_parameters(self):
        super()._check_search_parameters()
        settings = self._settings(is_exact=False)
        if isinstance(settings.method, GradientEstimator) and _is_own(self.gradient):
            rehearse_gradient(settings.method)
        descent = resolve_descent(self.optimizer)
        descent.check(settings.method, settings.learning_rate)
        if isinstance(descent, OptimizerDescent) and _is_own(self.optimizer):
            rehearse_optimizer(descent.optimizer)

    def _settings(self, *, is_exact):
        return Settings(
            method=resolve_gradient(self.gradient),
            optimizer=self.optimizer,
            learning_rate=None if self.learning_rate == "auto" else self.learning_rate,
            n_restarts=None if self.n_restarts == "auto" else self.n_restarts,
            hyper_l2=self.hyper_l2,
            is_exact=is_exact,
            verbose=self.verbose > 0,
        )

    def _make_proposer(self, space, objective, seed, start, scorers, n_iter):
        gradient, is_exact = self._exact_gradient(space, objective.metric, scorers)
        n_given = len(start.genomes)
        if start.has_results:
            n_given = max(1, round(RESULTS_SHARE * n_iter))
        return DescentProposer(
            space,
            self._settings(is_exact=is_exact),
            objective,
            seed,
            n_iter=n_iter,
            params=self.estimator.get_params(),
            given=start.genomes[:n_given],
            gradient=gradient,
        )

    def _exact_gradient(self, space, metric, scorers):
        """Return what differentiates scores, and whether it can do so at the start."""
        method = resolve_gradient(self.gradient)
        if not isinstance(method, (Automatic, Exact)):
            return None, False
        names, can_start = set(), None
        for branch in range(space.n_branches):
            numeric = [
                name
                for name in space.places_of(branch)
                if space.branches[branch][name].is_numeric
            ]
            names.update(numeric)
            settings = _settings_of(space, branch, self.estimator.get_params())
            own = next(settings)
            if numeric and can_start is None:  # it is there that the search starts
                reasons = self._reasons_against(own, numeric, metric, scorers)
                can_start = not reasons
            if isinstance(method, Exact):
                for setting in (own, *settings):
                    self._check_exact(setting, numeric, metric, scorers)
        gradient = FoldDifferentiator(scorers, metric, frozenset(names))
        return gradient, bool(can_start)

    def _reasons_against(self, setting, names, metric, scorers):
        """Return why there are no exact derivatives by some of the parameters."""
        setting = clone(setting, safe=False)
        estimator = clone(self.estimator).set_params(**setting)
        return reasons_against(estimator, names, scorer_of(scorers, metric))

    def _check_exact(self, setting, names, metric, scorers):
        """Raise if a setting has not all exact derivatives."""
        reasons = self._reasons_against(setting, names, metric, scorers)
        for name, reason in reasons.items():
            raise NoHypergradientError(
                f"gradient='exact' is not possible for parameter {name!r} of "
                f"{self.estimator!r}, scored by {scorer_of(scorers, metric)!r}, at "
                f"{shown(setting)}: {reason} There are rules for {known_types()}. Pass "
                "gradient='auto', which does without where it has to."
            )

    def _missing_values(self, space):
        return {
            "restart": -1,
            "gradient_method": "none",
            **({"hyper_penalty": 0.0} if self.hyper_l2 else {}),
            **{
                f"grad_{name}": _no_derivative(space, name)
                for name in space.parameter_names
            },
        }


def _is_own(setting):
    """Tell whether an object is of the user's making."""
    path = type(setting).__module__
    return not isinstance(setting, str) and path.partition(".")[0] != "skopt_evo"


def _settings_of(space, branch, params):
    """Yield the setting of a branch next to `params`, then one for each category."""
    genome = space.encode_known(params, branch)
    yield space.decode(genome)
    for gene in space.gene_of(branch).values():
        dimension = space.genes[gene]
        if not dimension.is_numeric and 0 < dimension.n_levels <= MOST_CATEGORIES:
            for level in range(dimension.n_levels):
                other = genome.copy()
                other[gene] = gene_of(level, dimension.n_levels)
                yield space.decode(space.snap(other))


def _no_derivative(space, name):
    """Return what stands for a derivative that is not known: NaN, or an array of it."""
    for branch in space.branches:
        if name in branch and branch[name].is_vector and branch[name].is_numeric:
            return np.full(len(branch[name].elements), np.nan)
    return np.nan
