"""Predictions in a journal."""

import json

import numpy as np
import pytest

from skopt_evo.checkpoint import _predictions
from skopt_evo.checkpoint._predictions import describe, from_parts, to_parts
from skopt_evo.checkpoint._records import FoldRecord, PartRecord
from skopt_evo.trials import FoldResult, Predictions, Unit

RNG = np.random.default_rng(0)
CASES = {
    "float64": Predictions("predict", RNG.normal(size=(5, 1))),
    "float32": Predictions("predict_proba", RNG.random((7, 3)).astype(np.float32)),
    "labels": Predictions(
        "predict_proba", RNG.random((4, 2)), np.array([[0], [1], [1], [0]], np.int32)
    ),
    "list": Predictions("predict_proba", RNG.random((4, 4)), is_list=True),
    "nan": Predictions("decision_function", np.array([[np.nan], [np.inf]])),
    "big endian": Predictions("predict", RNG.normal(size=(5, 2)).astype(">f8")),
}


def assert_same(found, expected):
    np.testing.assert_array_equal(found.values, expected.values)
    assert found.values.dtype == expected.values.dtype.newbyteorder("=")
    assert (found.labels is None) == (expected.labels is None)
    if expected.labels is not None:
        np.testing.assert_array_equal(found.labels, expected.labels)
    assert (found.method, found.is_list) == (expected.method, expected.is_list)


@pytest.mark.parametrize("part", [1, 16, 2**21])
@pytest.mark.parametrize("name", CASES)
def test_predictions_are_read_as_they_were_written(name, part, monkeypatch):
    monkeypatch.setattr(_predictions, "PART", part)
    predictions = CASES[name]
    plain = json.loads(json.dumps(describe(predictions)))
    parts = to_parts(predictions)
    assert plain["n_parts"] == len(parts)
    assert_same(from_parts(plain, parts), predictions)


def test_parts_of_a_run_that_was_cut_short_come_before():
    predictions = CASES["float32"]
    parts = to_parts(predictions)
    found = from_parts(describe(predictions), ["AAAA", *parts])
    assert_same(found, predictions)


def test_the_records_of_a_fold_hold_its_predictions():
    result = FoldResult(0.5, predictions=CASES["labels"])
    record = FoldRecord(0, Unit(1), result)
    plain = json.loads(json.dumps([part.to_record() for part in record.parts()]))
    parts = [PartRecord.from_record(each, 1) for each in plain]
    found = FoldRecord.from_record(record.to_record(), 1, parts)
    assert_same(found.result.predictions, result.predictions)


def test_parts_of_another_fold_do_not_count():
    result = FoldResult(0.5, predictions=CASES["labels"])
    record = FoldRecord(0, Unit(1), result)
    others = [PartRecord(0, Unit(0), part.text) for part in record.parts()]
    with pytest.raises(ValueError, match="0 parts of 1"):
        FoldRecord.from_record(record.to_record(), 1, others)


CHANGES = {
    "method": "fit",
    "shape": [4, 3],
    "type": "|O",
    "n_outputs": -1,
    "is_list": 1,
    "n_parts": 2,
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_no_search_writes_is_refused(name):
    predictions = CASES["labels"]
    changed = {**describe(predictions), name: CHANGES[name]}
    with pytest.raises((TypeError, ValueError)):
        from_parts(changed, to_parts(predictions))


@pytest.mark.parametrize("name", CHANGES)
def test_a_part_that_is_missing_is_refused(name):
    predictions = CASES["labels"]
    plain = describe(predictions)
    del plain[name]
    with pytest.raises(ValueError, match="in place of"):
        from_parts(plain, to_parts(predictions))


@pytest.mark.parametrize("shape", [[2**40, 2**40], [-1, 4], [4], "44", [True, 4]])
def test_a_shape_that_makes_no_sense_is_refused(shape):
    predictions = CASES["labels"]
    with pytest.raises((TypeError, ValueError)):
        from_parts({**describe(predictions), "shape": shape}, to_parts(predictions))


@pytest.mark.parametrize("text", ["not base64!", "AAA", ""])
def test_bytes_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match=r"base64|bytes of"):
        from_parts(describe(CASES["float64"]), [text])
