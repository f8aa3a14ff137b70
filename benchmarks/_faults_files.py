"""Journals that are damaged, and journals that can no longer be written."""

import random
from collections import Counter

from tests.faults.files import FAULTS, change, strike
from tests.faults.searches import X, make, whole_results, y

N_FLIPS = 2000
WHAT = ("error", "warning", "harmless", "another error", "wrong results")


def flips(folder, share):
    """Yield titles, headers and rows."""
    rng = random.Random(0)
    rows = []
    for name in ("genetic", "gradient"):
        journal = folder / name
        search = make(name, seconds=0.0, refit=False, checkpoint=journal)
        search.fit(X, y)
        contents, whole = journal.read_bytes(), whole_results(name, refit=False)
        found = Counter()
        for _ in range(round(N_FLIPS * share / 2)):
            position = rng.randrange(len(contents))
            value = (contents[position] + rng.randrange(1, 256)) % 256
            found[change(journal, contents, position, value, search, whole)] += 1
        rows.append([name, found.total(), *(found[what] for what in WHAT)])
    yield "Changes of one byte", ["", "changes", *WHAT], rows


def disk(folder, share):
    """Yield titles, headers and rows."""
    rows = []
    for fault in FAULTS:
        for n_jobs in (1, 2):
            name = fault.__name__.replace("_", " ")
            try:
                finding = strike(folder / name / str(n_jobs), fault, n_jobs=n_jobs)
            except PermissionError as error:
                print(f"{name} is left out: {error}")
                break
            row = [
                f"{name}, n_jobs={n_jobs}",
                finding.error or "",
                "right" if finding.is_right else "WRONG",
                "yes" if finding.is_warned else "no",
                f"{finding.n_kept} of {finding.n_evaluations}",
                {True: "right", False: "WRONG", None: "no file"}[finding.is_resumed],
            ]
            rows.append(row)
    yield (
        "Files",
        ["", "error", "results", "warning", "in the file", "resumed"],
        rows,
    )
