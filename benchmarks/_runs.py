"""What quality.py and real_fits.py share: runs that are kept in a file, and tables.

A file of results has a line a run, in JSON. Runs that are in it are not repeated, so
that a benchmark can be stopped and goes on where it was, also in another environment
with other methods. Seeds are the outermost loop: wherever it is stopped, all methods
have about as many.
"""

import csv
import io
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np
from tasks import normalised_scores, pairwise_rank, score_and_error

BUDGETS = (50, 150)
DOCS = Path(__file__).parents[1] / "docs" / "benchmarks"
RUN = ("method", "budget", "seed", "task")  # what tells one run from another


@dataclass(frozen=True)
class Benchmark:
    """Tasks, how to load one by its name, and the methods that may be run."""

    tasks: list[str]
    load: Callable[[str], Any]
    methods: dict[str, Any]

    # ---- run

    def run(self, arguments):
        arguments.out.touch()
        done = {tuple(line[key] for key in RUN) for line in read([arguments.out])}
        methods = arguments.methods or list(self.methods)
        versions = {method: self._versions(method) for method in methods}
        for seed, method in product(range(arguments.seeds), methods):
            if versions[method] is None:
                continue
            for planned in self._planned(method, seed, arguments):
                if tuple(planned.values()) in done:
                    continue
                line = {**self._measure(planned), "versions": versions[method]}
                with arguments.out.open("a") as file:
                    file.write(json.dumps(line) + "\n")
            print(f"{method}, seed {seed}: done", flush=True)

    def _versions(self, method):
        """Return the versions of what takes part, or None if something is missing."""
        packages = ("scikit-learn", "numpy", "scipy", *self.methods[method].packages)
        try:
            found = {package: version(package) for package in packages}
        except PackageNotFoundError as error:
            print(f"{method} is left out: pip install {error.name}", flush=True)
            return None
        return {"Python": platform.python_version(), **found}

    def _planned(self, method, seed, arguments):
        plans = self.methods[method].plans
        budgets = arguments.budgets if plans else arguments.budgets[-1:]
        return [
            dict(zip(RUN, (method, budget, seed, name), strict=True))
            for budget in budgets
            for name in arguments.tasks
        ]

    def _measure(self, planned):
        budget = planned["budget"]
        scores, seconds = self.methods[planned["method"]].run(
            self.load(planned["task"]), budget, planned["seed"]
        )
        # Failures are not missing values to who reads the file.
        best = np.maximum.accumulate(np.nan_to_num(scores, nan=-np.inf))
        # A search may end early, when it has tried all that there is.
        best = np.pad(best, (0, budget - len(best)), mode="edge")
        return {
            **planned,
            "best": np.round(best, 9).tolist(),
            "seconds": round(seconds / len(scores), 6),
        }

    # ---- report

    def results(self, paths, methods):
        """Return the results of those methods that have a run on each task."""
        lines = read(paths)
        found = []
        for name in methods:
            own = [line for line in lines if line["method"] == name]
            if not own:
                continue
            results = Results(methods[name].label, own, self.tasks)
            if results.n_seeds < 1:
                print(f"{results.label} is left out: it lacks a run on some task")
            else:
                found.append(results)
        return found

    # ---- command line

    def add_run_command(self, commands, call=None):
        """Add `run` to a command line; return it."""
        command = commands.add_parser("run", help="run methods on tasks")
        command.add_argument("--methods", nargs="+", choices=self.methods)
        command.add_argument(
            "--tasks", nargs="+", default=self.tasks, choices=self.tasks
        )
        command.add_argument("--seeds", type=int, default=10)
        command.add_argument("--budgets", nargs="+", type=int, default=BUDGETS)
        command.add_argument("--out", type=Path, required=True)
        command.set_defaults(call=call or self.run)
        return command


def add_report_command(commands, call):
    command = commands.add_parser("report", help="write what the docs include")
    command.add_argument("results", nargs="+", type=Path)
    command.add_argument("--docs", type=Path, default=DOCS)
    command.set_defaults(call=call)
    return command


def read(paths):
    return [json.loads(line) for path in paths for line in path.open()]


class Results:
    """A method's runs."""

    def __init__(self, label, lines, tasks):
        self.label = label
        self.lines = lines
        self.tasks = tasks
        self.n_seeds = min(len(self.best(name, BUDGETS[-1])) for name in tasks)

    @property
    def seconds(self):
        """CPU seconds a suggestion."""
        return np.mean(
            [line["seconds"] for line in self.lines if line["budget"] == BUDGETS[-1]]
        )

    def best(self, name, budget):
        """Return the best so far on a task, shape (n_seeds, budget)."""
        runs = {
            (line["budget"], line["seed"]): line["best"][:budget]
            for line in self.lines
            if line["task"] == name and line["budget"] >= budget
        }
        smallest = min((size for size, _ in runs), default=budget)
        seeds = sorted(seed for size, seed in runs if size == smallest)
        return np.array([runs[smallest, seed] for seed in seeds])

    def summary(self, references, budget):
        """Return the mean score and its error after 1, ..., budget candidates."""
        return score_and_error(
            [
                normalised_scores(self.best(name, budget), references[name])
                for name in self.tasks
            ]
        )

    def mean_rank(self, results, budget):
        others = [other for other in results if other is not self]
        return np.mean(
            [
                pairwise_rank(
                    self.best(name, budget)[:, -1],
                    [other.best(name, budget)[:, -1] for other in others],
                )
                for name in self.tasks
            ]
        )


def summary_table(results, references, *, with_time=True):
    """Return the table of scores and ranks in reStructuredText."""
    header = ["search"]
    for budget in BUDGETS:
        header += [f"score at {budget}", f"rank at {budget}"]
    header += ["ms a suggestion", "seeds"] if with_time else ["seeds"]
    rows = []
    for method in results:
        row = [method.label]
        for budget in BUDGETS:
            scores, errors = method.summary(references, budget)
            score = round(scores[-1], 2) + 0.0  # not -0.0
            error = f" ± {errors[-1]:.2f}" if method.n_seeds > 1 else ""
            row.append(f"{score:+.2f}{error}")
            row.append(f"{method.mean_rank(results, budget):.1f}")
        if with_time:
            row.append(f"{1000 * method.seconds:.1f}")
        rows.append([*row, method.n_seeds])
    return csv_table(header, rows)


def task_table(results, references, budget):
    """Return a table of the scores on each task, a column a method."""
    rows = []
    for task in references:
        row = [task]
        for method in results:
            best = method.best(task, budget)
            scores = normalised_scores(best, references[task])[:, -1]
            error = scores.std(ddof=1) / len(scores) ** 0.5
            row.append(f"{scores.mean() + 0.0:+.2f} ± {error:.2f}")
        rows.append(row)
    return csv_table(["task", *(f'"{method.label}"' for method in results)], rows)


def csv_table(header, rows):
    """Return a table in reStructuredText."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    lines = "".join(f"   {row}\n" for row in file.getvalue().splitlines())
    return f".. csv-table::\n   :header: {', '.join(header)}\n\n{lines}\n"


def versions_line(results):
    used = {}
    for line in chain.from_iterable(method.lines for method in results):
        for package, number in line["versions"].items():
            used.setdefault(package, set()).add(number)
    versions = ", ".join(
        f"{package} {' and '.join(sorted(numbers))}"
        for package, numbers in used.items()
    )
    return f"Versions: {versions}.\n"
