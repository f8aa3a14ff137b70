"""Best score that each search finds by real fits, at 50 and at 150 candidates.

As quality.py, but with models that are fitted on five folds, and on other data. On the
common scale 0 is the mean of the runs of random search with as many candidates, 1 the
best value that any run of any search has found.

Usage, in an environment with the extra "benchmark":

    OMP_NUM_THREADS=1 python benchmarks/real_fits.py run --out results.jsonl
    python benchmarks/real_fits.py report results.jsonl

Random search is the zero of the scale. More seeds for it make the scale more exact:

    python benchmarks/real_fits.py run --methods random --seeds 20 --out results.jsonl
"""

import argparse

import numpy as np
from _runs import (
    BUDGETS,
    Benchmark,
    add_report_command,
    csv_table,
    summary_table,
    versions_line,
)
from tasks.fitted import FITTED, load_fitted
from tasks.methods import FITTED_METHODS

BENCHMARK = Benchmark(FITTED, load_fitted, FITTED_METHODS)


def report(arguments):
    results = BENCHMARK.results(arguments.results, FITTED_METHODS)
    references = {name: reference(results, name) for name in FITTED}
    (arguments.docs / "real_fits.inc").write_text(
        summary_table(results, references, with_time=False)
        + "".join(task_table(results, budget) for budget in BUDGETS)
        + versions_line(results)
    )


def reference(results, name):
    """Return the scale of a task, see `normalised_scores`."""
    found = {method.label: method.best(name, BUDGETS[-1]) for method in results}
    runs = found[FITTED_METHODS["random"].label]
    best = max(
        method.best(name, budget).max() for method in results for budget in BUDGETS
    )
    return {"mean": runs.mean(axis=0), "clip": np.median(runs[:, 0]), "best": best}


def task_table(results, budget):
    """Return the table of scores after so many candidates in reStructuredText."""
    header = ["task", *(f'"{method.label}"' for method in results)]
    rows = [
        [name]
        + [mean_and_error(method.best(name, budget)[:, -1]) for method in results]
        for name in FITTED
    ]
    return f"After {budget} candidates:\n\n{csv_table(header, rows)}"


def mean_and_error(values):
    """Return both as text, with two digits of the error, but 4 decimals at most."""
    mean, error = np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))
    decimals = 4 if error < 1e-3 else max(0, 1 - int(np.floor(np.log10(error))))
    return f"{mean:.{decimals}f} ± {error:.{decimals}f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    BENCHMARK.add_run_command(commands)
    add_report_command(commands, report)
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
