"""A run of take_home.py: all methods on a pair, with the data drawn by a seed.

What is kept of a run are numbers only, so that tables are made without fitting anything
again.
"""

import time
import warnings

import numpy as np
import optuna
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score

from skopt_evo import GeneticSearchCV
from skopt_evo.ensemble import FoldsEnsemble, GreedyEnsemble, TopEnsemble
from skopt_evo.selection import corrected_score

N_CANDIDATES = 60
N_FEW = 20

LABELS = {
    "default": "no search, defaults",
    "grid": "GridSearchCV",
    "random": "RandomizedSearchCV",
    "tpe": "Optuna, TPE",
    "best": "GeneticSearchCV",
    "folds": 'GeneticSearchCV, ``ensemble="folds"``',
    "greedy": 'GeneticSearchCV, ``ensemble="greedy"``',
    "greedy_refit": "GeneticSearchCV, greedy, members refitted",
    "top": "GeneticSearchCV, the best ten, equal weights",
    "few": f"GeneticSearchCV, {N_FEW} candidates",
    "few_greedy": f'GeneticSearchCV, {N_FEW} candidates, ``ensemble="greedy"``',
}
CORRECTED = {
    "corrected": "GeneticSearchCV, ``corrected_score_``",
    "from_folds": "GeneticSearchCV, ``corrected_score(cv_results_)``",
    "corrected_greedy": 'GeneticSearchCV, ``ensemble="greedy"``, ``corrected_score_``',
}


def kept(name, pair, repetition):
    """Return what is kept of a run, ready for JSON."""
    with warnings.catch_warnings():
        # Models that do not converge, ill-conditioned kernels, constant columns.
        warnings.simplefilter("ignore")
        found = Run(pair, repetition)
        run_others(found)
        run_ours(found)
        run_few(found)
    return {
        "pair": name,
        "repetition": repetition,
        "scoring": pair.scoring,
        "n_train": len(found.y),
        "n_test": len(found.y_test),
        "methods": found.methods,
        "hindsight": found.hindsight,
        "seconds": found.seconds,
    }


class Run:
    """Data, splits and scorer of a run, and what its methods have found.

    Attributes
    ----------
    methods : dict of dicts
        For each method ``test``, the score on new data, and, where it says one, its
        own score ``reported`` with the limits ``low`` and ``high`` that are given for
        it, and the standard error ``error`` of the scores on the folds.
    """

    def __init__(self, pair, repetition):
        self.pair, self.seed = pair, repetition
        self.X, self.X_test, self.y, self.y_test = pair.draw(repetition)
        self.options = {"scoring": pair.scoring, "cv": pair.splits(repetition)}
        self.methods, self.seconds = {}, {}
        self.hindsight = None
        self._scorer = get_scorer(pair.scoring)

    def test(self, fitted):
        return float(self._scorer(fitted, self.X_test, self.y_test))

    def add(self, method, began, fitted, folds=None):
        """Keep the result of a method, which reports the mean of the folds' scores."""
        self.seconds[method] = round(time.perf_counter() - began, 3)
        found = self.methods[method] = {"test": self.test(fitted)}
        if folds is not None:
            mean, error = float(np.mean(folds)), standard_error(folds)
            limits = {"low": mean - 2 * error, "high": mean + 2 * error}
            found.update({"reported": mean, "error": error, **limits})

    def add_corrected(self, name, method, corrected):
        """Keep what is said of the test score of a method."""
        self.methods[name] = {
            "test": self.methods[method]["test"],
            "reported": corrected.score,
            "error": self.methods["best"]["error"],
            "low": corrected.low,
            "high": corrected.high,
            "by": corrected.method,
        }


def standard_error(folds):
    return float(np.std(folds, ddof=1) / np.sqrt(len(folds)))


def winner_folds(search):
    results, row = search.cv_results_, search.best_index_
    return [results[f"split{fold}_test_score"][row] for fold in range(search.n_splits_)]


# ---- searches of others


def run_others(run):
    pair = run.pair
    began = time.perf_counter()
    folds = cross_val_score(pair.model, run.X, run.y, **run.options)
    run.add("default", began, clone(pair.model).fit(run.X, run.y), folds)
    searches = {
        "grid": GridSearchCV(pair.model, pair.grid, **run.options),
        "random": RandomizedSearchCV(
            pair.model,
            pair.param_grid,
            n_iter=N_CANDIDATES,
            random_state=run.seed,
            **run.options,
        ),
    }
    for method, search in searches.items():
        began = time.perf_counter()
        search.fit(run.X, run.y)
        run.add(method, began, search.best_estimator_, winner_folds(search))
    began = time.perf_counter()
    run.add("tpe", began, *search_with_optuna(run))


def search_with_optuna(run):
    """Return the winner of Optuna's TPE, refitted, and its scores on the folds."""

    def candidate(suggester):
        params = {
            name: suggest(suggester, name, values)
            for name, values in run.pair.param_grid.items()
        }
        return clone(run.pair.model).set_params(**clone(params, safe=False))

    def objective(trial):
        folds = cross_val_score(candidate(trial), run.X, run.y, **run.options)
        trial.set_user_attr("folds", folds.tolist())
        return folds.mean()

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=run.seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=N_CANDIDATES)
    best = study.best_trial
    fitted = candidate(optuna.trial.FixedTrial(best.params)).fit(run.X, run.y)
    return fitted, best.user_attrs["folds"]


def suggest(trial, name, values):
    if isinstance(values, list):
        return values[trial.suggest_categorical(name, list(range(len(values))))]
    low, high = values.support()
    if values.dist.name == "randint":
        return trial.suggest_int(name, int(low), int(high))
    is_log = values.dist.name in ("loguniform", "reciprocal")
    return trial.suggest_float(name, low, high, log=is_log)


# ---- ours

# What is made of one search: these differ in nothing else.
ENSEMBLES = {
    "folds": FoldsEnsemble(),
    "greedy": GreedyEnsemble(),
    "greedy_refit": GreedyEnsemble(members="refit"),
    "top": TopEnsemble(10),
}


def genetic_search(run, n_iter):
    return GeneticSearchCV(
        run.pair.model,
        run.pair.param_grid,
        n_iter=n_iter,
        return_predictions=True,
        random_state=run.seed,
        **run.options,
    ).fit(run.X, run.y)


def run_ours(run):
    began = time.perf_counter()
    search = genetic_search(run, N_CANDIDATES)
    run.add("best", began, search.best_estimator_, winner_folds(search))
    for method, ensemble in ENSEMBLES.items():
        began = time.perf_counter()
        run.add(method, began, ensemble.from_search(search, run.X, run.y))
    run.add_corrected("corrected", "best", search.corrected_score_)
    run.add_corrected("from_folds", "best", corrected_score(search.cv_results_))
    # As if the search had been fitted with it: its score is made of the predictions.
    search.set_params(ensemble=ENSEMBLES["greedy"])
    run.add_corrected("corrected_greedy", "greedy", corrected_score(search))
    run.hindsight = max(
        run.test(clone(run.pair.model).set_params(**params).fit(run.X, run.y))
        for params in clone(list(search.cv_results_["params"]), safe=False)
    )


def run_few(run):
    began = time.perf_counter()
    search = genetic_search(run, N_FEW)
    run.add("few", began, search.best_estimator_, winner_folds(search))
    began = time.perf_counter()
    run.add("few_greedy", began, ENSEMBLES["greedy"].from_search(search, run.X, run.y))
