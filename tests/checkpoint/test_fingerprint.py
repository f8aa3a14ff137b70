"""Fingerprints of whatever there is."""

import copy
import datetime
import decimal
import enum
import os
import subprocess
import sys
import threading
from collections import Counter, OrderedDict, namedtuple
from hashlib import blake2b
from pathlib import PurePosixPath

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skopt_evo.checkpoint import fingerprint

Pair = namedtuple("Pair", ["first", "second"])


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Place(enum.IntEnum):
    FIRST = 1


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a


class Plain:
    def __init__(self, **attributes):
        vars(self).update(attributes)


class Locked:
    """It cannot be pickled, but has attributes."""

    def __init__(self, size):
        self.size = size

    def __reduce_ex__(self, protocol):
        raise RuntimeError("never")


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.text() | st.integers())
    ),
    max_leaves=20,
)


def typed(value):
    """Return what is equal for equal values of the same types only."""
    if isinstance(value, (list, tuple)):
        return type(value), [typed(item) for item in value]
    if isinstance(value, frozenset):
        return type(value), sorted(map(repr, map(typed, value)))
    if isinstance(value, dict):
        items = [(typed(key), typed(item)) for key, item in value.items()]
        return type(value), sorted(map(repr, items))
    return type(value), repr(value)


@given(values, values)
def test_fingerprints_are_the_same_exactly_if_the_values_are(first, second):
    is_same = fingerprint(first) == fingerprint(second)
    assert is_same == (typed(first) == typed(second))
    assert fingerprint(copy.deepcopy(first)) == fingerprint(first)


def test_no_value_is_taken_for_another():
    others = [
        None, True, False, 0, 1, 0.0, -0.0, 1.0, 0j, "", "1", b"", b"1", "None",
        float("nan"), float("inf"), 10**5000, -(10**5000), "\ud800",
        [], (), {}, set(), [[]], [()], [[], []], [None], [[None]], ["a", "b"], ["ab"],
        ["a", ["b"]], [["a"], "b"], {"a": "b"}, {"b": "a"}, {"a", "b"}, [{"a"}, {"b"}],
        {"a": {"b": "c"}}, [("a", "b")], range(3), range(0, 3, 2), [0, 1, 2],
        Pair(1, 2), (1, 2), OrderedDict(a=1), {"a": 1}, Counter("a"),
        slice(1), slice(2), Colour.RED, Colour.BLUE, Colour, Place.FIRST, int, float,
        Ellipsis,
        NotImplemented, Slotted(1), Slotted(2), Plain(), Plain(a=1), Plain(b=1),
        Plain(a=Plain(a=1)), Locked(1), Locked(2), datetime.date(2020, 1, 1),
        datetime.datetime(2020, 1, 1), datetime.timedelta(1), decimal.Decimal("1.0"),
        decimal.Decimal("1.00"), PurePosixPath("a"), PurePosixPath("b"),
        np.datetime64("2020"), np.timedelta64(1, "s"), np.float32(0.1),
    ]  # fmt: skip
    prints = Counter(fingerprint(other) for other in others)
    assert prints.most_common(1)[0][1] == 1


def test_scalars_of_numpy_are_those_of_python():
    pairs = [(np.float64(0.5), 0.5), (np.int8(3), 3), (np.bool_(True), True)]
    pairs += [(np.str_("a"), "a"), (np.float32(0.5), 0.5), (np.complex64(1j), 1j)]
    for scalar, same in pairs:
        assert fingerprint(scalar) == fingerprint(same)


def test_the_order_of_dicts_and_sets_does_not_matter():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint(set("abcdef")) == fingerprint(frozenset("fedcba"))


def test_sharing_does_not_matter():
    part = Plain(size=1)
    assert fingerprint([part, part]) == fingerprint([part, copy.deepcopy(part)])


def test_what_contains_itself_has_a_fingerprint():
    endless, other = [], []
    endless.append(endless)
    other.append([])
    assert fingerprint(endless) != fingerprint(other)
    first, second = Plain(), Plain()
    first.other, second.other = second, first
    assert fingerprint(first) == fingerprint(copy.deepcopy(first))


def test_what_is_nested_without_end_has_a_fingerprint():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert fingerprint(deep) == fingerprint([deep])  # its depth is beyond what counts
    while deep:  # or else its end is a recursion as well
        deep = deep.pop()


def test_objects_that_share_much_take_no_time():
    node = Plain()
    for _ in range(50):  # 2**50 ways through it
        node = Plain(left=node, right=node)
    assert fingerprint(node) == fingerprint(copy.deepcopy(node))


def test_what_cannot_be_told_counts_by_its_type():
    assert fingerprint(threading.Lock()) == fingerprint(threading.Lock())
    assert fingerprint(threading.Lock()) != fingerprint(threading.Event())
    assert fingerprint(iter([1])) != fingerprint(iter([2]))
    generators = [(item for item in [1]) for _ in range(2)]
    assert fingerprint(generators[0]) == fingerprint(generators[1])
    assert [list(generator) for generator in generators] == [[1], [1]]  # untouched


SCRIPT = """
import numpy as np, pandas as pd
from scipy import sparse, stats
from sklearn.metrics import f1_score, make_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from skopt_evo.checkpoint import fingerprint

def local(value):
    return value in {"a", "b", "c"}

print(fingerprint([
    {"kernel", "gamma", "C"},
    pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}),
    sparse.random(5, 5, 0.5, random_state=np.random.RandomState(0)),
    make_pipeline(StandardScaler(), SVC(C=2.0)),
    {"C": stats.loguniform(1e-2, 1), "kernel": ["rbf", local, lambda: {"u", "v", "w"}]},
    make_scorer(f1_score, average="macro"),
    np.random.RandomState(3),
    object(),
]))
"""


def test_another_process_finds_the_same(capsys):
    exec(SCRIPT, {"__name__": "__main__"})
    here = capsys.readouterr().out
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=60,
    )
    assert run.stdout == here


def hashed(text):
    return blake2b(text, digest_size=16)


def test_fingerprints_stay_what_they_are():
    """Another version must know the journals of this one."""
    assert fingerprint(None) == hashed(b"N").hexdigest()
    inner = b"#" + hashed(b"s13:builtins.listi-1f;s1:a" + b"b1:a").digest()
    expected = hashed(b"#" + hashed(b"s14:builtins.tupleTF" + inner).digest())
    assert fingerprint((True, False, [-0x1F, "a", b"a"])) == expected.hexdigest()
    shape = b"#" + hashed(b"s14:builtins.tuplei2;").digest()
    array = b"#" + hashed(b"s5:arrays3:|u1" + shape + b"ab").digest()
    assert fingerprint(np.frombuffer(b"ab", "u1")) == hashed(array).hexdigest()
