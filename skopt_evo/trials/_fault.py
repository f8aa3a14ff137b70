"""What became of a fit that did not come to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

FaultKind = Literal["timeout", "crashed"]
FAULTS: tuple[str, ...] = get_args(FaultKind)


@dataclass(frozen=True)
class Fault:
    """What became of a fit that did not come to its end.

    Attributes
    ----------
    kind : {"timeout", "crashed"}
        Whether it was stopped since it took too long, or its worker died.
    seconds : float
        How long it took until then.
    """

    kind: FaultKind
    seconds: float
