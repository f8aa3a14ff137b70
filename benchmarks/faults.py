"""Faults of all kinds that befall searches, and what they cost.

    kills       kill -9 at random moments, of the process alone and of its workers too
    interrupts  Ctrl-C, `timeout`, SIGTERM and SIGKILL in each phase of a search
    deaths      workers that die, by their own fault and by a signal
    hangs       fits that never end, with a fit_timeout
    cost        the time that the journal takes, and that it takes to read a long one
    flips       journals of which one byte was changed
    disk        disks that are full, and journals that vanish while they are written

All faults are real: signals from another process, a file system that is full. `disk`
leaves out what it has no rights for. Linux alone.

Usage: OMP_NUM_THREADS=1 python benchmarks/faults.py COMMAND [--write] [--share S]

COMMAND is one of them, or `all`. `--write` puts the tables of each into a file of the
docs, docs/benchmarks/faults_COMMAND.inc.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from _runs import DOCS, csv_table
from _versions import versions

sys.path.insert(0, str(DOCS.parents[1]))  # for what the tests use as well

from _faults_cost import cost
from _faults_files import disk, flips
from _faults_signals import interrupts, kills
from _faults_workers import deaths, hangs

SECTIONS = {
    section.__name__: section
    for section in (kills, deaths, hangs, interrupts, cost, flips, disk)
}


def print_table(title, header, rows):
    print(f"\n{title}")
    lines = [list(map(str, row)) for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(map(str.rjust, line, widths)))


def run(name, share):
    """Print the tables of a section; return them as the docs have them."""
    start = time.monotonic()
    texts = []
    with tempfile.TemporaryDirectory() as folder:
        for title, header, rows in SECTIONS[name](Path(folder), share):
            print_table(title, header, rows)
            texts.append(f"{title}:\n\n{csv_table(header, rows)}")
    print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    return "".join(texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=[*SECTIONS, "all"])
    parser.add_argument("--share", type=float, default=1.0, help="of the faults")
    parser.add_argument("--write", action="store_true", help="into the docs")
    arguments = parser.parse_args()
    print(versions())
    for name in SECTIONS if arguments.command == "all" else [arguments.command]:
        text = run(name, arguments.share)
        if arguments.write:
            (DOCS / f"faults_{name}.inc").write_text(f"{text}{versions()}.\n")


if __name__ == "__main__":
    main()
