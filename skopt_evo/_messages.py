"""How errors and warnings are worded: values in a few lines, names that are meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
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


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a question, with a space before it, for the name that is most similar.

    Parameters
    ----------
    name : str
        What was passed.
    names : iterable of str
        What is allowed. A name that ends with ``__`` and `name` comes first: the
        parameter of a part, such as a step of a pipeline.

    Returns
    -------
    question : str
        Empty if no name is similar.

    Examples
    --------
    >>> from skopt_evo._messages import did_you_mean
    >>> did_you_mean("adm", ["adam", "sgd"])
    " Did you mean 'adam'?"
    >>> did_you_mean("C", ["svc", "svc__C"])
    " Did you mean 'svc__C'?"
    """
    names = list(names)
    close = [other for other in names if other.endswith(f"__{name}")]
    close += difflib.get_close_matches(name, names, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
