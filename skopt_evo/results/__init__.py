"""What a search remembers of its candidates."""

from skopt_evo.results._cv_results import extra_columns
from skopt_evo.results._trial import Trial

__all__ = ["Trial", "extra_columns"]
