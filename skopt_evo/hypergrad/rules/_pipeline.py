"""Pipelines: backward through the transformers, down to the first one that is tuned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from skopt_evo._sklearn_compat import safe_indexing
from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._copies import apply
from skopt_evo.hypergrad._protocol import (
    Fold,
    Outputs,
    PredictorRule,
    Pullback,
    TransformerRule,
)
from skopt_evo.hypergrad._registry import (
    predictor_rule,
    register_hypergradient,
    transformer_rule,
)
from skopt_evo.hypergrad.rules._routing import routed_to_step
from skopt_evo.hypergrad.rules._training_data import (
    Step,
    are_close,
    check_transformers,
    is_known_to_differ,
)


@register_hypergradient(Pipeline)
class PipelineRule(PredictorRule):
    """The rule for `Pipeline`: the parameters of its steps, by the chain rule.

    Steps before the first one that is tuned are constants: whatever they are, they
    transform the data once. Those behind it are gone through backward, each with its
    own rule.
    """

    def check(self, estimator: Any, name: str) -> None:
        step, _, param = name.partition("__")
        names = [known for known, _ in estimator.steps]
        if step not in names or not param:
            raise NoHypergradientError(f"{name!r} is no parameter of a step.")
        place = names.index(step)
        check_steps(estimator.steps[:-1], place, param)
        final = estimator.steps[-1][1]
        if place == len(names) - 1:
            predictor_rule(final).check(final, param)
        else:
            predictor_rule(final).check_inputs(final)

    def check_inputs(self, estimator: Any) -> None:
        check_steps(estimator.steps[:-1], 0)
        final = estimator.steps[-1][1]
        predictor_rule(final).check_inputs(final)

    def outputs(self, estimator: Any, X: Any) -> Outputs:
        # Not by `estimator[:-1]`, which counts as not fitted if its last step has no
        # fitted attributes.
        for _, step in estimator.steps[:-1]:
            X = X if is_identity(step) else apply(step.transform, X)
        return predictor_rule(estimator[-1]).outputs(estimator[-1], X)

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        steps = steps_of(estimator, fold.fit_params)
        name, final, fit_params = steps.pop()
        first = first_tuned(steps, names, inputs=inputs)
        folds = transformed_folds(steps, fold)
        check_transformers(steps, folds)
        last = replace(folds[-1], fit_params=fit_params)
        pull = predictor_rule(final).pullback(
            final,
            last,
            cotangent,
            _own(name, names),
            inputs=inputs or first < len(steps),
        )
        params = {f"{name}__{param}": value for param, value in pull.params.items()}
        if pull.X is None or pull.X_test is None:
            return Pullback(params)
        before = pull_through(
            steps[first:], folds[first:], (pull.X, pull.X_test), names, inputs=inputs
        )
        return Pullback({**params, **before.params}, before.X, before.X_test)


@register_hypergradient(ColumnTransformer)
class ColumnTransformerRule(TransformerRule):
    """The rule for `ColumnTransformer`: the parameters of its transformers.

    Each of them is a transformer, or a pipeline of them, of some columns; what it makes
    of them has places of its own in the result.
    """

    def check(self, estimator: Any, name: str) -> None:
        part, _, param = name.partition("__")
        parts = {known: inner for known, inner, _ in estimator.transformers}
        if part not in parts or not param:
            raise NoHypergradientError(f"{name!r} is no parameter of a transformer.")
        steps = _as_steps(part, parts[part])
        if isinstance(parts[part], Pipeline):
            part, _, param = param.partition("__")
        place = [known for known, _ in steps].index(part)
        check_steps(steps, place, param)

    def check_inputs(self, estimator: Any) -> None:
        raise NoHypergradientError("a ColumnTransformer comes after what is tuned.")

    def pullback(
        self,
        transformer: Any,
        fold: Fold,
        cotangents: tuple[FloatArray, FloatArray],
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        params: dict[str, Any] = {}
        whole = apply(transformer.transform, fold.X)
        for part, inner, columns in transformer.transformers_:
            if not (inner_names := _own(part, names)):
                continue
            made = transformer.output_indices_[part]
            factor = (transformer.transformer_weights or {}).get(part, 1.0)
            steps, folds = _part_of(part, inner, columns, fold)
            if not are_close(factor * folds[-1].X, safe_indexing(whole, made, axis=1)):
                raise NoHypergradientError(
                    f"transformer {part!r} gets columns that another one has changed: "
                    "it works in place."
                )
            if not isinstance(inner, Pipeline):
                inner_names = [f"{part}__{name}" for name in inner_names]
            first = first_tuned(steps, inner_names, inputs=False)
            pull = pull_through(
                steps[first:],
                folds[first:],
                (factor * cotangents[0][:, made], factor * cotangents[1][:, made]),
                inner_names,
                inputs=False,
            )
            prefix = f"{part}__" if isinstance(inner, Pipeline) else ""
            params |= {prefix + name: value for name, value in pull.params.items()}
        return Pullback(params)


def _part_of(
    part: str, inner: Any, columns: Any, fold: Fold
) -> tuple[list[Step], list[Fold]]:
    """Return the steps of a transformer of some columns, and the data between them."""
    X, X_test = (safe_indexing(data, columns, axis=1) for data in (fold.X, fold.X_test))
    steps: list[Step] = [(name, step, {}) for name, step in _as_steps(part, inner)]
    return steps, transformed_folds(steps, Fold(X, fold.y, X_test))


def check_steps(steps: Sequence[tuple[str, Any]], place: int, param: str = "") -> None:
    """Raise unless transformers can be gone through backward, down to one of them.

    Parameters
    ----------
    steps : sequence of (name, transformer)
        The transformers.
    place : int
        The one to end at.
    param : str, default=""
        Its tuned parameter; none if the data before it are asked for.
    """
    for number, (name, step) in enumerate(steps):
        if is_known_to_differ(step):
            raise NoHypergradientError(
                f"step {name!r} makes something else of the data that it is fitted on."
            )
        if is_identity(step) or number < place:
            continue
        rule = transformer_rule(step)
        if number == place and param:
            rule.check(step, param)
        else:
            rule.check_inputs(step)


def steps_of(pipeline: Any, fit_params: Mapping[str, Any]) -> list[Step]:
    """Return the fitted steps of a pipeline."""
    return [
        (name, step, routed_to_step(pipeline, fit_params, name))
        for name, step in pipeline.steps
    ]


def first_tuned(steps: Sequence[Step], names: Collection[str], *, inputs: bool) -> int:
    """Return the place of the first transformer that matters, their number if none."""
    if inputs:
        return 0
    tuned = [bool(_own(name, names)) for name, _, _ in steps]
    return tuned.index(True) if True in tuned else len(steps)


def transformed_folds(steps: Sequence[Step], fold: Fold) -> list[Fold]:
    """Return the data before each transformer, and after the last one."""
    folds = [fold]
    for _, step, fit_params in steps:
        before = folds[-1]
        X, X_test = before.X, before.X_test
        if not is_identity(step):
            X, X_test = apply(step.transform, X), apply(step.transform, X_test)
        folds[-1] = Fold(before.X, fold.y, before.X_test, fit_params, fold.tolerance)
        folds.append(Fold(X, fold.y, X_test, {}, fold.tolerance))
    return folds


def pull_through(
    steps: Sequence[Step],
    folds: Sequence[Fold],
    cotangents: tuple[FloatArray, FloatArray],
    names: Collection[str],
    *,
    inputs: bool,
) -> Pullback:
    """Go backward through transformers, the last one first."""
    params: dict[str, Any] = {}
    X, X_test = cotangents
    for place in reversed(range(len(steps))):
        name, step, _ = steps[place]
        if is_identity(step):
            continue
        pull = transformer_rule(step).pullback(
            step,
            folds[place],
            (X, X_test),
            _own(name, names),
            inputs=inputs or place > 0,
        )
        params |= {f"{name}__{param}": value for param, value in pull.params.items()}
        if pull.X is None or pull.X_test is None:
            return Pullback(params)
        X, X_test = pull.X, pull.X_test
    return Pullback(params, X, X_test)


def is_identity(step: Any) -> bool:
    """Tell whether a step leaves the data as they are."""
    return step is None or isinstance(step, str)


def _own(step: str, names: Collection[str]) -> list[str]:
    """Return the names of a step's own parameters."""
    prefix = f"{step}__"
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _as_steps(name: str, transformer: Any) -> list[tuple[str, Any]]:
    if isinstance(transformer, Pipeline):
        return list(transformer.steps)
    return [(name, transformer)]
