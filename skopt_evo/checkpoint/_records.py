"""What the records of a search may say, beside those of folds, see `FoldResult`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from reprlib import repr as shortened
from typing import Any

from skopt_evo.trials._fold_record import check_keys, check_number, is_index


def check_budget(record: Mapping[str, Any], budgets: Sequence[int]) -> int:
    """Return how many candidates there are to be, more than ever before."""
    check_keys(record, ["n_iter"])
    budget, least = record["n_iter"], budgets[-1] if budgets else 0
    if type(budget) is not int or budget <= least:
        raise ValueError(f"n_iter={shortened(budget)} after {least}")
    return budget


def check_candidate(
    record: Mapping[str, Any], n_before: int, budgets: Sequence[int]
) -> list[float] | None:
    """Return the genome of the next candidate, None for a grid point."""
    check_keys(record, ["candidate", "genome", "origin"])
    number, genome = record["candidate"], record["genome"]
    if number != n_before or not budgets or not is_index(number, budgets[-1]):
        raise ValueError(f"candidate={shortened(number)} after {n_before} candidates")
    if not isinstance(record["origin"], str):
        raise TypeError(f"origin={shortened(record['origin'])}")
    if genome is None:
        return None
    if not isinstance(genome, list):
        raise TypeError(f"genome={shortened(genome)}")
    for gene in genome:
        check_number(gene, "gene")
        if not 0 <= gene <= 1:
            raise ValueError(f"gene={gene}")
    return [float(gene) for gene in genome]


def check_place(
    record: Mapping[str, Any], result: str, n_candidates: int
) -> tuple[int, int]:
    """Return which split of which candidate a result is of."""
    check_keys(record, ["candidate", "split", result])
    number, split = record["candidate"], record["split"]
    if not is_index(number, n_candidates):
        raise ValueError(f"candidate={shortened(number)} of {n_candidates}")
    if not is_index(split, sys.maxsize):
        raise ValueError(f"split={shortened(split)}")
    return number, split
