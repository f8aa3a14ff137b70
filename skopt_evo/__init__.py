"""Hyperparameter search by evolution and by gradients, with scikit-learn's manners."""

from skopt_evo._genetic_search import GeneticSearchCV

__all__ = ["GeneticSearchCV", "__version__"]

__version__ = "0.1.0"
