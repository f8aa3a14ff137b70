"""What `ensemble="greedy"` costs: seconds and memory of a search with it and without.

Each search has a process of its own, so that its peak of memory is its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
from _runs import csv_table
from _take_home_data import keel, table
from _take_home_spaces import HIST, HIST_SPACE, log, scaled
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV

N_CANDIDATES, N_SAMPLES, N_REPETITIONS = 50, 2000, 3

MODELS = {
    "LogisticRegression": (
        scaled(LogisticRegression()),
        {"model__C": log(1e-4, 1e4, 60)},
        "neg_log_loss",
    ),
    "SVC": (
        scaled(SVC()),
        {"model__C": log(1e-2, 1e1, 10), "model__gamma": log(1e-4, 1e1, 6)},
        "roc_auc",
    ),
    "HistGradientBoostingClassifier": (
        HistGradientBoostingClassifier(**HIST),
        HIST_SPACE,
        "neg_log_loss",
    ),
}
ENSEMBLES = {"none": None, "greedy": "greedy"}
MEGABYTE = 1024  # ru_maxrss is in kilobytes


def measure_all(out):
    """Add measurements to a file, those of both kinds in turn."""
    for repetition in range(N_REPETITIONS):
        for model in MODELS:
            for ensemble in ENSEMBLES:
                command = [sys.executable, __file__, model, ensemble, str(repetition)]
                line = subprocess.run(command, capture_output=True, check=True).stdout
                with out.open("ab") as file:
                    file.write(line)
                print(line.decode().strip(), flush=True)


def measure(model, ensemble, repetition):
    """Return what a search takes, in this process."""
    estimator, space, scoring = MODELS[model]
    X, y = table(keel, "magic")
    rows = np.random.default_rng(repetition).permutation(len(y))[:N_SAMPLES]
    param_grid = {label: levels.distribution for label, levels in space.items()}
    search = GeneticSearchCV(
        estimator,
        param_grid,
        n_iter=N_CANDIDATES,
        scoring=scoring,
        cv=5,
        n_jobs=1,
        random_state=repetition,
        ensemble=ENSEMBLES[ensemble],
    )
    before = peak()
    began = time.perf_counter()
    search.fit(X[rows], y[rows])
    seconds = time.perf_counter() - began
    results = search.cv_results_
    times = results["mean_fit_time"] + results["mean_score_time"]
    return {
        "model": model,
        "ensemble": ensemble,
        "repetition": repetition,
        "seconds": round(seconds, 3),
        "seconds_fits": round(float(times.sum()) * search.n_splits_, 3),
        "peak": round(peak(), 1),
        "peak_before": round(before, 1),
    }


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def cost_table(lines):
    """Return the table in reStructuredText."""
    header = [
        "model",
        '"s, without"',
        '"s, greedy"',
        "ratio",
        '"s in fits, without"',
        '"s in fits, greedy"',
        '"peak MB, without"',
        '"peak MB, greedy"',
    ]
    rows = []
    for model in MODELS:
        plain, greedy = (of_kind(lines, model, ensemble) for ensemble in ENSEMBLES)
        ratios = greedy["seconds"] / plain["seconds"]
        row = [model, f"{plain['seconds'].mean():.1f}"]
        row += [f"{greedy['seconds'].mean():.1f}"]
        row += [f"{ratios.mean():.2f} ({ratios.min():.2f} to {ratios.max():.2f})"]
        for key, digits in (("seconds_fits", 1), ("peak", 0)):
            row += [f"{kind[key].mean():.{digits}f}" for kind in (plain, greedy)]
        rows.append(row)
    note = (
        f"{N_CANDIDATES} candidates, {N_SAMPLES} rows of magic, 5 folds, one worker: "
        f"means of {N_REPETITIONS} searches each.\n"
    )
    return csv_table(header, rows) + note


def of_kind(lines, model, ensemble):
    """Return the columns of a kind of search, in the order of the repetitions."""
    lines = sorted(
        (
            line
            for line in lines
            if (line["model"], line["ensemble"]) == (model, ensemble)
        ),
        key=lambda line: line["repetition"],
    )
    keys = ("seconds", "seconds_fits", "peak")
    return {key: np.array([line[key] for line in lines]) for key in keys}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("ensemble", choices=ENSEMBLES)
    parser.add_argument("repetition", type=int)
    arguments = parser.parse_args()
    print(json.dumps(measure(**vars(arguments))))


if __name__ == "__main__":
    main()
