"""A small part of what benchmarks/fuzz_gradients.py looks at."""

from __future__ import annotations

from collections import Counter

import pytest

from skopt_evo.hypergrad.rules import _pipeline
from tests.hypergrad.random_pipelines import outcome, random_case

CASES = range(60)


@pytest.mark.slow
def test_no_derivative_of_a_random_pipeline_is_wrong() -> None:
    kinds = Counter()
    for number in CASES:
        found = outcome(random_case(number))
        assert found.kind != "wrong", f"case {number}: {found.detail}"
        kinds[found.kind] += 1
    assert kinds["right"] >= len(CASES) / 3


def test_a_wrong_one_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pipeline, "check_transformers", lambda steps, folds: None)
    assert any(outcome(random_case(number)).kind == "wrong" for number in CASES)
