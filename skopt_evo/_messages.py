"""How values are written in errors and warnings: never longer than a few lines."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

# A text may have so many characters, and each of several values in a list so many.
LONGEST, LONGEST_OF_SEVERAL = 600, 100


def shown(value: Any, longest: int = LONGEST) -> str:
    """Return the repr of a value, or a short description if that is long.

    Parameters
    ----------
    value : object
        Anything.
    longest : int, default=LONGEST
        The length from which on the text is cut.

    Examples
    --------
    >>> from skopt_evo._messages import shown
    >>> shown([0.5, "a"])
    "[0.5, 'a']"
    >>> shown("a" * 1000, longest=20)
    "'aaaaaaaaa ... aaaa'"
    """
    is_table = hasattr(value, "shape") and hasattr(value, "columns")
    text = "" if is_table else repr(value)
    if is_table or (len(text) > longest and np.ndim(getattr(value, "shape", 0))):
        return f"<{type(value).__name__} of shape {tuple(value.shape)}>"
    if len(text) <= longest:
        return text
    if type(value) in (list, tuple) and longest > LONGEST_OF_SEVERAL:
        cut = listed(value)
        return cut if isinstance(value, list) else f"({cut[1:-1]})"
    n_last = longest // 4
    return f"{text[: longest - n_last - 5]} ... {text[-n_last:]}"


def listed(values: Collection[Any]) -> str:
    """Return values as a list is written, the last ones left out if there are many.

    Parameters
    ----------
    values : collection
        Anything.

    Examples
    --------
    >>> from skopt_evo._messages import listed
    >>> listed(["a", "b"])
    "['a', 'b']"
    >>> listed(range(10_000)).endswith("139, 140, 141, ... 9858 more]")
    True
    """
    texts: list[str] = []
    n_characters = 0
    for value in values:
        text = shown(value, LONGEST_OF_SEVERAL)
        n_characters += len(text) + 2
        if texts and n_characters > LONGEST:
            texts.append(f"... {len(values) - len(texts)} more")
            break
        texts.append(text)
    return f"[{', '.join(texts)}]"
