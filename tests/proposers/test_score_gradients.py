"""Derivatives by genes and by parameters, against differences through the space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform, norm, uniform

from skopt_evo.proposers._layout import layout_of
from skopt_evo.proposers._score_gradients import ScoreGradients
from skopt_evo.results import TrialGradient
from skopt_evo.space import SearchSpace, Vector
from skopt_evo.trials import Trial

SPACE = SearchSpace(
    [
        {
            "C": loguniform(1e-3, 1e3),
            "tol": uniform(0, 2),
            "scale": norm(),
            "weights": Vector(loguniform(0.1, 10), 2),
            "kernel": ["rbf", "poly"],
        },
        {"C": loguniform(1e-3, 1e3), "kernel": ["linear"]},
    ]
)
LAYOUT = layout_of(SPACE)
SETTING = {
    "C": 2.0,
    "tol": 0.3,
    "scale": -0.5,
    "weights": np.array([0.5, 3.0]),
    "kernel": "rbf",
}
GENOME = SPACE.encode(SETTING)


def loss_of(params: Mapping[str, Any]) -> float:
    weights = params["weights"]
    shift = np.log(params["C"]) - params["tol"] * params["scale"]
    return float(shift**2 + weights[0] ** 2 * weights[1])


def derivatives_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the derivatives of `loss_of` by its parameters."""
    C, tol, scale, weights = (params[n] for n in ("C", "tol", "scale", "weights"))
    twice = 2.0 * (np.log(C) - tol * scale)
    return {
        "C": twice / C,
        "tol": -twice * scale,
        "scale": -twice * tol,
        "weights": np.array([2.0 * weights[0] * weights[1], weights[0] ** 2]),
    }


def slopes_by_differences(step: float = 1e-6) -> np.ndarray:
    """Return the derivative of the loss by each gene that moves, NaN by others."""
    slopes = np.full(LAYOUT.n_genes, np.nan)
    for gene in np.flatnonzero(LAYOUT.movable_in(GENOME)):
        change = step * np.eye(LAYOUT.n_genes)[gene]
        ahead, behind = (
            loss_of(SPACE.decode(moved)) for moved in (GENOME + change, GENOME - change)
        )
        slopes[gene] = (ahead - behind) / (2 * step)
    return slopes


def made(verbose: bool = False) -> ScoreGradients:
    return ScoreGradients(SPACE, LAYOUT, verbose=verbose)


def found(**changes: Any) -> TrialGradient:
    whole = TrialGradient(loss_of(SETTING), derivatives_of(SETTING), {}, True)
    return whole._replace(**changes)


def trial() -> Trial:
    return Trial(SETTING, 0, "start", GENOME)


def test_slopes_by_genes_are_those_of_the_loss_through_the_space() -> None:
    slopes = made().slopes(GENOME, found())
    np.testing.assert_allclose(slopes, slopes_by_differences(), rtol=1e-5)


def test_there_is_no_slope_without_a_derivative_or_a_gene() -> None:
    params = {"C": 1.0, "no such parameter": 2.0}
    slopes = made().slopes(GENOME, found(params=params))
    places = SPACE.places_of(0)
    assert np.flatnonzero(np.isfinite(slopes)).tolist() == [places["C"]]
    other = SPACE.encode({"C": 1.0, "kernel": "linear"})
    slopes = made().slopes(other, found())
    assert np.flatnonzero(np.isfinite(slopes)).tolist() == [SPACE.places_of(1)["C"]]


@pytest.mark.parametrize("missing", [None, "C", "weights"])
def test_slopes_are_whole_if_all_numbers_have_one(missing: str | None) -> None:
    params = derivatives_of(SETTING)
    params.pop(missing, None)
    gradients = made()
    slopes = gradients.slopes(GENOME, found(params=params))
    assert gradients.is_whole(GENOME, slopes) == (missing is None)


@pytest.mark.parametrize("is_whole", [False, True])
def test_exact_derivatives_are_noted_as_those_of_the_score(is_whole: bool) -> None:
    noted = trial()
    ScoreGradients.note_exact(noted, found(), is_whole=is_whole)
    method = noted.extras.pop("gradient_method", None)
    assert method == ("exact" if is_whole else None)
    expected = derivatives_of(SETTING)
    assert noted.extras.keys() == {f"grad_{name}" for name in expected}
    for name, derivative in expected.items():
        np.testing.assert_array_equal(noted.extras[f"grad_{name}"], -derivative)


def test_nothing_is_noted_where_nothing_is_known() -> None:
    noted = trial()
    ScoreGradients.note_exact(noted, found(params={}), is_whole=True)
    assert noted.extras == {}


def test_an_estimate_by_genes_is_noted_by_parameters() -> None:
    noted = trial()
    gradient = slopes_by_differences()
    made().note_estimate(noted, GENOME, gradient, "differences", ["tol"])
    assert noted.extras.pop("gradient_method") == "differences"
    expected = derivatives_of(SETTING)
    # That of "tol" is known better, and "kernel" has none.
    assert noted.extras.keys() == {"grad_C", "grad_scale", "grad_weights"}
    for name in ("C", "scale", "weights"):
        found = noted.extras[f"grad_{name}"]
        np.testing.assert_allclose(found, -expected[name], rtol=1e-5)


def test_the_way_to_parameters_is_the_inverse_of_that_to_genes() -> None:
    noted, gradients = trial(), made()
    slopes = gradients.slopes(GENOME, found())
    gradients.note_estimate(noted, GENOME, slopes, "exact slopes", [])
    for name, derivative in derivatives_of(SETTING).items():
        np.testing.assert_allclose(noted.extras[f"grad_{name}"], -derivative)


@pytest.mark.parametrize("verbose", [False, True])
def test_the_first_reason_of_each_parameter_is_kept_and_printed_once(
    verbose: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    gradients = made(verbose)
    for reasons in [{"C": "first"}, {"C": "second", "tol": "third"}, {"tol": "other"}]:
        gradients.explain(found(reasons=reasons))
    assert gradients.reasons == {"C": "first", "tol": "third"}
    lines = capsys.readouterr().out.splitlines()
    expected = [
        "No exact derivative by 'C': first",
        "No exact derivative by 'tol': third",
    ]
    assert lines == (expected if verbose else [])


def test_a_derivative_may_be_too_large_for_a_float() -> None:
    space = SearchSpace({"x": uniform(0, 1e-300)})
    gradients = ScoreGradients(space, layout_of(space), verbose=False)
    noted = Trial({"x": 5e-301}, 0, "start", np.array([0.5]))
    gradients.note_estimate(noted, np.array([0.5]), np.array([1e10]), "differences", [])
    assert noted.extras["grad_x"] == -np.inf
