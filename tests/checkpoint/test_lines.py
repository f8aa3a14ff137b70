"""Records as lines of text."""

import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.checkpoint._lines import (
    AFTER,
    BEFORE,
    BETWEEN,
    MAX_DEPTH,
    MAX_LINE,
    _digest,
    pack,
    unpack,
)

keys = st.one_of(st.text(), st.sampled_from(["$", "$float", "$$float", "$a", "hash"]))
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    max_leaves=8,
)
records = st.dictionaries(keys, plain)


few = settings(max_examples=50)


def lined(text, previous=b""):
    """Return a text as a line whose hash is right, whatever the text is."""
    digest = _digest(text, previous).hex().encode()
    return BEFORE + text + BETWEEN + digest + AFTER


def exact(value):
    """Return what tells floats apart that are equal, and NaN from nothing else."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("<d", value)
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return [(key, exact(item)) for key, item in value.items()]
    return type(value), value


@few
@given(records, st.binary(min_size=8, max_size=8))
def test_records_come_back_exactly(record, previous):
    line, digest = pack(record, previous)
    back, same_digest = unpack(line, previous)
    assert exact(back) == exact(record)
    assert same_digest == digest


@few
@given(records)
def test_a_line_is_strict_json_of_one_line(record):
    def refuse(constant):
        raise AssertionError(constant)

    line, digest = pack(record, b"")
    assert line.isascii()
    assert line.count(b"\n") == 1
    parsed = json.loads(line, parse_constant=refuse)
    assert list(parsed) == ["data", "hash"]
    assert parsed["hash"] == digest.hex()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 0.1])
def test_special_floats_come_back_from_numpy_as_well(value):
    line, _ = pack({"a": np.float64(value)}, b"")
    assert exact(unpack(line, b"")[0]) == exact({"a": value})


def test_tuples_come_back_as_lists():
    assert unpack(pack({"a": (1, (2,))}, b"")[0], b"")[0] == {"a": [1, [2]]}


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"a": {1, 2}}, "of type set"),
        ({"a": np.int64(3)}, "of type int64"),
        ({"a": [np.zeros(2)]}, "of type ndarray"),
        ({"a": {1: 2}}, "keys"),
        ({None: 2}, "keys"),
        ({"a": object}, "of type type"),
    ],
)
def test_what_is_no_plain_data_is_refused(record, words):
    with pytest.raises(TypeError, match=words):
        pack(record, b"")


def test_what_could_not_be_read_is_not_written():
    nested = {}
    for _ in range(MAX_DEPTH - 1):
        nested = {"a": nested}
    assert unpack(pack(nested, b"")[0], b"")[0] == nested
    with pytest.raises(ValueError, match="50 levels"):
        pack({"a": nested}, b"")
    with pytest.raises(ValueError, match=f"up to {MAX_LINE} bytes"):
        pack({"a": "x" * MAX_LINE}, b"")


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1,"a":2}',
        b'{"a":"\x00"}',
        b'{"a":\x00}',
        b'{"a":"\xff"}',
        b'{"a":"\xc3\xa9"}',
        b'{"a":1e}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"a":' + b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b'{"a":"\\"' + b"[" * 200 + b'"}{',
        b'{"$float":"1.0"}',
        b'{"$float":"nan"}',
        b'{"a":{"$float":"1.0"}}',
        b'{"a":{"$float":1}}',
        b'{"a":{"$float":"nan","b":1}}',
        b'{"$eval":"1"}',
        b"[1]",
        b"1",
        b"",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_a_hostile_line_is_refused_even_if_its_hash_is_right(text):
    with pytest.raises(ValueError, match=r".+"):
        unpack(lined(text), b"")


@pytest.mark.parametrize(
    ("text", "record"),
    [
        (b'{"a":1e999}', {"a": math.inf}),
        (b'{"a":"[[[[' + b"[" * 100 + b'"}', {"a": "[" * 104}),
        (b'{"a":"\\\\","b":"' + b'\\u005b\\"{' * 60 + b'"}', None),
        (b' {"a" : 1 } ', {"a": 1}),
    ],
)
def test_other_ways_to_write_json_are_harmless(text, record):
    expected = json.loads(text) if record is None else record
    assert unpack(lined(text), b"")[0] == expected


@given(st.binary(max_size=8).filter(lambda other: other != b"12345678"))
def test_a_line_fits_after_its_predecessor_only(other):
    line, _ = pack({"a": 1}, b"12345678")
    with pytest.raises(ValueError, match="its hash"):
        unpack(line, other)
