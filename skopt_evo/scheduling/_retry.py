"""What is done again after a worker was stopped or died, and what is given up."""

from __future__ import annotations

from skopt_evo.trials import Fault, Unit

# A worker may die for a reason outside of its fit, e.g. since others took all memory.
# So it takes two deaths on one split to give a candidate up.
MOST_DEATHS = 2


class RetryPolicy:
    """Counts faults; tells which candidates are given up, and which may be the cause.

    A fit that takes too long is given up at once: it would take as long again. A fit
    whose worker died is repeated. From then on its candidate is suspected: its fits run
    one at a time, so that the next death is that of one fit alone.

    Parameters
    ----------
    most_deaths : int, default=2
        A candidate is given up with this many deaths on one split.
    """

    def __init__(self, most_deaths: int = MOST_DEATHS) -> None:
        self._most_deaths = most_deaths
        self._deaths: dict[int, list[Unit]] = {}

    def gives_up(self, number: int, unit: Unit, fault: Fault) -> bool:
        """Count a fault of a fit that ran alone; tell if its candidate is given up.

        Parameters
        ----------
        number : int
            The candidate's number.
        unit : Unit
            The fit.
        fault : Fault
            What became of it.
        """
        if fault.kind != "crashed":
            return True
        deaths = self._deaths.setdefault(number, [])
        deaths.append(unit)
        return deaths.count(unit) >= self._most_deaths

    def is_suspect(self, number: int) -> bool:
        """Tell whether a worker has died of a candidate.

        Parameters
        ----------
        number : int
            The candidate's number.
        """
        return number in self._deaths
