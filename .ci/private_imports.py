"""Check that private names of other packages are used where that is declared only.

Usage: python .ci/private_imports.py [FILE_OR_FOLDER ...]    (default: skopt_evo)

- Private names of a package are imported in one module only (`ALLOWED`). What joblib
  has copied of other packages (``joblib.externals``) is private as well.
- Private attributes of joblib's and loky's classes are used in these modules only.
  Which ones there are is read from the installed version. A name that is also one of
  our own cannot be told apart, and passes.
- What our classes use, or override, of the private attributes of scikit-learn's classes
  that they derive from is listed in ``skopt_evo._sklearn_compat.INHERITED``: all of it,
  nothing else, and only what the installed version has.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

PACKAGE = "skopt_evo"
ALLOWED = {
    "sklearn": Path("skopt_evo/_sklearn_compat.py"),
    "joblib": Path("skopt_evo/_joblib_compat.py"),
    "joblib.externals": Path("skopt_evo/_loky_compat.py"),
    "loky": Path("skopt_evo/_loky_compat.py"),
}
# Where private attributes of the classes of `JOBLIB_MODULES` are used.
FOR_ATTRIBUTES = (ALLOWED["joblib"], ALLOWED["loky"])

# Where the classes are whose private attributes could be used.
JOBLIB_MODULES = (
    "joblib.executor",
    "joblib.parallel",
    "joblib.pool",
    "joblib._dask",
    "joblib._memmapping_reducer",
    "joblib._parallel_backends",
    "joblib.externals.loky.process_executor",
    "joblib.externals.loky.reusable_executor",
)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def is_private_import(dotted_name: str) -> bool:
    """Tell whether a dotted name of a package has a private part."""
    package, *parts = dotted_name.split(".")
    if package not in ALLOWED:
        return False
    return any(map(is_private, parts)) or dotted_name.startswith("joblib.externals.")


def imported_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the full dotted name of every import, star imports too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def is_self(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) == "super"


def own_names(tree: ast.AST) -> Iterator[str]:
    """Yield the attributes that classes define, in their body or of `self`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield part.name
                elif isinstance(part, ast.Assign | ast.AnnAssign):
                    targets = getattr(part, "targets", [getattr(part, "target", None)])
                    yield from (each.id for each in targets if hasattr(each, "id"))
        elif isinstance(getattr(node, "ctx", None), ast.Store) and is_self(
            getattr(node, "value", None)
        ):
            yield node.attr


def private_attributes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of what is used of other objects than `self`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if not is_self(node.value) and not is_super(node.value):
                yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            function = getattr(node.func, "id", None)
            if function in ("getattr", "hasattr", "setattr"):
                name = getattr(node.args[1], "value", None)
                if isinstance(name, str):
                    yield node.lineno, name


def names_of_joblib() -> set[str]:
    """Return the private attributes of the classes of joblib and loky."""
    names: set[str] = set()
    for name in JOBLIB_MODULES:
        try:
            module = importlib.import_module(name)
        except ImportError:  # of dask
            continue
        names.update(own_names(ast.parse(inspect.getsource(module))))
    return set(filter(is_private, names))


def python_files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def check_imports(path: Path, tree: ast.AST) -> Iterator[str]:
    for line, name in imported_names(tree):
        if is_private_import(name):
            is_copied = name.startswith("joblib.externals.")
            allowed = ALLOWED["joblib.externals" if is_copied else name.split(".")[0]]
            if path.resolve() != allowed.resolve():
                yield f"{path}:{line}: {name} is private: import it in {allowed}"


def may_use_attributes(path: Path) -> bool:
    return path.resolve() in [allowed.resolve() for allowed in FOR_ATTRIBUTES]


def check_attributes(path: Path, tree: ast.AST, names: set[str]) -> Iterator[str]:
    if may_use_attributes(path):
        return
    allowed = " or ".join(map(str, FOR_ATTRIBUTES))
    for line, name in private_attributes(tree):
        if name in names:
            yield f"{path}:{line}: {name} is private to joblib: use it in {allowed}"


# ---- what is inherited from scikit-learn


def modules() -> Iterator[ModuleType]:
    package = importlib.import_module(PACKAGE)
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        yield importlib.import_module(found.name)


def is_of_sklearn(kind: type) -> bool:
    return kind.__module__.split(".")[0] == "sklearn"


def subclasses_of_sklearn() -> Iterator[type]:
    """Yield our classes that derive from one of scikit-learn's."""
    for module in modules():
        for kind in vars(module).values():
            if not inspect.isclass(kind) or kind.__module__ != module.__name__:
                continue
            if any(map(is_of_sklearn, kind.__mro__)):
                yield kind


def definition_of(kind: type) -> ast.ClassDef | None:
    """Return the source of a class, None if it has none."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    except (OSError, TypeError):  # of a compiled one
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
            return node
    return None


def attributes_of(kinds: Iterable[type]) -> set[str]:
    """Return the private attributes that classes define, by their sources."""
    found: set[str] = set()
    for kind in kinds:
        definition = definition_of(kind)
        found.update(vars(kind) if definition is None else own_names(definition))
    return set(filter(is_private, found))


def uses_of(kind: type) -> Iterator[str]:
    """Yield the private attributes of scikit-learn's classes that ours relies on."""
    definition = definition_of(kind)
    assert definition is not None
    own = attributes_of(each for each in kind.__mro__ if not is_of_sklearn(each))
    theirs = attributes_of(filter(is_of_sklearn, kind.__mro__))
    yield from attributes_of([kind]) & theirs  # overridden
    for node in ast.walk(definition):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            is_ours = is_self(node.value) or is_super(node.value)
            if is_ours and node.attr not in own:
                yield node.attr


def check_inherited() -> Iterator[str]:
    listed = set(importlib.import_module(f"{PACKAGE}._sklearn_compat").INHERITED)
    kinds = list(subclasses_of_sklearn())
    uses = {(kind.__name__, name) for kind in kinds for name in uses_of(kind)}
    bases = {base for kind in kinds for base in kind.__mro__ if is_of_sklearn(base)}
    there = attributes_of(bases)
    where = ALLOWED["sklearn"]
    for user, name in sorted(uses):
        if name not in listed:
            yield f"{user}: {name} is scikit-learn's: list it in INHERITED of {where}"
    for name in sorted(listed - {name for _, name in uses}):
        yield f"{where}: {name} is listed in INHERITED, and is not used"
    for name in sorted(listed - there):
        yield f"{where}: {name} is listed in INHERITED, and scikit-learn has it no more"


def main(arguments: list[str]) -> int:
    paths = [Path(argument) for argument in arguments] or [Path(PACKAGE)]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in python_files(paths)}
    names = names_of_joblib()
    for path, tree in trees.items():
        if not may_use_attributes(path):
            names -= set(own_names(tree))
    found = []
    for path, tree in trees.items():
        found += check_imports(path, tree)
        found += check_attributes(path, tree, names)
    if not arguments:
        found += check_inherited()
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.exit(main(sys.argv[1:]))
