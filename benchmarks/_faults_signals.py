"""Searches that are killed, and searches that are interrupted."""

import random
import signal
from collections import Counter
from functools import partial
from itertools import count

from tests.faults.interrupts import PHASES, Workers, end, interrupt, time_out
from tests.faults.kills import MOMENTS, KilledSearch, Tally

# How many kills for each n_jobs: more workers take longer to start.
N_KILLS = {1: 100, 2: 60, 4: 40}
WORKERS = [Workers(1), Workers(2), Workers(4), Workers(2, "threading")]


def kills(folder, share):
    """Yield titles, headers and rows."""
    rng = random.Random(0)
    rows, moments = [], Counter()
    for n_jobs, n_kills in N_KILLS.items():
        for name in ("genetic", "gradient"):
            own = folder / name / str(n_jobs)
            tally = kill(own, name, n_jobs, rng, round(n_kills * share / 2))
            moments += tally.moments
            rows.append([f"{name}, n_jobs={n_jobs}", *row_of(tally)])
            print(*rows[-1], flush=True)
    _, *columns = zip(*rows, strict=True)
    rows.append(["in all", *map(sum, columns)])
    header = ["", "kills", "searches", "acknowledged", "torn lines"]
    yield "Kills", [*header, "lost", "evaluated twice", "wrong results"], rows
    names = {moment: moment.__name__.replace("_", " ") for moment in MOMENTS}
    rows = [[name, moments[moment.__name__]] for moment, name in names.items()]
    yield "Moments", ["", "kills"], rows


def kill(folder, name, n_jobs, rng, n_kills):
    """Kill so often, and let the last search end; return what became of them."""
    tally = Tally()
    for number in count():
        n_left = n_kills - tally.n_kills
        if n_left <= 0:
            return tally
        own = folder / str(number)
        own.mkdir(parents=True)
        moments = (rng.choice(MOMENTS) for _ in range(n_left))
        KilledSearch(own, name, n_jobs, rng, tally).run(moments)


def row_of(tally):
    return [
        tally.n_kills,
        tally.n_searches,
        tally.n_acknowledged,
        tally.n_torn,
        tally.n_lost,
        tally.n_repeated,
        tally.n_wrong,
    ]


def interrupts(folder, share):
    """Yield titles, headers and rows."""
    rng = random.Random(0)
    calls = {
        f"SIGINT, {phase}": partial(interrupt, phase=phase, rng=rng) for phase in PHASES
    }
    calls["SIGINT twice"] = partial(interrupt, phase="fits", rng=rng, twice=True)
    calls["timeout"] = partial(time_out, timeout=1.0)
    calls["SIGTERM"] = partial(end, number=signal.SIGTERM, rng=rng)
    calls["SIGKILL"] = partial(end, number=signal.SIGKILL, rng=rng)
    rows, places = [], (folder / str(number) for number in count())
    for place, (name, call) in enumerate(calls.items()):
        findings = []
        for workers in WORKERS[:: 1 if share == 1 else 2]:
            to_group = "SIGINT" in name and bool((len(findings) + place) % 2)
            options = {"group": to_group} if "SIGINT" in name else {}
            finding = call(next(places), workers=workers, **options)
            findings.append(finding)
            print(name, workers, options, finding, flush=True)
        rows.append([name, *summary(findings)])
    header = ["", "searches", "had candidates", "have results", "wrong", "short"]
    header += ["longest s", "workers", "processes", "files", "semaphores"]
    header += ["resumed wrong"]
    yield "Interruptions", header, rows


def summary(findings):
    return [
        len(findings),
        sum(finding.n_known > 0 for finding in findings),
        sum(finding.n_kept > 0 for finding in findings),
        sum(not finding.is_right for finding in findings),
        sum(max(0, finding.n_known - finding.n_kept) for finding in findings),
        f"{max(finding.seconds for finding in findings):.2f}",
        sum(finding.n_alive for finding in findings),
        sum(finding.n_left for finding in findings),
        sum(finding.n_files for finding in findings),
        sum(finding.n_semaphores for finding in findings),
        sum(not finding.is_resumed for finding in findings),
    ]
