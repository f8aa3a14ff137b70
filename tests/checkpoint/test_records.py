"""Each kind of record, written and read. What is refused is in test_hostile.py."""

import numpy as np
import pytest

from skopt_evo.checkpoint._lines import pack, unpack
from skopt_evo.checkpoint._records import (
    BudgetRecord,
    CandidateRecord,
    FaultRecord,
    FoldRecord,
    check_results,
)
from skopt_evo.trials import FAULTS, Fault, FoldGradient, FoldResult, Unit

RESULT = FoldResult(
    {"a": 0.5, "b": -1.5},
    score_errors=("b",),
    train_scores={"a": 0.75, "b": 0.0},
    n_test_samples=3,
    fit_time=0.25,
    score_time=0.125,
    gradient=FoldGradient(-0.5, {"alpha": 1.0}, {"beta": "it is flat"}),
)
UNITS = [Unit(0), Unit(3), Unit(0, 0.5), Unit(3, 1 / 3), Unit(0, 5e-324)]


def through_a_line(record):
    """Return a record as it is read again."""
    return unpack(pack(record, b"")[0], b"")[0]


def test_a_budget_is_read_as_it_was_written():
    record = BudgetRecord(7)
    assert record.to_record() == {"n_iter": 7}
    assert BudgetRecord.from_record(through_a_line(record.to_record()), [3]) == record


@pytest.mark.parametrize("genome", [None, [], [0.0, 1.0, 1 / 3, 5e-324]])
def test_a_candidate_is_read_as_it_was_written(genome):
    record = CandidateRecord(2, genome, "crossover")
    plain = through_a_line(record.to_record())
    assert plain == {"candidate": 2, "genome": genome, "origin": "crossover"}
    assert CandidateRecord.from_record(plain, 2, [3]) == record


@pytest.mark.parametrize("unit", UNITS)
def test_a_fold_is_read_as_it_was_written(unit):
    record = FoldRecord(4, unit, RESULT)
    plain = through_a_line(record.to_record())
    assert plain["candidate"] == 4
    assert plain["split"] == unit.split
    assert plain.get("fidelity", 1.0) == unit.fidelity
    assert ("fidelity" in plain) == (unit.fidelity < 1)
    assert FoldRecord.from_record(plain, 5) == record


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("unit", UNITS)
def test_a_fault_is_read_as_it_was_written(unit, kind):
    record = FaultRecord(4, unit, Fault(kind, 2.5))
    plain = through_a_line(record.to_record())
    assert plain["fault"] == {"kind": kind, "seconds": 2.5}
    assert FaultRecord.from_record(plain, 5) == record


def test_all_of_the_resource_may_be_written_too():
    plain = {**FoldRecord(0, Unit(1), RESULT).to_record(), "fidelity": 1}
    unit = FoldRecord.from_record(plain, 1).unit
    assert unit == Unit(1)
    assert type(unit.fidelity) is float


@pytest.mark.parametrize("kind", [FoldRecord, FaultRecord])
def test_a_result_comes_after_its_candidate(kind):
    content = RESULT if kind is FoldRecord else Fault("timeout", 1.0)
    plain = kind(4, Unit(0), content).to_record()
    with pytest.raises(ValueError, match="candidate=4 of 4"):
        kind.from_record(plain, 4)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"alpha": 0.5, "beta": 2.0}, None),
        ({"alpha": 0.5}, "a derivative by 'beta'"),
        ({"beta": 2.0}, "a derivative by 'alpha'"),
        ({"alpha": 1, "beta": "flat"}, "a derivative by"),
        ({"alpha": np.ones(1), "beta": 2.0}, "the shape of the derivative by 'alpha'"),
    ],
)
def test_derivatives_are_by_numbers_among_the_parameters(params, words):
    def check():
        check_results({Unit(0, 0.5): RESULT}, None, params, 1, None)

    if words is None:
        check()
    else:
        with pytest.raises(ValueError, match=words):
            check()
