"""What is kept of fits beyond their scores: predictions and fitted models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from skopt_evo.exceptions import EnsembleWarning
from skopt_evo.predictions import Store, Targets, as_row_numbers
from skopt_evo.trials import FoldResult, Predictions, Trial, Unit

# Bytes of pickled models in the temporary file. Those beyond it are fitted again, if
# they are needed.
MAX_MODELS_ON_DISK = 2**32


class Kept:
    """Keeps predictions, and the models of the best candidates, within a bound.

    Parameters
    ----------
    targets : Targets
        What is predicted.
    splits : sequence of (train, test)
        The splits of the search.
    n_best : int or None, default=None
        Of how many of the best candidates the models are kept; None for all.
    store : Store, default=None
        Where the arrays are kept.

    Attributes
    ----------
    store : Store
        The same.
    """

    def __init__(
        self,
        targets: Targets,
        splits: Sequence[tuple[Any, Any]],
        *,
        n_best: int | None = None,
        store: Store | None = None,
    ) -> None:
        self.targets = targets
        self._sizes = [len(as_row_numbers(test)) for _, test in splits]
        self._n_best = n_best
        self.store = Store() if store is None else store
        self._errors: list[OSError] = []
        # Those with models, the best first: (loss, number, candidate).
        self._best: list[tuple[float, int, Trial]] = []

    @property
    def keeps_models(self) -> bool:
        """Whether any models are kept."""
        return self._n_best != 0

    def hold(self, fold: FoldResult) -> FoldResult:
        """Return a result whose arrays take no memory beyond the bound."""
        predictions, model = fold.predictions, fold.model
        if self.store.n_on_disk > MAX_MODELS_ON_DISK:
            model = None
        try:
            if predictions is not None:
                predictions = self.store.hold_predictions(predictions)
            if model is not None:
                model = self.store.hold(model)
        except OSError as error:
            # The search goes on without: its scores do not depend on them.
            self._errors.append(error)
            predictions = model = None
        return replace(fold, predictions=predictions, model=model)

    def postponed(self) -> list[Warning]:
        """Return what there is to warn of at the end of the search."""
        if not self._errors:
            return []
        error = self._errors[0]
        notes = " ".join(getattr(error, "__notes__", []))
        return [
            EnsembleWarning(
                f"The predictions of {len(self._errors)} fits could not be kept: "
                f"{error}. {notes} Their candidates are no part of oof_predictions_ "
                "and of ensembles."
            )
        ]

    def take_predictions(self, trial: Trial) -> dict[int, Predictions] | None:
        """Return the predictions of a candidate for all splits, which is left without.

        None if there are not all of them, or if the candidate has failed.
        """
        found = _predictions_of(trial)
        for unit, fold in trial.results.items():
            if fold.predictions is not None:
                self.store.release_predictions(fold.predictions)
                trial.results[unit] = replace(fold, predictions=None)
        return found

    def usable(self, results: Mapping[Unit, FoldResult]) -> dict[Unit, FoldResult]:
        """Return the results of an earlier run that have what is to be kept.

        The others are left out, so that their fits are done again: the earlier run did
        not keep predictions, or it was no such search that has written them.
        """
        return {
            unit: fold
            for unit, fold in results.items()
            if fold.fit_error is not None
            or (fold.predictions is not None and self._fits(unit, fold.predictions))
        }

    def learn(self, trial: Trial, loss: float) -> None:
        """Drop the models of a candidate that is not one of the best.

        Parameters
        ----------
        trial : Trial
            It is done.
        loss : float
            NaN if it has failed.
        """
        has_models = any(fold.model is not None for fold in trial.folds)
        if self._n_best is None or not has_models:
            return
        key = np.inf if np.isnan(loss) else loss
        self._best.append((key, trial.number, trial))
        self._best.sort(key=lambda entry: entry[:2])
        for _, _, worse in self._best[self._n_best :]:
            self._drop_models(worse)
        del self._best[self._n_best :]

    def _drop_models(self, trial: Trial) -> None:
        for unit, fold in trial.results.items():
            if fold.model is not None:
                self.store.release(fold.model)
                trial.results[unit] = replace(fold, model=None)

    def _fits(self, unit: Unit, predictions: Predictions) -> bool:
        """Tell whether predictions have a row a sample and a column a class."""
        n_rows, n_columns = predictions.values.shape
        columns = self.targets.columns(predictions.method)
        labels = predictions.labels
        if labels is not None:
            classes = self.targets.classes
            sizes = [len(each) for each in classes or ()]
            if (
                labels.shape[1] != len(sizes)
                or not ((labels >= 0) & (labels < np.array(sizes))).all()
            ):
                return False
        return n_columns == columns[-1].stop and (
            unit.split < len(self._sizes) and n_rows == self._sizes[unit.split]
        )


def _predictions_of(trial: Trial) -> dict[int, Predictions] | None:
    """Return the predictions of all splits, None if the candidate has not all."""
    found = {split: fold.predictions for split, fold in trial.fold_of.items()}
    is_whole = all(unit.fidelity == 1.0 for unit in trial.results)
    if not is_whole or trial.status != "ok" or len(found) < trial.n_splits:
        return None
    return {split: p for split, p in found.items() if p is not None}
