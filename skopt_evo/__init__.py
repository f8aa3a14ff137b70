"""Hyperparameter search by evolution and by gradients, with scikit-learn's manners."""

from skopt_evo._genetic_search import GeneticSearchCV
from skopt_evo._gradient_search import GradientSearchCV

__all__ = ["GeneticSearchCV", "GradientSearchCV", "__version__"]

__version__ = "0.1.0"
