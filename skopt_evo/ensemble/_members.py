"""The members of an averaged estimator: checks of them and of their weights, tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.utils import get_tags

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.ensemble._check import shares_of

# What an ensemble can do if all of its members can, and what it asks for if one does.
ALL_MEMBERS = {
    "input_tags": (
        "one_d_array",
        "two_d_array",
        "three_d_array",
        "sparse",
        "categorical",
        "string",
        "dict",
        "allow_nan",
    ),
    "target_tags": ("multi_output", "single_output"),
    "classifier_tags": ("multi_class", "multi_label"),
}
ANY_MEMBER = {
    "input_tags": ("positive_only", "pairwise"),
    "target_tags": ("positive_only",),
    "classifier_tags": ("poor_score",),
    "regressor_tags": ("poor_score",),
}


def check_estimators(ensemble: Any) -> None:
    """Raise if the estimators are not named estimators of the right kind.

    Parameters
    ----------
    ensemble : AveragedClassifier or AveragedRegressor
        Its parameter `estimators` is checked.

    Raises
    ------
    ValueError
        It says which of the names or estimators is wrong, and what is allowed.
    """
    pairs = ensemble.estimators
    are_pairs = len(pairs) > 0 and all(
        isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str)
        for pair in pairs
    )
    if not are_pairs:
        raise ValueError(
            f"estimators={shown(pairs)} is not allowed: pass a list of at least one "
            "pair of a name and an estimator."
        )
    names = [name for name, _ in pairs]
    reserved = list(ensemble.get_params(deep=False))
    for name in names:
        if names.count(name) > 1 or name in reserved or "__" in name:
            raise ValueError(
                f"estimators has the name {name!r}, which is not allowed: each name "
                f"may occur only once, without '__', and must be none of {reserved}."
            )
    wanted = get_tags(ensemble).estimator_type
    for name, member in pairs:
        if _kind_of(member) != wanted:
            raise ValueError(
                f"estimators has {name!r}: {shown(member)}, which is no {wanted}. "
                f"{type(ensemble).__name__} takes a {wanted} for each name."
            )


def checked_weights(ensemble: Any) -> FloatArray:
    """Return the weights of an ensemble, scaled to have the sum 1.

    Parameters
    ----------
    ensemble : AveragedClassifier or AveragedRegressor
        Its parameters `estimators` and `weights` count.

    Raises
    ------
    ValueError
        If they are not one finite number for each member, none of them negative and
        not all of them 0.
    """
    n_members = len(ensemble.estimators)
    if ensemble.weights is None:
        return np.full(n_members, 1.0 / n_members)
    shares = shares_of(ensemble.weights, n_members)
    if shares is None:
        raise ValueError(
            f"weights={shown(ensemble.weights)} is not allowed: pass {n_members} "
            "finite numbers >= 0, one for each of the estimators and not all of them "
            "0, or None for equal weights."
        )
    return shares


def with_tags_of_members(tags: Any, pairs: Any) -> Any:
    """Set tags of an ensemble to what its members have in common; return them.

    Parameters
    ----------
    tags : sklearn.utils.Tags
        Those of the class.
    pairs : list of (str, estimator)
        The members. If they make no sense, nothing is set: ``fit`` will raise.
    """
    try:
        found = [get_tags(member) for _, member in pairs]
    except Exception:
        found = []
    if not found:
        return tags
    for table, combine in ((ALL_MEMBERS, all), (ANY_MEMBER, any)):
        _combine(tags, found, table, combine)
    tags.non_deterministic = any(each.non_deterministic for each in found)
    return tags


def _kind_of(member: Any) -> str | None:
    """Return "classifier", "regressor" and so on, None for what is no estimator."""
    if isinstance(member, type) or not hasattr(member, "__sklearn_tags__"):
        return None
    kind: str | None = get_tags(member).estimator_type
    return kind


def _combine(
    tags: Any,
    found: Sequence[Any],
    table: Mapping[str, Sequence[str]],
    combine: Callable[[Iterator[bool]], bool],
) -> None:
    """Set tags to those of all members, or of any, by the table."""
    for group, names in table.items():
        theirs = [getattr(each, group) for each in found]
        if getattr(tags, group) is None or None in theirs:
            continue
        for name in names:
            value = combine(getattr(each, name) for each in theirs)
            setattr(getattr(tags, group), name, value)
