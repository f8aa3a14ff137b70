"""Searches whose workers die, and searches whose fits hang."""

import random

from tests.faults.workers import (
    DEATHS,
    EVERY,
    HANGS,
    N_CANDIDATES,
    kill_workers,
    suffer,
)

N_GUILTY = N_CANDIDATES // EVERY
FIT_TIMEOUT = 2.0
HEADER = ["", "faults", "seconds", "innocent blamed", "other results", "processes left"]


def row_of(name, finding):
    found = (finding.n_faults, f"{finding.seconds:.1f}", finding.n_blamed)
    row = [name, *found, finding.n_different, finding.n_left]
    print(*row, finding.error or "", flush=True)
    return row


def deaths(folder, share):
    """Yield titles, headers and rows."""
    rng, rows = random.Random(0), []
    for n_jobs in (2, 4):
        where = folder / f"deaths {n_jobs}"
        finding = suffer(where, "crashed", DEATHS, n_jobs=n_jobs)
        rows.append(row_of(f"of {N_GUILTY} fits, n_jobs={n_jobs}", finding))
    for n_jobs in (2, 4):
        where, n_kills = folder / f"kills {n_jobs}", round(20 * share)
        finding = kill_workers(where, n_kills, rng, n_jobs=n_jobs, seconds=0.1)
        rows.append(row_of(f"kills from outside, n_jobs={n_jobs}", finding))
    yield f"Deaths of workers, {N_CANDIDATES} candidates", HEADER, rows


def hangs(folder, share):
    """Yield titles, headers and rows."""
    rows = []
    for n_jobs in (1, 2):
        settings = {"n_jobs": n_jobs, "fit_timeout": FIT_TIMEOUT}
        without = suffer(folder / f"without {n_jobs}", "timeout", **settings)
        row_of("without", without)
        finding = suffer(folder / f"with {n_jobs}", "timeout", HANGS, **settings)
        row = row_of(f"of {N_GUILTY} fits, n_jobs={n_jobs}", finding)
        least = N_GUILTY * FIT_TIMEOUT / n_jobs
        ratio = (finding.seconds - without.seconds) / least
        rows.append([*row, f"{least:.1f}", f"{without.seconds:.1f}", f"{ratio:.2f}"])
    yield (
        f"Fits that hang, fit_timeout={FIT_TIMEOUT}, {N_CANDIDATES} candidates",
        [*HEADER, "timeouts a worker s", "without hangs s", "ratio"],
        rows,
    )
