"""Candidates, fits and CPU time until a search comes close to the best known loss.

GradientSearchCV with exact derivatives, against grids, random points, Optuna, scikit-
optimize and scikit-learn's own path solvers, where there is a rule for the model. The
loss is minus the mean score over the folds; the best known one is the lowest of all
runs, among them a long descent.

Usage, in an environment with the extra "benchmark":

    OMP_NUM_THREADS=1 python benchmarks/hypergradients.py run --out results.jsonl
    OMP_NUM_THREADS=1 python benchmarks/hypergradients.py cost
    OMP_NUM_THREADS=1 python benchmarks/hypergradients.py cost --large
    python benchmarks/hypergradients.py report results.jsonl

`run` adds a line a run to its file and skips those that are in it. `cost` and `report`
write what the docs include.
"""

import argparse
import datetime
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from _gradient_cost import add_cost_command
from _runs import RUN, Benchmark, add_report_command, csv_table, read, versions_line
from tasks.descents import ANYWHERE, METHODS, OURS
from tasks.differentiable import PROBLEMS

WITHIN = (1.0, 0.1)  # percent
NEVER = "never"
PLOTTED = (OURS, ANYWHERE, "grid_100", "random", "tpe", "cma", "skopt")


class Comparison(Benchmark):
    """Runs that each have a budget of their own, and keep all they saw."""

    def _planned(self, method, seed, arguments):
        ours = self.methods[method]
        if seed and not ours.is_random:
            return []
        budgets = [
            (name, ours.budget(name, self.load(name))) for name in arguments.tasks
        ]
        return [
            dict(zip(RUN, (method, budget, seed, name), strict=True))
            for name, budget in budgets
            if budget is not None
        ]

    def _measure(self, planned):
        trace = self.methods[planned["method"]].run(
            self.load(planned["task"]), planned["budget"], planned["seed"]
        )
        return {
            **planned,
            "losses": np.round(trace.losses, 9).tolist(),
            "seconds": np.round(trace.seconds, 5).tolist(),
            "first": trace.first,
            "date": str(datetime.date.today()),
        }

    def add_run_command(self, commands):
        """Add `run` to a command line, without budgets."""
        command = commands.add_parser("run", help="run methods on problems")
        command.add_argument("--methods", nargs="+", choices=self.methods)
        command.add_argument(
            "--tasks", nargs="+", default=self.tasks, choices=self.tasks
        )
        command.add_argument("--seeds", type=int, default=5)
        command.add_argument("--out", type=Path, required=True)
        command.set_defaults(call=self.run)


COMPARISON = Comparison(list(PROBLEMS), PROBLEMS.__getitem__, METHODS)

# ---- report


@dataclass(frozen=True)
class Runs:
    """The runs of a method on a problem."""

    label: str
    lines: list[dict]
    best: float

    @cached_property
    def gaps(self):
        """The best so far of each run, in percent above the best known loss."""
        return [
            100 * (np.fmin.accumulate(line["losses"]) - self.best) / abs(self.best)
            for line in self.lines
        ]

    def candidates(self, percent):
        """Return how many candidates it took to come so close."""
        return middle([first(gap, percent) for gap in self.gaps])

    def seconds(self, percent):
        """Return the CPU time of it."""
        times = zip(self.lines, self.gaps, strict=True)
        return middle(
            [
                line["seconds"][int(n) - 1]
                if (n := first(gap, percent)) < np.inf
                else n
                for line, gap in times
            ]
        )

    def gap_after(self, n):
        return middle([gap[min(n, len(gap)) - 1] for gap in self.gaps])

    def loss_after(self, n):
        return self.best + abs(self.best) * self.gap_after(n) / 100

    @property
    def n_candidates(self):
        return middle([len(line["losses"]) for line in self.lines])

    @property
    def total(self):
        """The CPU time of all of a run."""
        return middle([line["seconds"][-1] for line in self.lines])

    @property
    def n_first(self):
        """The candidates of the first descent."""
        return self.lines[0]["first"]


def first(gaps, percent):
    near = np.flatnonzero(gaps <= percent)
    return near[0] + 1 if len(near) else np.inf


def middle(values):
    """Return the median, the upper one of two: there may be infinite ones."""
    return sorted(values)[len(values) // 2]


def runs_by_problem(lines):
    found = {}
    for name in PROBLEMS:
        own = [line for line in lines if line["task"] == name]
        if not own:
            continue
        best = min(np.nanmin(line["losses"]) for line in own)
        found[name] = {
            method: Runs(METHODS[method].label, kept, best)
            for method in METHODS
            if (kept := [line for line in own if line["method"] == method])
        }
    return found


def of_kind(runs, kind):
    return {name: one for name, one in runs.items() if PROBLEMS[name].kind == kind}


def report(arguments):
    lines = read(arguments.results)
    runs = runs_by_problem(lines)
    small, many, large = (of_kind(runs, kind) for kind in ("small", "many", "large"))
    dates = sorted({line["date"] for line in lines})
    footer = f"Runs of {' and '.join(dates)}. " + versions_line(
        [one for methods in runs.values() for one in methods.values()]
    )
    tables = {
        "": summary_table(small) + footer,
        "_small": "".join(problem_table(*one) for one in small.items()),
        "_many": many_table(many),
        "_large_search": "".join(problem_table(*one) for one in large.items()),
    }
    for name, text in tables.items():
        (arguments.docs / f"hypergradients{name}.inc").write_text(text)
    plot({**small, **many}, arguments.docs / "hypergradients.svg")


def summary_table(runs):
    header = [
        "problem",
        *(f"to {percent:g} %" for percent in WITHIN),
        *(f"to {percent:g} %, random start" for percent in WITHIN),
        "CPU s to 0.1 %",
        "grid of 100",
        "TPE of 100",
        "end of the descent",
    ]
    rows = []
    for name, methods in runs.items():
        if not {OURS, ANYWHERE} <= methods.keys():
            continue
        ours, anywhere = methods[OURS], methods[ANYWHERE]
        rows.append(
            [
                PROBLEMS[name].title,
                *(count(ours.candidates(percent)) for percent in WITHIN),
                *(count(anywhere.candidates(percent)) for percent in WITHIN),
                time_of(ours.seconds(WITHIN[-1])),
                *(times_ours(methods, peer) for peer in ("grid_100", "tpe")),
                f"{ours.n_first} ({ours.gap_after(ours.n_first):.2f} %)",
            ]
        )
    return csv_table(quoted(header), rows)


def times_ours(methods, peer):
    """Return the time of all of a peer's run as a multiple of ours to 0.1 %."""
    if peer not in methods or (ours := methods[OURS].seconds(WITHIN[-1])) == np.inf:
        return NEVER
    return f"{methods[peer].total / ours:.0f} times"


def problem_table(name, methods):
    problem = PROBLEMS[name]
    header = [
        "search",
        *(f"candidates to {percent:g} %" for percent in WITHIN),
        "fits to 0.1 %",
        *(f"CPU s to {percent:g} %" for percent in WITHIN),
        "candidates in all",
        "CPU s in all",
        "gap in the end",
        "runs",
    ]
    rows = []
    for runs in methods.values():
        candidates = [runs.candidates(percent) for percent in WITHIN]
        rows.append(
            [
                runs.label,
                *map(count, candidates),
                count(candidates[-1] * problem.n_splits),
                *(time_of(runs.seconds(percent)) for percent in WITHIN),
                runs.n_candidates,
                time_of(runs.total),
                f"{runs.gap_after(runs.n_candidates):.3f} %",
                len(runs.lines),
            ]
        )
    best = next(iter(methods.values())).best
    title = f"{problem.title}; best known {problem.scoring} {-best:.6g}"
    return f"{title}:\n\n{csv_table(quoted(header), rows)}"


def many_table(runs):
    marks = (10, 20, 40, 100, 200, 400)
    header = ["search", *(f"after {n}" for n in marks), "CPU s in all", "runs"]
    text = ""
    for name, methods in runs.items():
        rows = [
            [
                one.label,
                *(
                    f"{one.loss_after(n):.4g}" if n <= one.n_candidates else ""
                    for n in marks
                ),
                time_of(one.total),
                len(one.lines),
            ]
            for one in methods.values()
        ]
        text += f"{PROBLEMS[name].title}:\n\n{csv_table(quoted(header), rows)}"
    return text


def quoted(header):
    return [f'"{name}"' for name in header]


def count(number):
    return NEVER if number == np.inf else int(number)


def time_of(seconds):
    return NEVER if seconds == np.inf else f"{seconds:.2f}"


def plot(runs, path):
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = path.name  # the same file for the same results
    mpl.rcParams["svg.fonttype"] = "none"  # a third of the size
    figure, axes = plt.subplots(
        -(-len(runs) // 3), 3, figsize=(10, 13), layout="constrained", squeeze=False
    )
    lines = {}
    for panel, (name, methods) in zip(axes.flat, runs.items(), strict=False):
        for color, method in enumerate(PLOTTED):
            if method in methods:
                label = methods[method].label
                lines[label] = draw(panel, methods[method].gaps, f"C{color}")
        for percent in WITHIN:
            panel.axhline(percent, color="0.8", linewidth=0.8, zorder=0)
        panel.set(xscale="log", yscale="log", ylim=(8e-4, None))
        panel.minorticks_off()
        panel.set_title(PROBLEMS[name].title, fontsize="small")
        panel.set_xlabel("candidates", fontsize="small")
    for panel in axes.flat[len(runs) :]:
        panel.axis("off")
    figure.supylabel("percent above the best known loss")
    figure.legend(
        lines.values(), lines, loc="outside lower center", ncols=3, frameon=False
    )
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def draw(panel, gaps, color):
    """Draw the median of the runs; return the line."""
    middle_gaps = np.sort(gaps, axis=0)[len(gaps) // 2]
    # Where nothing changes, the ends of the line say it all.
    kept = np.flatnonzero(np.diff(middle_gaps, prepend=np.inf))
    kept = np.append(kept, len(middle_gaps) - 1)
    (line,) = panel.step(
        kept + 1, np.maximum(middle_gaps[kept], 1e-3), where="post", color=color
    )
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    COMPARISON.add_run_command(commands)
    add_cost_command(commands)
    add_report_command(commands, report)
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
