"""What the records of a search hold, and which of them are believed.

There is one class for each kind of record. Each one is written by ``to_record`` and
read by ``from_record``, which raises for whatever no search writes. What can only be
checked when the candidate is proposed again is checked by `check_results`.

What the result of one fit holds, inside the record of a fold, is in
`skopt_evo.trials.FoldResult`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from reprlib import repr as shortened
from typing import Any

import numpy as np

from skopt_evo.checkpoint._predictions import describe, from_parts, part_of, to_parts
from skopt_evo.checkpoint._schema import check_schema
from skopt_evo.hypergrad._exact import is_differentiable
from skopt_evo.trials import FAULTS, Fault, FoldGradient, FoldResult, Unit
from skopt_evo.trials._fold_record import check_keys, check_number, is_index


@dataclass(frozen=True)
class BudgetRecord:
    """The search is to have so many candidates.

    Attributes
    ----------
    n_iter : int
        How many in all.
    """

    n_iter: int

    def to_record(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {"n_iter": self.n_iter}

    @classmethod
    def from_record(
        cls, record: Mapping[str, Any], budgets: Sequence[int]
    ) -> BudgetRecord:
        """Return what a record holds; `budgets` are the earlier ones, all smaller."""
        check_keys(record, ["n_iter"])
        budget, least = record["n_iter"], budgets[-1] if budgets else 0
        if type(budget) is not int or budget <= least:
            raise ValueError(f"n_iter={shortened(budget)} after {least}")
        return cls(budget)


@dataclass(frozen=True)
class CandidateRecord:
    """A candidate was proposed.

    Attributes
    ----------
    number : int
        How many candidates of the search came before.
    genome : list of float or None
        Its place in the unit cube; None for a grid point.
    origin : str
        How it came about.
    """

    number: int
    genome: list[float] | None
    origin: str

    def to_record(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {
            "candidate": self.number,
            "genome": self.genome,
            "origin": self.origin,
        }

    @classmethod
    def from_record(
        cls, record: Mapping[str, Any], n_before: int, budgets: Sequence[int]
    ) -> CandidateRecord:
        """Return what a record holds: the candidate after `n_before` others."""
        check_keys(record, ["candidate", "genome", "origin"])
        number, genome = record["candidate"], record["genome"]
        if number != n_before or not budgets or not is_index(number, budgets[-1]):
            raise ValueError(
                f"candidate={shortened(number)} after {n_before} candidates"
            )
        if not isinstance(record["origin"], str):
            raise TypeError(f"origin={shortened(record['origin'])}")
        return cls(number, _genome(genome), record["origin"])


@dataclass(frozen=True)
class FoldRecord:
    """A candidate was fitted and scored on one split.

    Attributes
    ----------
    number : int
        The candidate's number.
    unit : Unit
        The split, and the share of the resource.
    result : FoldResult
        What came of it.
    """

    number: int
    unit: Unit
    result: FoldResult

    def parts(self) -> list[PartRecord]:
        """Return the records that are to be written right before this one."""
        if self.result.predictions is None:
            return []
        parts = to_parts(self.result.predictions)
        return [PartRecord(self.number, self.unit, part) for part in parts]

    def to_record(self) -> dict[str, Any]:
        """Return the record as plain data."""
        record = {**_key(self.number, self.unit), "fold": self.result.to_record()}
        if self.result.predictions is not None:
            record["predictions"] = describe(self.result.predictions)
        return record

    @classmethod
    def from_record(
        cls,
        record: Mapping[str, Any],
        n_candidates: int,
        parts: Sequence[PartRecord] = (),
    ) -> FoldRecord:
        """Return what a record holds, of one of the candidates before it.

        `parts` are the records of predictions right before it.
        """
        number, unit = _checked_key(record, "fold", n_candidates, ("predictions",))
        result = FoldResult.from_record(record["fold"])
        if "predictions" in record:
            texts = [p.text for p in parts if (p.number, p.unit) == (number, unit)]
            found = from_parts(record["predictions"], texts)
            result = replace(result, predictions=found)
        return cls(number, unit, result)


@dataclass(frozen=True)
class PartRecord:
    """A part of the bytes of predictions, before the record of their fold.

    Attributes
    ----------
    number : int
        The candidate's number.
    unit : Unit
        The fit.
    text : str
        The bytes, encoded.
    """

    number: int
    unit: Unit
    text: str

    def to_record(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {**_key(self.number, self.unit), "part": self.text}

    @classmethod
    def from_record(cls, record: Mapping[str, Any], n_candidates: int) -> PartRecord:
        """Return what a record holds, of one of the candidates before it."""
        number, unit = _checked_key(record, "part", n_candidates)
        return cls(number, unit, part_of(record))


@dataclass(frozen=True)
class FaultRecord:
    """A candidate was given up.

    Attributes
    ----------
    number : int
        The candidate's number.
    unit : Unit
        The fit that it was given up for.
    fault : Fault
        What became of this fit.
    """

    number: int
    unit: Unit
    fault: Fault

    def to_record(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {**_key(self.number, self.unit), "fault": asdict(self.fault)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any], n_candidates: int) -> FaultRecord:
        """Return what a record holds, of one of the candidates before it."""
        number, unit = _checked_key(record, "fault", n_candidates)
        fault = Fault(**record["fault"])
        check_number(fault.seconds, "seconds", finite=True)
        if fault.kind not in FAULTS:
            raise ValueError(f"unknown {shortened(fault.kind)}")
        return cls(number, unit, fault)


def check_results(
    results: Mapping[Unit, FoldResult],
    fault: tuple[Unit, Fault] | None,
    params: Mapping[str, Any],
    n_splits: int,
    schema: Mapping[str, Any] | None,
) -> None:
    """Raise for results that cannot be those of a candidate of this search.

    Parameters
    ----------
    results : mapping of Unit to FoldResult
        What the file has of the candidate.
    fault : tuple of (Unit, Fault) or None
        What it was given up for.
    params : mapping
        The candidate's parameters.
    n_splits : int
        The number of splits of the search.
    schema : mapping or None
        From `make_schema`; None if any results will do.

    Raises
    ------
    ValueError
        If there are such results.
    """
    if fault is not None and schema is not None and not schema["errors"]:
        raise ValueError("a fault, which is to end the search")
    for unit in [*results, *([] if fault is None else [fault[0]])]:
        if unit.split >= n_splits:
            raise ValueError(f"split={unit.split} of {n_splits}")
    for result in results.values():
        if schema is not None:
            check_schema(result, schema)
        if result.gradient is not None:
            _check_gradient(result.gradient, params)


def _genome(genome: Any) -> list[float] | None:
    if genome is None:
        return None
    if not isinstance(genome, list):
        raise TypeError(f"genome={shortened(genome)}")
    for gene in genome:
        check_number(gene, "gene")
        if not 0 <= gene <= 1:
            raise ValueError(f"gene={gene}")
    return [float(gene) for gene in genome]


def _key(number: int, unit: Unit) -> dict[str, Any]:
    """Return which fit a record is of; all of the resource goes without saying."""
    key: dict[str, Any] = {"candidate": number, "split": unit.split}
    return key if unit.fidelity == 1 else {**key, "fidelity": float(unit.fidelity)}


def _checked_key(
    record: Mapping[str, Any],
    content: str,
    n_candidates: int,
    others: Sequence[str] = (),
) -> tuple[int, Unit]:
    """Return which fit of which candidate a record is of."""
    check_keys(record, ["candidate", "split", content], ["fidelity", *others])
    number, split = record["candidate"], record["split"]
    fidelity = record.get("fidelity", 1.0)
    if not is_index(number, n_candidates):
        raise ValueError(f"candidate={shortened(number)} of {n_candidates}")
    if not is_index(split, sys.maxsize):
        raise ValueError(f"split={shortened(split)}")
    # A bool is an int to Python. NaN and infinity are out of the range.
    if type(fidelity) not in (int, float) or not 0 < fidelity <= 1:
        raise ValueError(f"fidelity={shortened(fidelity)}")
    return number, Unit(split, float(fidelity))


def _check_gradient(gradient: FoldGradient, params: Mapping[str, Any]) -> None:
    """Raise for derivatives by anything but the parameters of a candidate."""
    for name in (*gradient.params, *gradient.reasons):
        if name not in params or not is_differentiable(params[name]):
            raise ValueError(f"a derivative by {shortened(name)}")
    for name, derivative in gradient.params.items():
        if np.shape(derivative) != np.shape(params[name]):
            raise ValueError(f"the shape of the derivative by {shortened(name)}")
