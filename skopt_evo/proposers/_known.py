"""What a search begins with when it begins with known candidates."""

from __future__ import annotations

from typing import NamedTuple

from skopt_evo._typing import FloatArray

ALLOWED = (
    "pass a list of dicts, each with values of parameters of the space, or the "
    "cv_results_ of a fitted search, as a dict or as a DataFrame"
)


class WarmStart(NamedTuple):
    """What a search begins with.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        Candidates to try, of the results of a search the best ones first.
    scores : ndarray of shape (n, n_splits, n_metrics) or None
        The scores of the results of a search; None for candidates without results, and
        for results on another number of splits.
    has_results : bool
        Whether they are the results of a search.
    """

    genomes: FloatArray
    scores: FloatArray | None
    has_results: bool = False
