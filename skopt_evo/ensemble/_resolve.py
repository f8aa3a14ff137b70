"""The ensembles as users name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

from skopt_evo._messages import did_you_mean, shown
from skopt_evo.ensemble._greedy import GreedyEnsemble
from skopt_evo.ensemble._protocol import Ensemble
from skopt_evo.ensemble._top import FoldsEnsemble

ENSEMBLES: Mapping[str, Callable[[], Ensemble]] = MappingProxyType(
    {"folds": FoldsEnsemble, "greedy": GreedyEnsemble}
)


def resolve_ensemble(ensemble: Any) -> Ensemble | None:
    """Return the ensemble that a user means, None for the best candidate alone.

    Parameters
    ----------
    ensemble : str, Ensemble or None
        The name of one in the table, or an object of one's own.

    Raises
    ------
    TypeError
        If it is no ensemble.
    ValueError
        If there is none of this name.
    """
    if ensemble is None:
        return None
    if isinstance(ensemble, str):
        if ensemble not in ENSEMBLES:
            hint = did_you_mean(ensemble, ENSEMBLES)
            raise ValueError(
                f"ensemble={ensemble!r} is not known.{hint} Pass None, one of "
                f"{list(ENSEMBLES)}, or an object of skopt_evo.ensemble."
            )
        return ENSEMBLES[ensemble]()
    needed = ("members", "n_models", "weights")
    if isinstance(ensemble, type) or not all(hasattr(ensemble, n) for n in needed):
        raise TypeError(
            f"ensemble={shown(ensemble)} is no ensemble: pass None, one of "
            f"{list(ENSEMBLES)}, or an object of skopt_evo.ensemble, e.g. "
            "GreedyEnsemble(n_rounds=50)."
        )
    return cast(Ensemble, ensemble)
