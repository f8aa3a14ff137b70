"""How long modules and functions may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import skopt_evo

ROOT = Path(skopt_evo.__file__).parent
MODULES = {path.relative_to(ROOT).as_posix(): path for path in ROOT.rglob("*.py")}

MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_ON_AVERAGE = 150

# What is longer. Nothing may be added, and what is no longer too long has to go.
LONG_MODULES = {
    "_genetic_search.py",  # its docstring is the reference of its parameters
    "_gradient_search.py",  # likewise
}
LONG_FUNCTIONS: set[str] = set()


def n_lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def n_code_lines(function: ast.FunctionDef) -> int:
    """Return the number of lines of a function but for its docstring."""
    assert function.end_lineno is not None
    n = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        assert docstring.end_lineno is not None
        n -= docstring.end_lineno - docstring.lineno + 1
    return n


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name != "__init__":
            yield node


def test_modules_are_short() -> None:
    too_long = {
        name for name, path in MODULES.items() if n_lines(path) > MOST_LINES_OF_A_MODULE
    }
    assert too_long == LONG_MODULES


def test_functions_are_short() -> None:
    too_long = {
        f"{name}: {function.name}"
        for name, path in MODULES.items()
        for function in functions(path)
        if n_code_lines(function) > MOST_LINES_OF_A_FUNCTION
    }
    assert too_long == LONG_FUNCTIONS


def test_modules_are_short_on_average() -> None:
    lengths = list(map(n_lines, MODULES.values()))
    assert sum(lengths) / len(lengths) < MOST_LINES_ON_AVERAGE


@pytest.mark.parametrize(
    ("code", "n"),
    [
        ("def f():\n    return 1", 2),
        ('def f():\n    """One.\n\n    More.\n    """\n    return 1', 2),
    ],
)
def test_docstrings_do_not_count(code: str, n: int) -> None:
    (function,) = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert n_code_lines(function) == n
