"""The optimizers as users set them: comparable, picklable settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from skopt_evo._checks import (
    check_flag,
    check_fraction,
)
from skopt_evo.optimizers._adam import scale_by_adam
from skopt_evo.optimizers._lbfgs import scale_by_lbfgs
from skopt_evo.optimizers._rms import scale_by_rms
from skopt_evo.optimizers._trace import trace
from skopt_evo.optimizers._transforms import (
    GradientTransformation,
    chain,
    scale_by_learning_rate,
)


@dataclass(frozen=True, kw_only=True)
class SGD:
    """Step down the gradient.

    References
    ----------
    H. Robbins, S. Monro (1951), "A stochastic approximation method", The Annals of
    Mathematical Statistics 22.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import SGD
    >>> descent, params = SGD().transformation(learning_rate=0.1), np.zeros(1)
    >>> descent.update(np.array([5.0]), descent.init(params), params)[0]
    array([-0.5])
    """

    is_quasi_newton: ClassVar[bool] = False

    def transformation(self, learning_rate: float) -> GradientTransformation:
        """Return the transformation of gradients into steps downhill."""
        return scale_by_learning_rate(learning_rate)


@dataclass(frozen=True, kw_only=True)
class Momentum:
    """Step down the discounted sum of the gradients, as PyTorch's SGD with momentum.

    Parameters
    ----------
    momentum : float, default=0.9
        What is kept of the sum at each step, in [0, 1). Along a steady gradient
        steps grow to ``1 / (1 - momentum)`` times those of `SGD`.
    nesterov : bool, default=False
        Look one step ahead along the sum.

    References
    ----------
    B. T. Polyak (1964), "Some methods of speeding up the convergence of iteration
    methods". I. Sutskever et al. (2013), "On the importance of initialization and
    momentum in deep learning", ICML.

    Examples
    --------
    >>> from skopt_evo.optimizers import Momentum
    >>> Momentum(nesterov=True)
    Momentum(momentum=0.9, nesterov=True)
    """

    is_quasi_newton: ClassVar[bool] = False
    momentum: float = 0.9
    nesterov: bool = False

    def __post_init__(self) -> None:
        """Refuse settings outside their ranges."""
        check_fraction("momentum", self.momentum, usual=0.9)
        check_flag("nesterov", self.nesterov)

    def transformation(self, learning_rate: float) -> GradientTransformation:
        """Return the transformation of gradients into steps downhill."""
        return chain(
            trace(self.momentum, self.nesterov),
            scale_by_learning_rate(learning_rate),
        )


@dataclass(frozen=True, kw_only=True)
class RMSProp:
    """Step down the gradient divided by its recent root mean square.

    Parameters
    ----------
    decay : float, default=0.99
        What is kept of the mean square at each step, in [0, 1). The first step is up
        to ``1 / sqrt(1 - decay)`` learning rates long.
    eps : float, default=1e-8
        Added to the root, above 0: smaller gradients make smaller steps.

    References
    ----------
    T. Tieleman, G. Hinton (2012), "Lecture 6.5 - RMSProp: divide the gradient by a
    running average of its recent magnitude", Coursera.

    Examples
    --------
    >>> from skopt_evo.optimizers import RMSProp
    >>> RMSProp(decay=0.9)
    RMSProp(decay=0.9, eps=1e-08)
    """

    is_quasi_newton: ClassVar[bool] = False
    decay: float = 0.99
    eps: float = 1e-8

    def __post_init__(self) -> None:
        """Refuse settings outside their ranges."""
        scale_by_rms(self.decay, self.eps)  # checks them

    def transformation(self, learning_rate: float) -> GradientTransformation:
        """Return the transformation of gradients into steps downhill."""
        return chain(
            scale_by_rms(self.decay, self.eps),
            scale_by_learning_rate(learning_rate),
        )


@dataclass(frozen=True, kw_only=True)
class Adam:
    """Step down the mean gradient divided by the root mean square gradient.

    Parameters
    ----------
    beta_1 : float, default=0.9
        What is kept of the mean at each step, in [0, 1).
    beta_2 : float, default=0.999
        What is kept of the mean square at each step, in [0, 1).
    eps : float, default=1e-8
        Added to the root, above 0: smaller gradients make smaller steps.

    References
    ----------
    D. P. Kingma, J. Ba (2015), "Adam: a method for stochastic optimization", ICLR,
    arXiv:1412.6980.

    Examples
    --------
    >>> from skopt_evo.optimizers import Adam
    >>> Adam(beta_1=0.5)
    Adam(beta_1=0.5, beta_2=0.999, eps=1e-08)
    """

    is_quasi_newton: ClassVar[bool] = False
    beta_1: float = 0.9
    beta_2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        """Refuse settings outside their ranges."""
        scale_by_adam(self.beta_1, self.beta_2, self.eps)  # checks them

    def transformation(self, learning_rate: float) -> GradientTransformation:
        """Return the transformation of gradients into steps downhill."""
        return chain(
            scale_by_adam(self.beta_1, self.beta_2, self.eps),
            scale_by_learning_rate(learning_rate),
        )


@dataclass(frozen=True, kw_only=True)
class LBFGS:
    """Step down the gradient times an approximate inverse Hessian.

    The first step is the learning rate times the gradient; from the second one on a
    learning rate of 1 is a quasi-Newton step. There is no line search.

    Parameters
    ----------
    memory_size : int, default=10
        How many of the last steps shape the approximation, at least 1.

    References
    ----------
    D. C. Liu, J. Nocedal (1989), "On the limited memory BFGS method for large scale
    optimization", Mathematical Programming 45.

    Examples
    --------
    >>> from skopt_evo.optimizers import LBFGS
    >>> LBFGS()
    LBFGS(memory_size=10)
    """

    is_quasi_newton: ClassVar[bool] = True
    memory_size: int = 10

    def __post_init__(self) -> None:
        """Refuse settings outside their ranges."""
        scale_by_lbfgs(self.memory_size)  # checks it

    def transformation(self, learning_rate: float) -> GradientTransformation:
        """Return the transformation of gradients into steps downhill."""
        return chain(
            scale_by_lbfgs(self.memory_size),
            scale_by_learning_rate(learning_rate),
        )
