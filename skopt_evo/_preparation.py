"""From the parameters of a search and its data to a `Session`."""

from dataclasses import dataclass
from typing import Any

from sklearn.base import clone

from skopt_evo._arithmetic import own_arithmetic
from skopt_evo._sklearn_compat import (
    ONLY_METRIC,
    asks_for_labels,
    is_scorer,
    scorer_attribute,
)
from skopt_evo.checkpoint import Checkpoint, compare, make_header
from skopt_evo.ensemble import resolve_ensemble
from skopt_evo.evaluation import FitSettings, Outputs
from skopt_evo.executors import resolve_executor
from skopt_evo.predictions import targets_of
from skopt_evo.proposers import GridProposer, parse_initial_params
from skopt_evo.scheduling import (
    CallbackTasks,
    Interrupted,
    Kept,
    NoChange,
    Progress,
    Session,
    Timeout,
)

# The parameters of a search that its results do not depend on, or that a checkpoint
# compares in their own way.
NOT_RESULTS = (
    "checkpoint",
    "cv",
    "ensemble",
    "estimator",
    "fit_timeout",
    "n_iter",
    "n_iter_no_change",
    "n_jobs",
    "param_grid",
    "pre_dispatch",
    "random_state",
    "return_predictions",
    "scoring",
    "timeout",
    "tol",
    "verbose",
)


@dataclass
class FitData:
    """What `fit` was given, checked.

    Attributes
    ----------
    X, y : array-like
        The data, `y` None if there is none.
    params : dict
        The other arguments of `fit`.
    routed : Bunch
        The same by who gets them: the estimator, the scorer and the splitter.
    splits : list of (train, test)
        The splits.
    scorers : callable
        The scorer, or scikit-learn's object for several of them.
    """

    X: Any
    y: Any
    params: dict
    routed: Any
    splits: list
    scorers: Any

    def for_callbacks(self):
        """Return the data as scikit-learn's callbacks get it."""
        sample_weight = self.params.get("sample_weight")
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        return {"X": self.X, "y": self.y, "metadata": metadata}


def make_kept(search, data):
    """Return what keeps predictions and models, None if nobody asks for them.

    Parameters
    ----------
    search : BaseEvoSearchCV
        The search.
    data : FitData
        What its `fit` was given.

    Raises
    ------
    ValueError
        If there are no predictions that could be averaged.
    """
    ensemble = resolve_ensemble(search.ensemble)
    if ensemble is None and not search.return_predictions:
        return None
    targets = targets_of(search.estimator, data.y)
    n_best = 0 if ensemble is None else ensemble.n_models
    return Kept(targets, data.splits, n_best=n_best)


def open_checkpoint(search, data, seed, kept=None):
    """Return the checkpoint, if there is to be one and it belongs to this search.

    A seed that nobody chose is that of the checkpoint.

    Parameters
    ----------
    search : BaseEvoSearchCV
        The search.
    data : FitData
        What its `fit` was given.
    seed : int
        The seed, if the checkpoint is new.
    kept : Kept or None
        Keeps the predictions that it has.

    Returns
    -------
    checkpoint : Checkpoint or None
        It is open.
    """
    if search.checkpoint is None:
        return None
    settings, metric = search.get_params(deep=False), search._steering_metric()
    is_single = search.scoring is None or isinstance(search.scoring, str)
    header = make_header(
        seed=seed,
        data=data.X,
        targets=data.y,
        fit_params=data.params,
        splits=data.splits,
        scoring=search.scoring,
        space=search.param_grid,
        estimator=search.estimator,
        settings={
            "search": type(search),
            **{k: v for k, v in settings.items() if k not in NOT_RESULTS},
            # Another winner may be chosen of the same candidates.
            "refit": None if is_single else metric or search.refit is True,
        },
    )
    hold = None if kept is None else kept.hold
    checkpoint = Checkpoint(search.checkpoint, header, hold=hold)
    try:
        chosen = None if search.random_state is None else seed
        compare(checkpoint.header, {**header, "seed": chosen})
        checkpoint.extend(search.n_iter)
    except BaseException:
        checkpoint.__exit__(None, None, None)
        raise
    return checkpoint


def make_session(search, space, seed, data, *, root, checkpoint, interruption, kept):
    """Return all parts of a search, so that it can start.

    Parameters
    ----------
    search : BaseEvoSearchCV
        The search.
    space : SearchSpace
        Its search space.
    seed : int
        The seed of its random number generators.
    data : FitData
        What its `fit` was given.
    root : SearchTask
        The callback task of its `fit`.
    checkpoint : Checkpoint or None
        What is known already.
    interruption : Interruption
        Ctrl-C.
    kept : Kept or None
        From `make_kept`.

    Returns
    -------
    session : Session
    """
    # What is proposed depends on the budget: first that of the first call.
    budgets = [search.n_iter] if checkpoint is None else checkpoint.budgets
    is_exhaustive = space.size <= budgets[0]
    n_candidates = int(space.size) if is_exhaustive else budgets[-1]
    objective = search._make_objective()
    proposer = _make_proposer(search, space, objective, seed, data, budgets[0])
    n_fits = n_candidates * len(data.splits) if is_exhaustive else None
    callbacks = CallbackTasks(
        root.subtask("search", max_subtasks=n_fits, sequential=False),
        len(data.splits),
        has_generations=not is_exhaustive,
    )
    return Session(
        space=space,
        proposer=proposer,
        objective=objective,
        executor=resolve_executor(
            search.n_jobs,
            search.pre_dispatch,
            fit_timeout=search.fit_timeout,
            guard=interruption.at_once,
        ),
        common=_common_arguments(
            search, data, n_candidates, seed, proposer.gradient, kept
        ),
        budgets=budgets,
        callbacks=callbacks,
        progress=Progress(search.verbose, n_candidates, objective),
        interruption=interruption,
        rules=[
            Interrupted(interruption),
            NoChange(search.n_iter_no_change, search.tol, objective),
            Timeout(search.timeout),
            callbacks,
        ],
        schedule=search._make_schedule(),
        checkpoint=checkpoint,
        kept=kept,
    )


def _make_proposer(search, space, objective, seed, data, n_iter):
    """Return the proposer of a search: exhaustive if the space is small enough."""
    with own_arithmetic():
        start = parse_initial_params(
            search.initial_params,
            space,
            metrics=_metric_names(search.scoring, data.scorers),
            steering=search._steering_metric(),
            n_splits=len(data.splits),
            own_params=search.estimator.get_params(),
        )
        if space.size <= n_iter:
            return GridProposer(space)
        return search._make_proposer(
            space, objective, seed, start, data.scorers, n_iter
        )


def _common_arguments(search, data, n_candidates, seed, gradient, kept):
    """Return the arguments of `evaluate` that all fits of a search share."""
    return {
        "estimator": clone(search.estimator),
        # On their own: dask sends each argument of a task around once.
        "X": data.X,
        "y": data.y,
        "splits": data.splits,
        "n_candidates": n_candidates,
        "seed": seed,
        "settings": FitSettings(
            scorer=data.scorers,
            fit_params=data.routed.estimator.fit,
            score_params=data.routed.scorer.score,
            return_train_score=search.return_train_score,
            error_score=search.error_score,
            verbose=search.verbose,
            gradient=gradient,
            outputs=_outputs(data, kept),
        ),
    }


def _outputs(data, kept):
    """Return what fits are to return beyond scores."""
    if kept is None:
        return None
    return Outputs(kept.targets, asks_for_labels(data.scorers), kept.keeps_models)


def _metric_names(scoring, scorers):
    """Return the metrics as ``cv_results_`` names them, None if they will show."""
    attribute = scorer_attribute(scorers)
    if isinstance(attribute, dict):
        return list(attribute)
    is_function = callable(scoring) and not is_scorer(attribute)
    return None if is_function else [ONLY_METRIC]
