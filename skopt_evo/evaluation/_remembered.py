"""Predictions that are made once, though a scorer and a search both need them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from skopt_evo.trials._predictions import METHODS


class Remembered:
    """A fitted estimator whose predictions for a test set are made once.

    Some estimators, such as those of support vectors or neighbours, take as long to
    predict as to be fitted.

    Parameters
    ----------
    estimator : estimator
        It is fitted. All attributes are its own.
    X : array-like
        The test set. Predictions for anything else are made each time.
    known : dict of str to object, default=None
        Answers that there are already, by the method.
    fresh : callable, default=None
        Returns a copy of the test set to predict for; None to predict for `X` itself,
        which the estimator may change.

    Attributes
    ----------
    answers : dict of str to object
        What each method has answered, in the order of the calls.
    """

    def __init__(
        self,
        estimator: Any,
        X: Any,
        known: dict[str, Any] | None = None,
        fresh: Callable[[], Any] | None = None,
    ) -> None:
        self._estimator, self._X, self._fresh = estimator, X, fresh
        self.answers: dict[str, Any] = dict(known or {})

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._estimator, name)
        if name not in METHODS:
            return found

        def answer(X: Any) -> Any:
            if X is not self._X:
                return found(X)
            if name not in self.answers:
                rows = X if self._fresh is None else self._fresh()
                self.answers[name] = found(rows)
            return deepcopy(self.answers[name])  # a metric may change what it gets

        answer.__name__ = name  # scorers of scikit-learn ask which method it is
        return answer

    def again(self, fresh: Callable[[], Any]) -> Remembered:
        """Return the same estimator, for another who asks.

        It knows the first answer alone: an estimator that does not copy its input has
        changed it for those that followed.

        Parameters
        ----------
        fresh : callable
            Returns a copy of the test set.
        """
        first = dict(list(self.answers.items())[:1])
        return Remembered(self._estimator, self._X, first, fresh)
