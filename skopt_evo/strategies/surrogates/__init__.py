"""Surrogates: models of the losses seen so far."""

from skopt_evo.strategies.surrogates._gaussian_process import GaussianProcess
from skopt_evo.strategies.surrogates._protocol import Surrogate
from skopt_evo.strategies.surrogates._regressor import RegressorSurrogate

__all__ = ["GaussianProcess", "RegressorSurrogate", "Surrogate"]
