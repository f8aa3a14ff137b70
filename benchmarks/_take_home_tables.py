"""The tables of take_home.py, made of the runs that are kept in a file.

A gap is what a search could gain at most: the best test score of all candidates of our
search, minus that of the defaults. It is the median over the repetitions of a pair.
Gains are differences of test scores to the best candidate of our search by its
cross-validated score, divided by the gap of the pair. A pair whose gap is less than
`LEAST_GAP` of the scale of its scores has nothing to gain, and is left out of the means
of gains in gaps, not of the shares of runs. The scale is 1 for shares of a whole, and
the defaults' loss for losses.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from _runs import csv_table
from _take_home_runs import CORRECTED, LABELS

LEAST_GAP = 0.005
SCORINGS = {
    "neg_log_loss": "log loss",
    "roc_auc": "AUC",
    "accuracy": "accuracy",
    "r2": "R²",
    "neg_mean_squared_error": "squared error",
}
LOSSES = ("neg_log_loss", "neg_mean_squared_error")
EQUAL = 1e-12  # differences of two means of the same numbers
BASE = "best"


@dataclass(frozen=True)
class PairRuns:
    """The runs of a pair."""

    name: str
    lines: list[dict]

    @property
    def scoring(self):
        return self.lines[0]["scoring"]

    @cached_property
    def scale(self):
        is_loss = self.scoring in LOSSES
        return abs(np.median(self.tests("default"))) if is_loss else 1.0

    @cached_property
    def gap(self):
        return np.median(self.column("hindsight") - self.tests("default"))

    @property
    def has_gap(self):
        return self.gap >= LEAST_GAP * self.scale

    def column(self, key):
        return np.array([line[key] for line in self.lines])

    def of(self, method, key):
        """Return a number of a method in each run."""
        return np.array([line["methods"][method][key] for line in self.lines])

    def tests(self, method):
        return self.of(method, "test")

    def gains(self, method):
        return self.tests(method) - self.tests(BASE)


def group(lines):
    """Return the runs of each pair that has some."""
    names = dict.fromkeys(line["pair"] for line in lines)
    return [
        PairRuns(name, [line for line in lines if line["pair"] == name])
        for name in names
    ]


def measured(pairs, labels):
    """Return those labels whose methods have been run everywhere."""
    lines = [line for pair in pairs for line in pair.lines]
    return {
        method: label
        for method, label in labels.items()
        if all(method in line["methods"] for line in lines)
    }


def with_error(values, digits=2):
    """Return the mean with its standard error as text; one value has none."""
    values = np.asarray(values)
    if not len(values):
        return ""
    mean = f"{values.mean() + 0.0:+.{digits}f}"
    if len(values) == 1:
        return mean
    return f"{mean} ± {values.std(ddof=1) / np.sqrt(len(values)):.{digits}f}"


def percent(flags):
    return f"{100 * np.mean(flags):.0f} %"


def gains_in_gaps(pairs, method):
    return [pair.gains(method).mean() / pair.gap for pair in pairs if pair.has_gap]


# ---- quality


def quality_table(pairs):
    """Return the table of what methods gain over the best candidate."""
    header = ["method", "gain in gaps", "median", "won", "lost", "overtuned"]
    rows = []
    for method, label in measured(pairs, LABELS).items():
        in_gaps = gains_in_gaps(pairs, method)
        gains = np.concatenate([pair.gains(method) / pair.scale for pair in pairs])
        losses = np.concatenate(
            [
                (pair.tests("default") - pair.tests(method)) / pair.scale
                for pair in pairs
            ]
        )
        row = [label, "0", "0", "", ""]
        if method != BASE:
            won, lost = percent(gains > EQUAL), percent(gains < -EQUAL)
            median = f"{np.median(in_gaps):+.2f}"
            row = [label, with_error(in_gaps), median, won, lost]
        overtuned = "" if method == "default" else percent(losses > EQUAL)
        rows.append([*row, overtuned])
    return csv_table(header, rows) + quality_note(pairs)


def quality_note(pairs):
    without = [pair.name for pair in pairs if not pair.has_gap]
    n_runs = sum(len(pair.lines) for pair in pairs)
    left_out = f"; without a gap: {'; '.join(without)}" if without else ""
    return (
        f"{len(pairs)} pairs, {n_runs} runs; {len(pairs) - len(without)} pairs have a "
        f"gap{left_out}.\n"
    )


def metric_tables(pairs):
    """Return the gains by metric, in gaps and in units of the score."""
    by_metric = {
        label: [pair for pair in pairs if pair.scoring == scoring]
        for scoring, label in SCORINGS.items()
    }
    by_metric = {label: some for label, some in by_metric.items() if some}
    header = ["method", *(f"{label} ({len(by_metric[label])})" for label in by_metric)]
    in_gaps, in_scores = [], []
    for method, label in measured(pairs, LABELS).items():
        if method == BASE:
            continue
        in_gaps.append(
            [label]
            + [with_error(gains_in_gaps(some, method)) for some in by_metric.values()]
        )
        in_scores.append(
            [label]
            + [with_error(raw_gains(some, method), 4) for some in by_metric.values()]
        )
    return (
        f"In gaps:\n\n{csv_table(header, in_gaps)}"
        f"In the score's own units, squared errors in those of the defaults:\n\n"
        f"{csv_table(header, in_scores)}"
    )


def raw_gains(pairs, method):
    """Return mean gains; errors of different targets are made comparable."""
    units = [
        pair.scale if pair.scoring == "neg_mean_squared_error" else 1.0
        for pair in pairs
    ]
    return [
        pair.gains(method).mean() / unit
        for pair, unit in zip(pairs, units, strict=True)
    ]


def pair_table(pairs):
    """Return the mean test scores of each pair."""
    labels = measured(pairs, LABELS)
    shown = [
        method
        for method in ("default", "random", "tpe", BASE, "folds", "greedy")
        if method in labels
    ]
    header = ["pair", "metric", "training rows", "test rows"]
    header += [f'"{method}"' for method in shown] + ["hindsight", "gap"]
    rows = []
    for pair in pairs:
        line = pair.lines[0]
        scores = [pair.tests(method).mean() for method in shown]
        scores += [pair.column("hindsight").mean(), pair.gap]
        label = SCORINGS[pair.scoring]
        rows.append(
            [pair.name, label, line["n_train"], line["n_test"], *map(number, scores)]
        )
    return csv_table(header, rows)


def number(value):
    """Return about four digits as text."""
    decimals = 4 if abs(value) < 1 else 3 if abs(value) < 10 else 2
    return f"{value:.{decimals}f}"


# ---- honesty


def honesty_table(pairs):
    """Return the table of what reported scores are worth."""
    header = [
        "reported score",
        "optimism in SE",
        "median of the runs",
        "test score within the limits",
        "distance of the limits in SE",
    ]
    rows = []
    for method, label in measured(pairs, {**LABELS, **CORRECTED}).items():
        if "reported" not in pairs[0].lines[0]["methods"][method]:
            continue
        within, distances, optimism, each = [], [], [], []
        for pair in pairs:
            keys = ("reported", "test", "error", "low", "high")
            reported, test, error, low, high = (pair.of(method, key) for key in keys)
            within += ((low <= test) & (test <= high)).tolist()
            # No error: all folds have the same score.
            known = error > 0
            of_runs = (reported - test)[known] / error[known]
            optimism.append(np.mean(of_runs))
            each += of_runs.tolist()
            distances += ((high - low)[known] / error[known]).tolist()
        distance = f"{np.median(distances):.1f}"
        median = f"{np.median(each):+.2f}"
        rows.append([label, with_error(optimism), median, percent(within), distance])
    return csv_table(header, rows)
