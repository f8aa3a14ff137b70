"""Check that private names of scikit-learn are imported in one module only.

Usage: python .ci/private_imports.py [FILE_OR_FOLDER ...]    (default: skopt_evo)
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ALLOWED = Path("skopt_evo/_sklearn_compat.py")


def is_private(dotted_name: str) -> bool:
    """Tell whether a dotted name of scikit-learn has a private part."""
    package, *parts = dotted_name.split(".")
    return package == "sklearn" and any(
        part.startswith("_") and not part.endswith("__") for part in parts
    )


def imported_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the full dotted name of every import, star imports too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def python_files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def main(arguments: list[str]) -> int:
    paths = [Path(argument) for argument in arguments] or [Path("skopt_evo")]
    found = [
        f"{path}:{line}: {name} is private to scikit-learn: import it in {ALLOWED}"
        for path in python_files(paths)
        if path.resolve() != ALLOWED.resolve()
        for line, name in imported_names(ast.parse(path.read_text("utf-8")))
        if is_private(name)
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
