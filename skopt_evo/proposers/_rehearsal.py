"""Tries out what users have written themselves, before the first fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from skopt_evo._messages import shown
from skopt_evo.descent import GradientEstimator
from skopt_evo.descent._sources import checked_gradient, checked_probes
from skopt_evo.optimizers import Optimizer
from skopt_evo.proposers._strategies import surrogate_of
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._archive import STEP
from skopt_evo.strategies.operators._check_returned import check_children

# Genomes that are made up.
N_GENOMES = 4


def rehearse_operators(operators: Mapping[str, Any], layout: GeneLayout) -> None:
    """Recombine and mutate genomes that are made up.

    Selection and survival, which are shown losses, are left out: one that keeps a
    record would have losses in it that no candidate had.

    Parameters
    ----------
    operators : mapping of str to callable
        The user's, by their parameters.
    layout : GeneLayout
        The genes.

    Raises
    ------
    Exception
        What an operator raises.
    ValueError
        If an operator returns no genomes.
    """
    rng = np.random.default_rng(0)
    genomes = layout.snap(rng.random((2 * N_GENOMES, layout.n_genes)))
    first, second = genomes[:N_GENOMES], genomes[N_GENOMES:]
    arguments = {
        "crossover": (first, second),
        "mutation": (first, np.full(N_GENOMES, STEP)),
    }
    for name in arguments.keys() & operators.keys():
        operator = operators[name]
        with _explained(f"{name}={operator!r}"):
            children = operator(*arguments[name], layout, rng)
            check_children(children, operator, layout, N_GENOMES)


def rehearse_surrogate(surrogate: Any, layout: GeneLayout) -> None:
    """Fit a model to losses that are made up.

    Parameters
    ----------
    surrogate : regressor
        The user's.
    layout : GeneLayout
        The genes.

    Raises
    ------
    Exception
        What the regressor raises, or what is wrong with its predictions.
    """
    rng, model = np.random.default_rng(0), surrogate_of(surrogate, layout)
    genomes = layout.snap(rng.random((N_GENOMES, layout.n_genes)))
    with _explained(f"surrogate={surrogate!r}"):
        model.fit(genomes, rng.random(N_GENOMES), tune=True, rng=rng)
        model.predict(genomes)


def rehearse_gradient(method: GradientEstimator) -> None:
    """Estimate the gradient of a linear function.

    Parameters
    ----------
    method : GradientEstimator
        The user's.

    Raises
    ------
    Exception
        What the method raises, or what is wrong with what it returns.
    """
    point, rng = np.array([0.5, 0.25]), np.random.default_rng(0)
    with _explained(f"gradient={method!r}"):
        probes = checked_probes(method, point, np.full(2, method.step), rng)
        checked_gradient(method, point, point.sum(), probes, probes.sum(axis=1))


def rehearse_optimizer(optimizer: Optimizer) -> None:
    """Make a step.

    Parameters
    ----------
    optimizer : Optimizer
        The user's.

    Raises
    ------
    Exception
        What the optimizer raises.
    TypeError
        If it makes no gradient transformation.
    ValueError
        If its steps are not as long as gradients.
    """
    point, gradient = np.array([0.5, 0.25]), np.array([1.0, -1.0])
    with _explained(f"optimizer={optimizer!r}"):
        rule = optimizer.transformation(0.1)
        if not all(callable(getattr(rule, name, None)) for name in ("init", "update")):
            raise TypeError(
                f"optimizer={optimizer!r}: transformation(0.1) returned {shown(rule)}, "
                "expected a skopt_evo.optimizers.GradientTransformation."
            )
        updates, _ = rule.update(gradient, rule.init(point), point)
        if np.shape(updates) != point.shape:
            raise ValueError(
                f"optimizer={optimizer!r} turned the gradient {gradient!r} into "
                f"{shown(updates)}: expected an array of the same shape."
            )


@contextmanager
def _explained(setting: str) -> Iterator[None]:
    """Say of an error where it comes from."""
    try:
        yield
    except Exception as error:
        error.add_note(
            f"That came of trying {setting} on made-up numbers. Nothing has been "
            "fitted yet."
        )
        raise
