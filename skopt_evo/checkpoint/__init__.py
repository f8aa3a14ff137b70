"""What a search leaves on disk: a journal, and what the journal belongs to."""

from skopt_evo.checkpoint._checkpoint import Checkpoint
from skopt_evo.checkpoint._fingerprint import fingerprint
from skopt_evo.checkpoint._header import compare, make_header, versions
from skopt_evo.checkpoint._journal import Journal

__all__ = [
    "Checkpoint",
    "Journal",
    "compare",
    "fingerprint",
    "make_header",
    "versions",
]
