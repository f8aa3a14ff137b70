"""Exact derivatives of random pipelines, compared with differences of the loss.

scikit-learn's transformers and some of our own, in place or not, stateless or not, with
the data that they are fitted on made into something else or not, before every estimator
that has a rule. Each derivative is right, wrong, declined with a reason, or unclear,
where differences do not agree with each other; a pipeline may fail to fit as well.

Usage: OMP_NUM_THREADS=1 python benchmarks/fuzz_gradients.py [--cases N] [--seed S]

Prints each wrong case and a summary; ends with status 1 if a derivative is wrong.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what the tests use as well

from tests.hypergrad.random_pipelines import outcome, random_case


def main():
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the number of the first")
    parser.add_argument("--verbose", action="store_true", help="print unclear ones too")
    arguments = parser.parse_args()
    kinds, reasons = Counter(), Counter()
    shown = {"wrong", "unclear"} if arguments.verbose else {"wrong"}
    for number in range(arguments.seed, arguments.seed + arguments.cases):
        case = random_case(number)
        found = outcome(case)
        kinds[found.kind] += 1
        if found.kind == "declined":
            reasons[found.detail] += 1
        if found.kind in shown:
            print(f"{found.kind}: case {number}, {case.scoring}, {found.detail}")
            print(f"    {case.estimator}")
    for reason, count in reasons.most_common(10 if not arguments.verbose else None):
        print(f"{count:5d} declined: {reason}")
    print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    return int(kinds["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
