"""What both averaged estimators do: fit members, and average their predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn import get_config
from sklearn.base import MetaEstimatorMixin, clone, is_classifier
from sklearn.utils import get_tags, indexable
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skopt_evo._sklearn_compat import (
    as_indices_of,
    check_method_params,
    fit_context,
    members_side_by_side,
    safe_indexing,
    safe_split,
)
from skopt_evo._splits import make_splits
from skopt_evo._typing import FloatArray
from skopt_evo.ensemble._members import (
    check_estimators,
    checked_weights,
    with_tags_of_members,
)
from skopt_evo.predictions import Targets, predict, targets_of
from skopt_evo.predictions._predict import has_method
from skopt_evo.trials import Predictions
from skopt_evo.trials._predictions import METHODS


class _Routed(NamedTuple):
    """Further arguments of `fit` by who gets them."""

    members: Mapping[str, Mapping[str, Any]]
    splitter: Mapping[str, Any]


class AveragedBase(MetaEstimatorMixin):  # type: ignore[misc]
    """Mixin of the averaged estimators: everything but what they predict.

    It comes before the mixin of classifiers or regressors, whose tags it changes.
    """

    _parameter_constraints: dict[str, Any] = {
        "estimators": [list],
        "weights": ["array-like", None],
        "cv": ["cv_object"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        estimators: list[tuple[str, Any]],
        *,
        weights: ArrayLike | None = None,
        cv: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimators = estimators
        self.weights = weights
        self.cv = cv
        self.n_jobs = n_jobs

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters, and those of the members.

        Parameters
        ----------
        deep : bool, default=True
            Whether to return the members by name, and their parameters, too.

        Returns
        -------
        params : dict of str to object
            Those of a member have the prefix ``<name>__``.
        """
        found: dict[str, Any] = self._get_params("estimators", deep=deep)
        return found

    def set_params(self, **params: Any) -> Any:
        """Set parameters, members by name, or parameters of the members.

        Parameters
        ----------
        **params : dict of str to object
            As `get_params` returns them.

        Returns
        -------
        self : object
            The estimator itself.
        """
        self._set_params("estimators", **params)
        return self

    @fit_context(
        # The members are fitted on their own, and check their own parameters.
        prefer_skip_nested_validation=False
    )  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, **params: Any) -> Any:
        """Fit clones of the members.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Training data, in any form that the members take; for a precomputed kernel
            or distance matrix of shape (n_samples, n_samples).
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        **params : dict of str -> object
            Parameters for the ``fit`` of the members, all of which get the same, and
            for the splitter. Arrays with one entry a sample, such as `sample_weight`,
            are split along with `X` and `y`; `groups` goes to the splitter, if there is
            one. With metadata routing, each member and the splitter get what they
            request.

        Returns
        -------
        self : object
            The fitted ensemble.

        Raises
        ------
        ValueError
            If there are no estimators, if one of them predicts something else, or if
            two have the same name; if the weights are not one finite number for each
            estimator, none of them negative and not all of them 0; if `cv` makes no
            sense for the data.
        """
        check_estimators(self)
        weights = checked_weights(self)
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None."
            )
        X, y = indexable(X, y)
        targets = targets_of(self, y)
        if is_classifier(self):
            check_classification_targets(y)
        routed = self._routed(params)
        train_sets: list[Any] = [None]
        if self.cv is not None:
            splits = make_splits(self, self.cv, X, y, routed.splitter)
            train_sets = [train for train, _ in splits]
        fitted = Parallel(n_jobs=self.n_jobs)(
            delayed(fit_on_rows)(clone(member), X, y, routed.members[name], train)
            for name, member in self.estimators
            for train in train_sets
        )
        n_each = len(train_sets)
        models = [fitted[i : i + n_each] for i in range(0, len(fitted), n_each)]
        self._set_fitted(models, weights, targets, train_sets)
        return self

    def get_metadata_routing(self) -> MetadataRouter:
        """Get metadata routing of this object.

        See scikit-learn's user guide on metadata routing for how it works.

        Returns
        -------
        routing : MetadataRouter
            What `fit` passes on to the members and to the splitter.
        """
        router = MetadataRouter(owner=self)
        to_fit = MethodMapping().add(caller="fit", callee="fit")
        for name, member in self.estimators:
            router.add(**{name: member}, method_mapping=to_fit)
        # No member can have this name: it is that of a parameter.
        to_split = MethodMapping().add(caller="fit", callee="split")
        return router.add(cv=self.cv, method_mapping=to_split)

    def __sklearn_tags__(self) -> Any:
        return with_tags_of_members(super().__sklearn_tags__(), self.estimators)

    def _sk_visual_block_(self) -> Any:
        return members_side_by_side(self.estimators)

    # ---- fit

    def _routed(self, params: Mapping[str, Any]) -> _Routed:
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            members = {name: routed[name]["fit"] for name, _ in self.estimators}
            return _Routed(members, routed["cv"]["split"])
        to_members = dict(params)
        to_splitter = {}
        if self.cv is not None:
            to_splitter["groups"] = to_members.pop("groups", None)
        return _Routed({name: to_members for name, _ in self.estimators}, to_splitter)

    def _set_fitted(
        self,
        models: list[list[Any]],
        weights: FloatArray,
        targets: Targets,
        train_sets: Sequence[Any],
    ) -> None:
        """Set what `fit` sets."""
        self.estimators_ = models
        self.weights_ = weights
        if targets.classes is not None:
            classes = list(targets.classes)
            self.classes_ = classes[0] if targets.n_outputs == 1 else classes
        # In plain values, so that a saved ensemble is made of scikit-learn's parts.
        self._target_kind = targets.n_outputs, targets.is_multilabel, targets.is_1d
        is_pairwise = any(get_tags(each[0]).input_tags.pairwise for each in models)
        self._train_sets = list(train_sets) if is_pairwise else [None] * len(train_sets)
        for name in ("n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)
            if is_pairwise and train_sets[0] is not None:
                continue  # the models know a part of the columns each
            for model in self._models():
                if hasattr(model, name):
                    setattr(self, name, getattr(model, name))
                    break

    # ---- predictions

    @property
    def _targets(self) -> Targets:
        classes = getattr(self, "classes_", None)
        if classes is not None:
            classes = tuple(classes) if isinstance(classes, list) else (classes,)
        return Targets(classes, *self._target_kind)

    def _models(self) -> Iterator[Any]:
        """Return the models that answer: before `fit` the members themselves."""
        if not hasattr(self, "estimators_"):
            return (member for _, member in self.estimators)
        return (model for models in self.estimators_ for model in models)

    def _mean(self, method: str, X: Any) -> Predictions:
        """Return the weighted mean of what the models answer, one after the other."""
        check_is_fitted(self)
        targets = self._targets
        total = np.zeros(())
        is_list = False
        for weight, models in zip(self.weights_, self.estimators_, strict=True):
            if not weight:
                continue
            is_pairwise = get_tags(models[0]).input_tags.pairwise
            for model, train in zip(models, self._train_sets, strict=True):
                has_columns = is_pairwise and train is not None
                rows = safe_indexing(X, train, axis=1) if has_columns else X
                found = predict(model, rows, targets, method=method, rounded=False)
                values = np.asarray(found.values, dtype=np.float64)
                total = total + weight / len(models) * values
                is_list = is_list or found.is_list
        return Predictions(method, total, is_list=is_list)


def fit_on_rows(
    estimator: Any, X: Any, y: Any, params: Mapping[str, Any], train: Any
) -> Any:
    """Fit an estimator on a training set; on all rows if that is None."""
    if train is not None:
        train = as_indices_of(X, train)
        params = check_method_params(X, params=params, indices=train)
        X, y = safe_split(estimator, X, y, train)
    return estimator.fit(X, y, **params)


def richest_method(ensemble: AveragedBase) -> str:
    """Return the method that says most of those that all models have."""
    models = list(ensemble._models())
    targets = ensemble._targets if hasattr(ensemble, "estimators_") else None
    return next(
        (
            name
            for name in METHODS
            if all(has_method(model, name, targets) for model in models)
        ),
        "predict",
    )


def if_richest(method: str) -> Any:
    """Make a method available if it is what an ensemble predicts by."""

    def check(ensemble: AveragedBase) -> bool:
        return richest_method(ensemble) == method

    return available_if(check)
