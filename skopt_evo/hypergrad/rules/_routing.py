"""What the parts of a meta-estimator get of what its ``fit`` got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn import get_config
from sklearn.utils.metadata_routing import process_routing


def routed(meta_estimator: Any, fit_params: Mapping[str, Any], part: str) -> Any:
    """Return what a part's ``fit`` gets, as scikit-learn's metadata routing has it.

    Parameters
    ----------
    meta_estimator : estimator
        The meta-estimator.
    fit_params : mapping
        What its ``fit`` got.
    part : str
        The name that it knows the part by.

    Returns
    -------
    fit_params : mapping
        Everything, if metadata routing is off.
    """
    if not fit_params or not get_config()["enable_metadata_routing"]:
        return fit_params
    methods = process_routing(meta_estimator, "fit", **fit_params)[part]
    # Transformers are known by the method that a pipeline calls.
    return methods.get("fit", methods.get("fit_transform", {}))


def routed_to_step(pipeline: Any, fit_params: Mapping[str, Any], step: str) -> Any:
    """Return what a step's ``fit`` gets, by routing or by the prefix of its name."""
    if get_config()["enable_metadata_routing"]:
        return routed(pipeline, fit_params, step)
    prefix = f"{step}__"
    return {
        name.removeprefix(prefix): value
        for name, value in fit_params.items()
        if name.startswith(prefix)
    }
