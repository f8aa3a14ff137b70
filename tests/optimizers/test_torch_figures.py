"""Trajectories of the optimizers against figures recorded from PyTorch.

The figures were printed by torch 2.13.0+cpu (float64) with this script::

    import torch


    def record(make):
        theta = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer, rows = make([theta]), {}
        for step in range(1, 26):
            optimizer.zero_grad()
            x, y = theta
            (0.5 * (x - 1) ** 2 + 2 * (y - x**2) ** 2).backward()
            optimizer.step()
            if step in (1, 2, 3, 10, 25):
                rows[step] = tuple(theta.tolist())
        return rows


    O = torch.optim
    for name, make in {
        "sgd": lambda p: O.SGD(p, lr=0.02),
        "momentum": lambda p: O.SGD(p, lr=0.02, momentum=0.9),
        "nesterov": lambda p: O.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
        "rmsprop": lambda p: O.RMSprop(p, lr=0.02, alpha=0.95, eps=1e-6),
        "adam": lambda p: O.Adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6),
    }.items():
        print(name, record(make))
"""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.optimizers import (
    SGD,
    Adam,
    Momentum,
    Optimizer,
    RMSProp,
    apply_updates,
)

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD(),
    "momentum": Momentum(momentum=0.9),
    "nesterov": Momentum(momentum=0.9, nesterov=True),
    "rmsprop": RMSProp(decay=0.95, eps=1e-6),
    "adam": Adam(beta_1=0.8, beta_2=0.99, eps=1e-6),
}

FIGURES: dict[str, dict[int, tuple[float, float]]] = {
    "sgd": {
        1: (-1.07152, 1.0352),
        2: (-1.0107242144166708, 1.044236408832),
        3: (-0.9741763094929247, 1.0424225711340958),
        10: (-0.8697676529648853, 0.9524790833372291),
        25: (-0.7144472381635081, 0.711834452422036),
    },
    "momentum": {
        1: (-1.07152, 1.0352),
        2: (-0.8950922144166708, 1.075916408832),
        3: (-0.7377502278900046, 1.0905830698589871),
        10: (-0.46542327610377404, 0.16753376968305866),
        25: (0.5856702954806289, 0.5711569260426287),
    },
    "nesterov": {
        1: (-0.955888, 1.06688),
        2: (-0.8220016700682087, 1.072111964018688),
        3: (-0.7454541090394424, 1.0275914838999272),
        10: (-0.40573466113907003, 0.22943693503730173),
        25: (0.625203343225519, 0.43819301531130445),
    },
    "rmsprop": {
        1: (-1.1105573431664657, 1.0894424918278418),
        2: (-1.067982293275529, 1.1178942944001604),
        3: (-1.0402641495020133, 1.1224915433428053),
        10: (-0.9304380062722779, 0.9861484399309541),
        25: (-0.713024139019858, 0.6364276288866926),
    },
    "adam": {
        1: (-1.1800000031133244, 1.0199999886363702),
        2: (-1.1601634186331011, 1.0397550251842518),
        3: (-1.1406151990791973, 1.0590430531010344),
        10: (-1.023144255464869, 1.1520044916373187),
        25: (-0.9124873836905997, 0.9836335324122407),
    },
}


def gradient(theta: np.ndarray) -> np.ndarray:
    """Of ``0.5 (x - 1)^2 + 2 (y - x^2)^2``."""
    x, y = theta
    return np.array([x - 1 - 8 * x * (y - x**2), 4 * (y - x**2)])


def trajectory(optimizer: Optimizer, n_steps: int) -> dict[int, np.ndarray]:
    transform, theta = optimizer.transformation(0.02), np.array([-1.2, 1.0])
    state, positions = transform.init(theta), {}
    for step in range(1, n_steps + 1):
        updates, state = transform.update(gradient(theta), state, theta)
        theta = apply_updates(theta, updates)
        positions[step] = theta
    return positions


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_trajectory_equals_the_figures_of_pytorch(name: str) -> None:
    positions = trajectory(OPTIMIZERS[name], 25)
    assert sorted(FIGURES[name]) == [1, 2, 3, 10, 25]
    for step, expected in FIGURES[name].items():
        np.testing.assert_allclose(
            positions[step], expected, rtol=1e-12, atol=0.0, err_msg=f"step {step}"
        )


def test_the_figures_tell_the_optimizers_apart() -> None:
    last = np.array([FIGURES[name][25] for name in OPTIMIZERS])
    distances = np.linalg.norm(last[:, None] - last, axis=2)
    assert distances[~np.eye(len(last), dtype=bool)].min() > 0.05
