"""The way of a candidate through the packages, traced in a search that runs.

The page on the architecture draws it, and a test checks that it stays short. What is
drawn are the calls that a search makes, not what somebody has written down of them.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from skopt_evo import executors, scheduling, trials
from skopt_evo.scheduling import SearchLoop

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "skopt_evo"

# The stops of a candidate: the methods that get or return something of it, by package
# and protocol. The other methods are for a whole search.
METHODS = {
    "proposers": (trials.Proposer, ("propose", "observe")),
    "scheduling": (scheduling.Schedule, ("first", "next")),
    "executors": (executors.Executor, ("submit", "next_done")),
}
FUNCTIONS = {"evaluation": "evaluate", "results": "extra_columns"}

# What a candidate and its parts are called.
NAMES = ("Trial", "Unit", "FoldResult", "Proposer")


@dataclass(frozen=True)
class Stop:
    """A call that a candidate passes through.

    Attributes
    ----------
    package : str
        Where what is called is.
    owner : str
        Its class, or its module.
    name : str
        The method or function.
    path : str
        The file, relative to the repository.
    line : int
        Where it begins there.
    summary : str
        The first line of its docstring.
    """

    package: str
    owner: str
    name: str
    path: str
    line: int
    summary: str


def layers() -> list[list[str]]:
    """Return the layers that the contract of imports declares, the top one first."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config["importlinter:contract:layers"]["layers"].strip().splitlines()
    return [[name.strip() for name in line.split("|")] for line in lines]


def package_of(module: str) -> str | None:
    """Return the package, or module of the top level, that a module belongs to."""
    first, *parts = module.split(".")
    return parts[0] if first == PACKAGE and parts else None


@contextmanager
def recorded_calls() -> Iterator[list[tuple[FrameType | None, FrameType]]]:
    """Record the calls of functions of the package, while a search runs.

    Yields
    ------
    calls : list of (caller, called)
        Frames, in the order of the calls; the caller is the nearest function of the
        package, None if there is none.
    """
    calls: list[tuple[FrameType | None, FrameType]] = []

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event != "call" or package_of(module_of(frame)) is None:
            return
        caller = frame.f_back
        while caller is not None and package_of(module_of(caller)) is None:
            caller = caller.f_back
        calls.append((caller, frame))

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def stops_of(calls: list[tuple[FrameType | None, FrameType]]) -> list[Stop]:
    """Return the stops among calls; each method once, where it is called first."""
    stops: dict[tuple[str, str], Stop] = {}
    for _, frame in calls:
        package, name = str(package_of(module_of(frame))), frame.f_code.co_name
        instance = frame.f_locals.get("self")
        is_method = package in METHODS and is_stop(package, name, instance)
        if not is_method and FUNCTIONS.get(package) != name:
            continue
        path = Path(frame.f_code.co_filename).resolve()
        owner = type(instance).__name__ if is_method else path.stem
        summary = in_plain_text(str(frame.f_code.co_consts[0]))
        stop = Stop(
            package,
            owner,
            name,
            path.relative_to(ROOT).as_posix(),
            frame.f_code.co_firstlineno,
            summary,
        )
        stops.setdefault((package, name), stop)
    return list(stops.values())


def is_stop(package: str, name: str, instance: Any) -> bool:
    """Tell whether a method is one of those of the protocol of a package."""
    protocol, names = METHODS[package]
    has_all = all(hasattr(instance, method) for method in methods_of(protocol))
    return name in names and has_all


def methods_of(protocol: type) -> list[str]:
    """Return the names of the methods of a protocol."""
    return [
        name
        for name, value in vars(protocol).items()
        if inspect.isfunction(value) and not name.startswith("_")
    ]


def upward_calls(calls: list[tuple[FrameType | None, FrameType]]) -> set[str]:
    """Return the calls of a package by one that is below it.

    Parameters
    ----------
    calls : list of (caller, called)
        What `trace` returns. Those count that the loop of the search makes.

    Returns
    -------
    upward : set of str
        Each call in words.
    """
    rank = {name: i for i, layer in enumerate(layers()) for name in layer}
    codes = [called.f_code for _, called in calls]
    begin = codes.index(SearchLoop.run.__code__)
    end = len(codes) - codes[::-1].index(SearchLoop._use_up_budget.__code__)
    upward = set()
    for caller, called in calls[begin:end]:
        if caller is None:
            continue
        source, target = (str(package_of(module_of(each))) for each in (caller, called))
        if rank[source] > rank[target]:
            names = [f"{caller.f_code.co_name}", f"{called.f_code.co_name}"]
            upward.add(f"{source}.{names[0]} calls {target}.{names[1]}")
    return upward


def trace(search: Any, X: Any, y: Any) -> list[tuple[FrameType | None, FrameType]]:
    """Fit a search and return the calls that it has made."""
    with recorded_calls() as calls:
        search.fit(X, y)
    return list(calls)


def summary_of(package: str) -> str:
    """Return the first line of what a package or module says of itself."""
    path = ROOT / PACKAGE / package
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(source.read_text("utf-8"))) or ""
    return in_plain_text(text)


def in_plain_text(docstring: str) -> str:
    """Return the first line of a docstring without marks of code."""
    return docstring.split("\n")[0].replace("`", "")


# ---- the picture

LANE, ROW, TOP, BOX = 190, 58, 44, 34  # in pixels


def picture_of(stops: list[Stop]) -> str:
    """Return the way through the stops as SVG: a lane a package, downward in time."""
    lanes = list(dict.fromkeys(stop.package for stop in stops))
    width, height = LANE * len(lanes), TOP + ROW * len(stops)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" class="way" role="img" '
        f'aria-label="The way of a candidate" font-size="13">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    ]
    for number, lane in enumerate(lanes):
        x = LANE * (number + 0.5)
        parts.append(f'<text x="{x}" y="18" class="lane">{lane}/</text>')
        parts.append(f'<path d="M{x} 28V{height}" class="lane"/>')
    centres = [
        (LANE * (lanes.index(stop.package) + 0.5), TOP + ROW * (row + 0.5))
        for row, stop in enumerate(stops)
    ]
    for (x, y), (next_x, next_y) in pairwise(centres):
        begin, end = y + BOX / 2, next_y - BOX / 2
        parts.append(f'<path d="M{x} {begin}L{next_x} {end}" class="step"/>')
    for number, (stop, (x, y)) in enumerate(zip(stops, centres, strict=True), start=1):
        left, top, wide = x - LANE / 2 + 6, y - BOX / 2, LANE - 12
        parts.append(
            f'<rect x="{left}" y="{top}" width="{wide}" height="{BOX}" rx="5"/>'
            f'<text x="{x}" y="{y + 4.5}">{number}. {stop.name}</text>'
        )
    return "\n".join([*parts, "</svg>"])
