"""Exceptions and warnings of skopt_evo.

Every error also derives from a built-in class, the one that scikit-learn raises in the
same place if there is one, so ``except ValueError`` around a search keeps working::

    Exception
    └── SkoptEvoError
        ├── SearchSpaceError (ValueError)       param_grid is no search space
        │   └── SearchSpaceTypeError (TypeError)    ... because of the type of a value
        ├── NoEnsembleError (ValueError)        candidates cannot be averaged
        ├── NoHypergradientError (ValueError)   there is no exact derivative
        ├── FitTimeoutError (TimeoutError)      a fit took longer than fit_timeout
        ├── WorkerDiedError (RuntimeError)      a fit ended its worker process
        └── CheckpointError (ValueError)        a checkpoint cannot be used
            ├── CheckpointLockedError               ... another search is using it
            └── CheckpointMismatchError             ... it belongs to another search
    UserWarning
    ├── CheckpointWarning       a checkpoint is incomplete, or no longer written
    ├── EnsembleWarning         no such ensemble, or predictions not kept
    ├── MissingScoresWarning    a split or a metric has no score for any candidate
    ├── NoHypergradientWarning  candidates without the exact derivative asked for
    ├── SearchSpaceWarning      param_grid, or what is known of it, may not be as meant
    └── SpaceCoverageWarning    a part of the space cannot be searched as asked
"""

__all__ = [
    "CheckpointError",
    "CheckpointLockedError",
    "CheckpointMismatchError",
    "CheckpointWarning",
    "EnsembleWarning",
    "FitTimeoutError",
    "MissingScoresWarning",
    "NoEnsembleError",
    "NoHypergradientError",
    "NoHypergradientWarning",
    "SearchSpaceError",
    "SearchSpaceTypeError",
    "SearchSpaceWarning",
    "SkoptEvoError",
    "SpaceCoverageWarning",
    "WorkerDiedError",
]


class SkoptEvoError(Exception):
    """Base class of the errors that skopt_evo defines."""


class SearchSpaceError(SkoptEvoError, ValueError):
    """``param_grid`` does not describe a search space for this estimator."""


class SearchSpaceTypeError(SearchSpaceError, TypeError):
    """A part of ``param_grid`` has a type that no search space is made of."""


class NoHypergradientError(SkoptEvoError, ValueError):
    """The derivative of a score by a hyperparameter cannot be had exactly.

    Rules raise it to decline; the message says why.
    """


class FitTimeoutError(SkoptEvoError, TimeoutError):
    """A fit was stopped, since it took longer than ``fit_timeout``.

    Raised with ``error_score="raise"``, else part of the warning on failed fits.
    """


class WorkerDiedError(SkoptEvoError, RuntimeError):
    """A fit ended its worker process, and did so again when it was tried once more.

    Raised with ``error_score="raise"``, else part of the warning on failed fits.
    """


class NoEnsembleError(SkoptEvoError, ValueError):
    """An ensemble of the candidates cannot be made, and what would be needed for it."""


class CheckpointError(SkoptEvoError, ValueError):
    """A checkpoint is no journal, is damaged, or cannot be opened."""


class CheckpointLockedError(CheckpointError):
    """Another search, in this process or in another one, is using the checkpoint."""


class CheckpointMismatchError(CheckpointError):
    """The checkpoint was written by a search for something else."""


class EnsembleWarning(UserWarning):
    """There is no such ensemble as asked for, or predictions could not be kept."""


class CheckpointWarning(UserWarning):
    """A checkpoint is incomplete, of other versions, or can no longer be written."""


class MissingScoresWarning(UserWarning):
    """No candidate has a score on one of the splits, or by one of the metrics."""


class NoHypergradientWarning(UserWarning):
    """``gradient="exact"`` was asked for, and candidates had no exact derivative."""


class SearchSpaceWarning(UserWarning):
    """A part of ``param_grid`` or ``initial_params`` is probably meant otherwise.

    Either a tuple of two numbers, which are two values and no range, or candidates of a
    text file that cannot be found in the space.
    """


class SpaceCoverageWarning(UserWarning):
    """The budget or the method leaves a part of the search space untried."""
