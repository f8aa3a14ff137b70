"""The errors and warnings are those that their module draws."""

import builtins
import pickle
import re

import pytest

from skopt_evo import exceptions

CLASSES = {name: getattr(exceptions, name) for name in exceptions.__all__}


def drawn():
    """Return the bases of each class as the docstring has them: by its indentation."""
    bases, above = {}, []
    for line in exceptions.__doc__.splitlines():
        found = re.match(r"(    [│├└─ ]*)([A-Z]\w+)( \((\w+)\))?(  |$)", line)
        if found is None:
            continue
        depth = len(found[1]) // 4 - 1
        above = [*above[:depth], found[2]]
        if found[2] in CLASSES:
            bases[found[2]] = {above[-2], *([found[4]] if found[4] else [])}
    return bases


def test_the_tree_of_the_docstring_is_that_of_the_classes():
    expected = {
        name: {base.__name__ for base in kind.__bases__}
        for name, kind in CLASSES.items()
    }
    assert drawn() == expected


def test_all_classes_are_exported():
    own = {
        name
        for name, value in vars(exceptions).items()
        if isinstance(value, type) and value.__module__ == exceptions.__name__
    }
    assert own == set(exceptions.__all__)


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
def test_errors_travel_from_worker_to_search(kind):
    found = pickle.loads(pickle.dumps(kind("what, and what to do")))
    assert type(found) is kind
    assert str(found) == "what, and what to do"


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
def test_each_is_also_a_built_in_error_or_a_warning_of_users(kind):
    builtin = [base for base in kind.__mro__ if hasattr(builtins, base.__name__)]
    if issubclass(kind, Warning):
        assert builtin[0] is UserWarning
    else:
        assert issubclass(kind, exceptions.SkoptEvoError)
        assert (builtin[0] is Exception) == (kind is exceptions.SkoptEvoError)
