"""The searches that are compared on the tasks.

Each one is called with a task's space, an :class:`Objective`, a budget and a seed. What
it needs is imported when it runs, so that the others do without.
"""

import contextlib
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import KFold, ParameterSampler

from tasks._space import Choice, Integer, Real


class BudgetSpent(BaseException):
    """Ends a search that has no budget of its own; not an error that it may handle."""


class Objective:
    """A task's score, to be maximised, which is recorded and timed."""

    def __init__(self, task, budget):
        self.task = task
        self._budget = budget
        self.scores = []
        self.seconds = 0.0

    def __call__(self, configuration):
        if len(self.scores) == self._budget:
            raise BudgetSpent
        self.scores.append(float(self.folds(configuration).mean()))
        return self.scores[-1]

    def folds(self, configuration):
        start = time.thread_time()
        scores = self.task.folds(configuration)
        self.seconds += time.thread_time() - start
        return scores


class LookedUp(RegressorMixin, BaseEstimator):
    """An estimator with any parameters, whose score is looked up instead of fitted.

    `X` holds the numbers of the folds, one a row.
    """

    def __init__(self, look_up, **parameters):
        self.look_up = look_up
        self.parameters = parameters

    def get_params(self, deep=True):
        return dict(self.parameters)

    def set_params(self, **parameters):
        self.parameters = {**self.parameters, **parameters}
        return self

    def __sklearn_clone__(self):
        return LookedUp(self.look_up, **self.parameters)

    def fit(self, X, y):
        self.n_features_in_ = 1
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def score(self, X, y):
        return float(self.look_up(self.parameters)[int(X[0, 0])])


FOLDS = np.arange(5.0).reshape(-1, 1)


# ---- ours


def skopt_evo(space, objective, budget, seed, **settings):
    look_up = {"estimator": LookedUp(objective.folds), "cv": KFold(5)}
    run_ours(
        space, objective, look_up, (FOLDS, FOLDS.ravel()), budget, seed, **settings
    )


def skopt_evo_fitted(space, objective, budget, seed, **settings):
    task = objective.task
    run_ours(space, objective, task.search, task.data, budget, seed, **settings)


def run_ours(
    space, objective, problem, data, budget, seed, search="GeneticSearchCV", **settings
):
    import skopt_evo

    search = getattr(skopt_evo, search)(
        param_grid=space.param_grid,
        n_iter=budget,
        refit=False,
        random_state=seed,
        **problem,
        **settings,
    )
    results = search.fit(*data).cv_results_
    complete = results["n_splits_evaluated"] == search.n_splits_
    objective.scores = np.where(complete, results["mean_test_score"], -np.inf).tolist()


# ---- ours, with a part that does nothing


@dataclass(frozen=True)
class FirstParent:
    """A crossover that recombines nothing."""

    def __call__(self, first, second, layout, rng):
        return first


@dataclass(frozen=True)
class Unchanged:
    """A mutation that changes nothing."""

    def __call__(self, genomes, steps, layout, rng):
        return genomes


@dataclass(frozen=True)
class RandomSurvival:
    """A survival for which only a failure is worse than another result."""

    def __call__(self, losses, ages, size, rng):
        succeeded = np.flatnonzero(~np.isnan(losses))
        return rng.permutation(succeeded)[:size]


# ---- peers


def random_search(space, objective, budget, seed):
    for configuration in ParameterSampler(space.param_grid, budget, random_state=seed):
        objective(configuration)


def optuna(space, objective, budget, seed, sampler):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def suggest(trial, label):
        match space.genes[label]:
            case Choice(options):
                return trial.suggest_categorical(label, range(len(options)))
            case Integer(low, high):
                return trial.suggest_int(label, low, high)
            case Real(low, high, log):
                return trial.suggest_float(label, low, high, log=log)

    study = optuna.create_study(
        direction="maximize", sampler=getattr(optuna.samplers, sampler)(seed=seed)
    )
    study.optimize(
        lambda trial: objective(space.configuration(partial(suggest, trial))), budget
    )


def skopt_gp(space, objective, budget, seed):
    from skopt import Optimizer
    from skopt import space as dimensions

    def dimension(label, gene):
        match gene:
            case Choice(options):
                return dimensions.Categorical(range(len(options)), name=label)
            case Integer(low, high):
                return dimensions.Integer(low, high, name=label)
            case Real(low, high, log):
                prior = "log-uniform" if log else "uniform"
                return dimensions.Real(low, high, prior, name=label)

    optimizer = Optimizer(
        [dimension(label, gene) for label, gene in space.genes.items()],
        base_estimator="GP",
        random_state=seed,
    )
    for _ in range(budget):
        point = optimizer.ask()
        proposal = dict(zip(space.genes, point, strict=True))
        score = objective(space.configuration(proposal.__getitem__))
        optimizer.tell(point, -score)


def hebo(space, objective, budget, seed, batch_size):
    import torch
    from hebo.design_space.design_space import DesignSpace
    from hebo.optimizers.hebo import HEBO

    def dimension(label, gene):
        match gene:
            case Choice(options):
                categories = list(range(len(options)))
                return {"name": label, "type": "cat", "categories": categories}
            case Integer(low, high):
                return {"name": label, "type": "int", "lb": low, "ub": high}
            case Real(low, high, log):
                kind = "pow" if log else "num"
                return {"name": label, "type": kind, "lb": low, "ub": high}

    # It draws from the global generators.
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
    optimizer = HEBO(
        DesignSpace().parse([dimension(*gene) for gene in space.genes.items()]),
        scramble_seed=seed,
    )
    while (left := budget - len(objective.scores)) > 0:
        with contextlib.redirect_stdout(io.StringIO()):
            batch = optimizer.suggest(n_suggestions=min(batch_size, left))
        scores = [
            objective(space.configuration(proposal.__getitem__))
            for _, proposal in batch.iterrows()
        ]
        optimizer.observe(batch, -np.array(scores)[:, np.newaxis])


def sklearn_genetic(space, objective, budget, seed, **settings):
    from sklearn_genetic import GASearchCV
    from sklearn_genetic import space as dimensions

    def dimension(gene):
        match gene:
            case Choice(options):
                return dimensions.Categorical(list(range(len(options))))
            case Integer(low, high):
                return dimensions.Integer(low, high)
            case Real(low, high, log):
                distribution = "log-uniform" if log else "uniform"
                return dimensions.Continuous(low, high, distribution)

    def look_up(proposal):
        return [objective(space.configuration(proposal.__getitem__))]

    search = GASearchCV(
        LookedUp(look_up),
        param_grid={label: dimension(gene) for label, gene in space.genes.items()},
        cv=[([1], [0])],  # one split, so that each call is a candidate
        refit=False,
        verbose=False,
        random_state=seed,
        **settings,
    )
    search.fit(FOLDS, FOLDS.ravel())


# ---- the table of them


@dataclass(frozen=True)
class Method:
    """A search, its name in tables and plots, and what it needs.

    A search that plans with its budget is run once for each budget; of any other one
    the first candidates are the same for all of them.
    """

    search: Callable
    label: str
    packages: tuple[str, ...]
    plans: bool = False

    def run(self, task, budget, seed):
        """Return the scores of the candidates and the search's own CPU seconds."""
        objective = Objective(task, budget)
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(BudgetSpent):
                self.search(task.space, objective, budget, seed)
        seconds = time.process_time() - start - objective.seconds
        return objective.scores, seconds


def optuna_method(sampler, label, *packages):
    return Method(partial(optuna, sampler=sampler), label, ("optuna", *packages))


def genetic_method(label, **settings):
    return Method(partial(sklearn_genetic, **settings), label, ("sklearn-genetic-opt",))


def hebo_method(label, **settings):
    return Method(partial(hebo, **settings), label, ("HEBO",))


def our_method(label, run=skopt_evo, **settings):
    return Method(partial(run, **settings), label, ("skopt-evo",), plans=True)


METHODS = {
    "skopt_evo": our_method("GeneticSearchCV"),
    "skopt_evo_plain": our_method("GeneticSearchCV, no surrogate", surrogate=None),
    "skopt_evo_gradient": our_method("GradientSearchCV", search="GradientSearchCV"),
    "skopt_evo_differences": our_method(
        "GradientSearchCV, differences",
        search="GradientSearchCV",
        gradient="finite_difference",
    ),
    "skopt_evo_spsa": our_method(
        "GradientSearchCV, SPSA", search="GradientSearchCV", gradient="spsa"
    ),
    "random": Method(random_search, "random search", ("scikit-learn",)),
    "optuna_tpe": optuna_method("TPESampler", "Optuna, TPE"),
    "optuna_gp": optuna_method("GPSampler", "Optuna, Gaussian process", "torch"),
    "optuna_nsga2": optuna_method("NSGAIISampler", "Optuna, NSGA-II"),
    "skopt_gp": Method(skopt_gp, "scikit-optimize", ("scikit-optimize",)),
    "hebo": hebo_method("HEBO, one at a time", batch_size=1),
    # Much cheaper, and how it won the NeurIPS challenge of 2020.
    "hebo_8": hebo_method("HEBO, eight at a time", batch_size=8),
    "sklearn_genetic": genetic_method("sklearn-genetic-opt"),
    "sklearn_genetic_10": genetic_method(
        "sklearn-genetic-opt, population 10", population_size=10
    ),
}

# What remains of ours without a part of it.
WITHOUT = {
    "crossover": {"crossover": FirstParent()},
    "mutation": {"mutation": Unchanged()},
    "survival": {"survival": RandomSurvival()},
}
ABLATIONS = {
    "skopt_evo": our_method("all its parts"),
    **{
        f"skopt_evo_no_{part}": our_method(f"without {part}", **settings)
        for part, settings in WITHOUT.items()
    },
    "skopt_evo_plain": our_method("without surrogate", surrogate=None),
    **{
        f"skopt_evo_plain_no_{part}": our_method(
            f"without surrogate, without {part}", surrogate=None, **settings
        )
        for part, settings in WITHOUT.items()
    },
}

# Those that are compared by real fits.
FITTED_METHODS = {
    "skopt_evo": our_method("GeneticSearchCV", skopt_evo_fitted),
    "skopt_evo_plain": our_method(
        "GeneticSearchCV, no surrogate", skopt_evo_fitted, surrogate=None
    ),
    "optuna_tpe": METHODS["optuna_tpe"],
    "random": METHODS["random"],
}
