"""Warnings that must not end what warns, even where a filter makes errors of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def postponed(late: list[Warning]) -> Iterator[None]:
    """Keep a warning that a filter has turned into an error for later.

    What else there is to do in the block is left out then.

    Parameters
    ----------
    late : list of Warning
        What such a warning is added to.

    Examples
    --------
    >>> import warnings
    >>> from skopt_evo._warnings import postponed
    >>> late = []
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error")
    ...     with postponed(late):
    ...         warnings.warn("the disk is full")
    >>> late
    [UserWarning('the disk is full')]
    """
    try:
        yield
    except Warning as warning:
        late.append(warning)
