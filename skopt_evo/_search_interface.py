"""The methods of a search that scikit-learn expects of an estimator, beside `fit`."""

from copy import copy, deepcopy

from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MethodMapping
from sklearn.utils.metaestimators import available_if

from skopt_evo._messages import listed
from skopt_evo._sklearn_compat import BaseSearchCV, search_estimator_has
from skopt_evo.results import metrics_of

# What `fit` sets. It is gone as soon as `fit` starts: a search that failed on new data
# must not answer for the old.
FITTED_ATTRIBUTES = (
    "best_estimator_",
    "best_index_",
    "best_params_",
    "best_score_",
    "corrected_score_",
    "cv_results_",
    "feature_names_in_",
    "multimetric_",
    "n_splits_",
    "oof_predictions_",
    "pareto_front_",
    "refit_time_",
    "scorer_",
    "stop_reason_",
)

# What scikit-learn's callbacks leave on an estimator while it is fitted; a search that
# is sent to the workers with each task travels without it.
CALLBACK_STATE = ("_callback_fit_ctx", "_skl_callbacks_to_teardown")


class SearchInterface(BaseSearchCV):
    """Tags, metadata routing, scoring and copies of a search."""

    def _forget(self):
        """Forget what an earlier `fit` has set."""
        for attribute in FITTED_ATTRIBUTES:
            self.__dict__.pop(attribute, None)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # scikit-learn's searches do not say what their estimators do with targets,
        # with missing values, or that they transform.
        estimator_tags = get_tags(self.estimator)
        tags.input_tags = deepcopy(estimator_tags.input_tags)
        tags.target_tags = deepcopy(estimator_tags.target_tags)
        tags.target_tags.required = False  # it is the estimator that asks for y
        tags.transformer_tags = deepcopy(estimator_tags.transformer_tags)
        return tags

    def score(self, X, y=None, **params):
        """Return the score of the best candidate on some data.

        Only available if ``refit=True``, or the name of a metric, or a function.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            The targets; None for unsupervised learning.
        **params : dict of str -> object
            Parameters for the scorer, if metadata routing is enabled.

        Returns
        -------
        score : float
            By `scoring`, or by the estimator's own ``score``. Of several metrics it is
            the one that `refit` names: as a string, or as its attribute ``metric``, as
            of :class:`~skopt_evo.selection.OneStandardError`.

        Raises
        ------
        ValueError
            If there are several metrics, and `refit` is a function without a
            ``metric``.
        """
        if not (callable(self.refit) and getattr(self, "multimetric_", False)):
            return super().score(X, y, **params)
        named = copy(self)
        named.refit = self._metric_of_callable()
        return named.score(X, y, **params)

    def _metric_of_callable(self):
        """Return the metric that `refit`, a function, chooses by."""
        metrics = metrics_of(self.cv_results_)
        metric = getattr(self.refit, "metric", None)
        if metric not in metrics:
            raise ValueError(
                f"refit={self.refit!r} does not say which of the metrics "
                f"{listed(metrics)} is the score of this search. Give it an attribute "
                "`metric` with one of these names, as "
                "skopt_evo.selection.OneStandardError has, or score "
                "best_estimator_, e.g. "
                "sklearn.metrics.get_scorer('accuracy')(search.best_estimator_, X, y)."
            )
        return metric

    def __sklearn_is_fitted__(self):
        """Tell whether `fit` has come to its end."""
        is_refitted = not self.refit or hasattr(self, "best_estimator_")
        return hasattr(self, "cv_results_") and is_refitted

    @available_if(search_estimator_has("transform"))
    def fit_transform(self, X, y=None, **params):
        """Search, fit the best candidate on all the data, and transform the data.

        Only available if the estimator can transform and ``refit=True``.

        Parameters
        ----------
        X, y, **params
            As in `fit`.

        Returns
        -------
        X_transformed : array-like of shape (n_samples, n_features_new)
            What ``fit(X, y, **params).transform(X)`` returns.
        """
        return self.fit(X, y, **params).transform(X)

    def get_metadata_routing(self):
        """Get metadata routing of this object.

        See scikit-learn's user guide on metadata routing for how it works.

        Returns
        -------
        routing : MetadataRouter
            What `fit`, `fit_transform` and `score` pass on to the estimator, the scorer
            and the splitter.
        """
        router = super().get_metadata_routing()
        scorer, _ = self._get_scorers()
        # The same once more, with fit_transform, which scikit-learn's searches lack.
        mapping = MethodMapping().add(caller="score", callee="score")
        router.add(scorer=scorer, method_mapping=_for_fits(mapping, "score"))
        router.add(
            estimator=self.estimator, method_mapping=_for_fits(MethodMapping(), "fit")
        )
        router.add(splitter=self.cv, method_mapping=_for_fits(MethodMapping(), "split"))
        return router

    def __getstate__(self):
        """Leave out what is of no use outside of a running `fit`, and what tells of it.

        A search that is still to be fitted, perhaps elsewhere, keeps its `checkpoint`.
        A fitted one has no more use for it, and may be given to others: the path says
        where and by whom it was fitted.
        """
        state = super().__getstate__()
        state = {key: state[key] for key in state if key not in CALLBACK_STATE}
        return {**state, "checkpoint": None} if self.__sklearn_is_fitted__() else state

    def __copy__(self):
        """Copy the search with all its parameters: it stays in this process."""
        return _with_state(self, {**self.__getstate__(), "checkpoint": self.checkpoint})

    def __deepcopy__(self, memo):
        """Copy the search and all that it is made of."""
        state = {**self.__getstate__(), "checkpoint": self.checkpoint}
        new = _with_state(self, {})
        memo[id(self)] = new
        new.__dict__.update(deepcopy(state, memo))
        return new


def _with_state(search, state):
    """Return an object of the same class with this state."""
    new = object.__new__(type(search))
    new.__dict__.update(state)
    return new


def _for_fits(mapping, callee):
    """Add to a mapping that both ways to fit pass metadata on to a method."""
    return mapping.add(caller="fit", callee=callee).add(
        caller="fit_transform", callee=callee
    )
