"""The derivatives of a candidate's loss, put together from those of its folds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from skopt_evo._typing import BoolArray
from skopt_evo.trials import Trial


class TrialGradient(NamedTuple):
    """The mean over the folds of a loss and its derivatives.

    Attributes
    ----------
    loss : float
        The loss that is differentiated; NaN if a fold has none.
    params : dict of str to float or ndarray
        The derivatives, of those hyperparameters that every fold has one of.
    reasons : dict of str to str
        Why there is none by others.
    is_converged : bool
        Whether every fit came to its end.
    """

    loss: float
    params: dict[str, Any]
    reasons: dict[str, str]
    is_converged: bool


NOTHING = TrialGradient(np.nan, {}, {}, True)


def gradient_of(trial: Trial, counts: BoolArray | None = None) -> TrialGradient:
    """Return what the folds of a candidate know of derivatives.

    Parameters
    ----------
    trial : Trial
        The candidate, evaluated.
    counts : ndarray of shape (n_splits,), dtype=bool, default=None
        Which splits count; None for all of them.
    """
    gradients = [
        fold.gradient
        for split, fold in trial.fold_of.items()
        if counts is None or counts[split]
    ]
    known = [gradient for gradient in gradients if gradient is not None]
    if len(known) < len(gradients) or not known:
        return NOTHING
    reasons: dict[str, str] = {}
    for fold in known:
        reasons = {**fold.reasons, **reasons}
    shared = set.intersection(*(set(fold.params) for fold in known))
    params = {
        name: np.mean([fold.params[name] for fold in known], axis=0)
        for name in sorted(shared)
    }
    loss = float(np.mean([fold.loss for fold in known]))
    is_converged = all(fold.is_converged for fold in known)
    return TrialGradient(loss, params, reasons, is_converged)
