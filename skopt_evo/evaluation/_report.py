"""The lines that scikit-learn's searches print of each fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joblib.logger import short_format_time

from skopt_evo.trials import FoldResult

# From these values of `verbose` on there is, in this order: a line at the end of a fit,
# which split it was and its scores, a line at the begin and which candidate it was.
AT_END, WITH_SCORES, AT_BEGIN = 2, 3, 10

# How long a line is.
WIDTH = 80


class Report:
    """Prints of one fit what `GridSearchCV` prints.

    Parameters
    ----------
    verbose : int
        How much.
    params : mapping
        The parameters of the candidate.
    split, candidate : tuple of (int, int)
        The number of the split and of the candidate, and how many there are.
    """

    def __init__(
        self,
        verbose: int,
        params: Mapping[str, Any],
        split: tuple[int, int],
        candidate: tuple[int, int],
    ) -> None:
        self._verbose = verbose
        if verbose < AT_END:
            return
        self._place = ""
        if verbose >= WITH_SCORES:
            self._place = f" {split[0] + 1}/{split[1]}"
        if verbose >= AT_BEGIN:
            self._place += f"; {candidate[0] + 1}/{candidate[1]}"
        self._params = ", ".join(f"{name}={params[name]}" for name in sorted(params))

    def begin(self) -> None:
        """Say that the fit begins."""
        if self._verbose >= AT_BEGIN:
            print(f"[CV{self._place}] START {self._params}".ljust(WIDTH, "."))

    def end(self, fold: FoldResult) -> None:
        """Say what came of the fit."""
        if self._verbose < AT_END:
            return
        seconds = short_format_time(fold.fit_time + fold.score_time)
        begin, end = f"[CV{self._place}] END ", self._params + ";" * bool(self._params)
        if self._verbose >= WITH_SCORES:
            end += _in_words(fold)
        end += f" total time={seconds}"
        print(begin + end.rjust(WIDTH - len(begin), "."))


def _in_words(fold: FoldResult) -> str:
    """Return the scores of a fit."""
    test, train = fold.test_scores, fold.train_scores
    if not isinstance(test, dict):
        if train is None:
            return f", score={test:.3f}"
        return f", score=(train={train:.3f}, test={test:.3f})"
    words = ""
    for name in sorted(test):
        known = f"train={train[name]:.3f}, " if isinstance(train, dict) else ""
        words += f" {name}: ({known}test={test[name]:.3f})"
    return words
