"""A score with an interval, and how it was computed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class CorrectedScore:
    """What new data may be expected to show of the winner of a search.

    Attributes
    ----------
    score : float
        The expected score.
    low, high : float
        The ends of the interval.
    method : {"bbc-cv", "cross-fitted", "fold scores", "repeated cv"}
        How it was computed, see `corrected_score`.
    reason : str
        Why it is not computed from predictions; empty if it is.
    """

    score: float
    low: float
    high: float
    method: str
    reason: str = ""

    def __float__(self) -> float:
        return self.score

    def __repr__(self) -> str:
        # It has its place in the table of attributes of a search.
        return f"{self.score:.3g} ({self.low:.3g} to {self.high:.3g})"

    def __str__(self) -> str:
        return f"{self.score:.4g} ({self.low:.4g} to {self.high:.4g}, {self.method})"
