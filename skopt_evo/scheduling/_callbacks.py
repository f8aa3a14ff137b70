"""The tasks of a search as scikit-learn's callbacks see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from skopt_evo._sklearn_callbacks import ObservedFit, SearchTask
from skopt_evo.trials import Trial, Unit


@dataclass
class _Generation:
    """Candidates that were proposed together, and the task that their fits belong to.

    Attributes
    ----------
    task : SearchTask
        Its own one, or that of the search.
    n_candidates : int
        How many there are.
    n_left : int
        How many of them are not evaluated yet.
    """

    task: SearchTask
    n_candidates: int
    n_left: int


@dataclass
class _Place:
    """Where a candidate is: the number of its first fit, and its fidelities so far."""

    generation: _Generation
    first: int
    fidelities: list[float] = field(default_factory=list)


class CallbackTasks:
    """Opens and ends callback tasks; ends a search if a callback asks for it.

    Candidates that are proposed together are a task, "generation", and its end is where
    a callback may stop the search: this is a stopping rule. Without callbacks, and with
    a scikit-learn before 1.9, nothing happens.

    Parameters
    ----------
    task : SearchTask
        The task of the search.
    n_splits : int
        The number of splits.
    has_generations : bool
        Whether there are tasks for generations; without them all fits belong to `task`.
    """

    def __init__(
        self, task: SearchTask, n_splits: int, *, has_generations: bool
    ) -> None:
        self._task = task
        self._n_splits = n_splits
        self._has_generations = has_generations
        self._n_generations = 0
        self._places: dict[int, _Place] = {}

    def open(self, trials: Sequence[Trial]) -> None:
        """Open the task of candidates that were proposed together."""
        task = self._task
        if self._has_generations:
            task = task.subtask(
                "generation",
                task_id=self._n_generations,  # they overlap: each needs a number
                max_subtasks=len(trials) * self._n_splits,
                sequential=False,
            )
        self._n_generations += 1
        generation = _Generation(task, len(trials), len(trials))
        for place, trial in enumerate(trials):
            self._places[trial.number] = _Place(generation, place * self._n_splits)

    def leaf(self, trial: Trial, unit: Unit) -> ObservedFit | None:
        """Return what shows a fit to callbacks, None if there are none."""
        task = self._places[trial.number].generation.task
        leaf: ObservedFit | None = task.leaf(self._task_id(trial, unit))
        return leaf

    def pass_over(self, trial: Trial, units: Iterable[Unit]) -> None:
        """Show fits that need not be done, since their results are known."""
        task = self._places[trial.number].generation.task
        for unit in units:
            task.pass_over(self._task_id(trial, unit))

    def update(self, trial: Trial, upcoming: Trial | None) -> str | None:
        """End the generation if this was the last of it; tell if it is to stop."""
        generation = self._places.pop(trial.number).generation
        generation.n_left -= 1
        if generation.n_left or not self._has_generations:
            return None
        return "callback" if generation.task.end() else None

    def poll(self, *, has_results: bool) -> None:
        """Never stop in the middle of a generation."""

    def close(self) -> None:
        """End all generations that are open, since no more of them is run."""
        generations = [place.generation for place in self._places.values()]
        for generation in {id(each): each for each in generations}.values():
            if self._has_generations:
                generation.task.end()
        self._places.clear()

    def end(self) -> None:
        """End the task of the search."""
        self._task.end()

    def _task_id(self, trial: Trial, unit: Unit) -> int:
        """Return the number of a fit, which no other fit of its task has."""
        place = self._places[trial.number]
        if unit.fidelity not in place.fidelities:
            place.fidelities.append(unit.fidelity)
        # A second fit on the same split, with more data, is another task.
        n_before = place.fidelities.index(unit.fidelity) * self._n_splits
        first = place.first + n_before * place.generation.n_candidates
        return first + unit.split
