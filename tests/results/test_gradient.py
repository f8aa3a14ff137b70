"""The derivatives of a candidate, from those of its folds."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.results._gradient import NOTHING, gradient_of
from skopt_evo.trials import FoldGradient, FoldResult, Trial


def trial(*gradients: FoldGradient | None) -> Trial:
    """Return a candidate; None is a fold of a fit that failed."""
    evaluated = Trial({}, iteration=0, origin="initial")
    evaluated.complete(
        [
            FoldResult(0.5, None if gradient else "failed", gradient=gradient)
            for gradient in gradients
        ]
    )
    return evaluated


def test_losses_and_derivatives_are_means_over_the_folds() -> None:
    found = gradient_of(
        trial(
            FoldGradient(1.0, {"alpha": 3.0, "betas": np.array([1.0, 2.0])}),
            FoldGradient(4.0, {"alpha": -1.0, "betas": np.array([5.0, 0.0])}),
        )
    )
    assert found.loss == 2.5
    assert found.params["alpha"] == 1.0
    np.testing.assert_array_equal(found.params["betas"], [3.0, 1.0])
    assert list(found.params) == ["alpha", "betas"]
    assert found.reasons == {}
    assert found.is_converged


def test_a_derivative_that_one_fold_lacks_is_none_and_its_reason_is_kept() -> None:
    found = gradient_of(
        trial(
            FoldGradient(1.0, {"C": 1.0, "gamma": 2.0}),
            FoldGradient(3.0, {"C": 3.0}, {"gamma": "no gamma"}),
        )
    )
    assert found.params == {"C": 2.0}
    assert found.reasons == {"gamma": "no gamma"}
    assert found.loss == 2.0


def test_a_fold_without_any_derivative_leaves_reasons_alone() -> None:
    found = gradient_of(
        trial(
            FoldGradient(1.0, {"C": 1.0}),
            FoldGradient(np.nan, {}, {"C": "no such class"}),
        )
    )
    assert np.isnan(found.loss)
    assert found.params == {}
    assert found.reasons == {"C": "no such class"}


def test_of_several_reasons_the_first_fold_has_the_word() -> None:
    folds = [FoldGradient(np.nan, {}, {"C": reason}) for reason in ("one", "two")]
    assert gradient_of(trial(*folds)).reasons == {"C": "one"}


@pytest.mark.parametrize("flags", [(True, False), (False, False), (True, True)])
def test_a_candidate_has_converged_if_all_of_its_fits_have(
    flags: tuple[bool, bool],
) -> None:
    folds = [FoldGradient(1.0, {"C": 1.0}, {}, flag) for flag in flags]
    assert gradient_of(trial(*folds)).is_converged is all(flags)


@pytest.mark.parametrize(
    "gradients", [(), (None,), (FoldGradient(1.0, {"C": 1.0}), None)]
)
def test_a_fit_that_failed_leaves_nothing(
    gradients: tuple[FoldGradient | None, ...],
) -> None:
    found = gradient_of(trial(*gradients))
    assert found == NOTHING
    assert found.params == {}
    assert np.isnan(found.loss)


def test_the_folds_are_only_read() -> None:
    fold = FoldGradient(1.0, {"betas": np.ones(2)}, {"C": "why"})
    found = gradient_of(trial(fold, FoldGradient(1.0, {"betas": np.zeros(2)})))
    found.params["betas"][:] = 7.0
    found.reasons["other"] = "new"
    np.testing.assert_array_equal(fold.params["betas"], np.ones(2))
    assert fold.reasons == {"C": "why"}
