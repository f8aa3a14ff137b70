"""What the folds of one search look like: those of another search are not mixed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skopt_evo._sklearn_compat import is_scorer
from skopt_evo.trials import FoldResult

# In place of the names of the metrics: there is one score without a name, or only the
# results of a function tell.
ONE, ANY = "one", "any"


def make_schema(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the folds of a search look like, as plain data.

    Parameters
    ----------
    parts : mapping
        What the search depends on, as for `skopt_evo.checkpoint.make_header`.

    Returns
    -------
    schema : dict
        Of ``scores``: the names of the metrics, or one of the words above;
        ``train_scores``: whether there are any; ``errors``: whether there may be any.
    """
    settings = parts.get("settings") or {}
    return {
        "scores": _scores(parts.get("scoring"), settings.get("refit")),
        "train_scores": bool(settings.get("return_train_score", False)),
        "errors": not isinstance(settings.get("error_score"), str),
    }


def check_schema(fold: FoldResult, schema: Mapping[str, Any]) -> None:
    """Check that a fold looks like those of a search.

    Parameters
    ----------
    fold : FoldResult
        What a record holds.
    schema : mapping
        From `make_schema`.

    Raises
    ------
    ValueError
        If it does not.
    """
    is_failed, names = fold.fit_error is not None, fold.metrics
    if is_failed and not schema["errors"]:
        raise ValueError("a fit has failed, which is to end the search")
    if (fold.train_scores is not None) != schema["train_scores"]:
        raise ValueError("return_train_score does not go with its scores")
    if isinstance(schema["scores"], list):
        is_expected = names is not None and set(names) == set(schema["scores"])
    else:
        # Of a fit that failed no function has told the metrics.
        is_expected = names is None or (schema["scores"] == ANY and not is_failed)
    if not is_expected:
        raise ValueError("it has scores of other metrics")


def _scores(scoring: Any, refit: Any) -> str | list[str]:
    if isinstance(scoring, (list, tuple, set, dict)):
        return sorted(scoring)
    # The function that a search with refit=True scores by returns a number.
    is_open = callable(scoring) and not is_scorer(scoring) and refit is not True
    return ANY if is_open else ONE
