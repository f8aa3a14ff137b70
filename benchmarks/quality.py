"""Best score that each search finds, at 50 and at 150 candidates.

Twelve of the tasks look scores up in an interpolated table of real evaluations, so that
a run takes as long as the search itself; two fit models. All scores are on one scale: 0
is what random search of as many candidates can expect, 1 the best value known.

Usage, in an environment with the extra "benchmark":

    OMP_NUM_THREADS=1 python benchmarks/quality.py run --out results.jsonl
    python benchmarks/quality.py report results.jsonl

`run` adds a line a run to its file and skips those that are in it. With `--ablations`
both are about GeneticSearchCV without one part after another.
"""

import argparse

import numpy as np
from _runs import (
    BUDGETS,
    Benchmark,
    add_report_command,
    summary_table,
    task_table,
    versions_line,
)
from tasks import TASKS, load_task
from tasks.methods import ABLATIONS, METHODS

# Ways to get gradients, compared task by task after so many candidates.
GRADIENTS = {
    name: METHODS[name]
    for name in (
        "skopt_evo_gradient",
        "skopt_evo_differences",
        "skopt_evo_spsa",
        "random",
    )
}
AT = 60

BENCHMARK = Benchmark(TASKS, load_task, {**METHODS, **ABLATIONS})


def run(arguments):
    if arguments.methods is None:
        arguments.methods = list(ABLATIONS if arguments.ablations else METHODS)
    BENCHMARK.run(arguments)


def report(arguments):
    methods = ABLATIONS if arguments.ablations else METHODS
    references = {name: load_task(name).reference for name in TASKS}
    results = BENCHMARK.results(arguments.results, methods)
    if not arguments.ablations:
        results.sort(key=lambda method: -method.summary(references, BUDGETS[-1])[0][-1])
        plot(results, references, arguments.docs / "quality.svg")
        gradients = BENCHMARK.results(arguments.results, GRADIENTS)
        text = task_table(gradients, references, AT)
        (arguments.docs / "gradients.inc").write_text(text)
    text = summary_table(results, references) + versions_line(results)
    name = "ablations.inc" if arguments.ablations else "quality.inc"
    (arguments.docs / name).write_text(text)


def plot(results, references, path):
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = path.name  # the same file for the same results
    figure, axes = plt.subplots(figsize=(8, 6), layout="constrained")
    candidates = np.arange(1, BUDGETS[-1] + 1)
    for method in results:
        scores, errors = method.summary(references, BUDGETS[-1])
        (line,) = axes.plot(candidates, scores, label=method.label)
        axes.fill_between(
            candidates,
            scores - errors,
            scores + errors,
            color=line.get_color(),
            alpha=0.15,
        )
    axes.set(xlabel="candidates", ylabel="score", xlim=(1, BUDGETS[-1]))
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    for command in (
        BENCHMARK.add_run_command(commands, run),
        add_report_command(commands, report),
    ):
        command.add_argument("--ablations", action="store_true")
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
