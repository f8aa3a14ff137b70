"""scikit-learn's checks of any estimator, on searches around all kinds of them."""

import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import FactorAnalysis
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from skopt_evo import GeneticSearchCV, GradientSearchCV

# More values than candidates, so that evolution and descent run; the last space below
# is tried exhaustively. No distribution: its repr, so a test's id, changes each time.
SCALE = [10.0**power for power in range(-5, 3)]
KINDS = {
    "classifier": (LogisticRegression(max_iter=1000), {"C": SCALE}),
    "regressor": (Ridge(), {"alpha": SCALE}),
    "transformer": (
        FactorAnalysis(n_components=1, max_iter=20_000),
        {"tol": SCALE},
    ),
    "clusterer": (
        KMeans(n_clusters=2, n_init=1, random_state=0),
        {"tol": SCALE},
    ),
    "pipeline": (
        make_pipeline(StandardScaler(), Ridge()),
        {"ridge__alpha": SCALE},
    ),
    "exhaustive": (
        make_pipeline(StandardScaler(), LogisticRegression()),
        {"logisticregression__C": [0.1, 1.0]},
    ),
}
# The checks of the first two take seconds, those of all others a minute.
FIRST = [(GeneticSearchCV, "classifier"), (GradientSearchCV, "regressor")]


def search_of(cls, name):
    """Return a search around some kind of estimator."""
    return cls(*KINDS[name], n_iter=4, cv=2, random_state=0, error_score="raise")


ALL = [(cls, name) for cls in (GeneticSearchCV, GradientSearchCV) for name in KINDS]
SEARCHES = [search_of(*each) for each in FIRST]
OTHERS = [search_of(*each) for each in ALL if each not in FIRST]
OTHERS += [
    GeneticSearchCV(
        *KINDS["regressor"], n_iter=4, cv=2, random_state=0, error_score="raise", **kind
    )
    for kind in (
        {"surrogate": ExtraTreesRegressor(n_estimators=3)},
        {"strategy": "generational", "population_size": 3},
        {"strategy": "differential_evolution", "surrogate": None},
        {"initial_params": [{"alpha": 0.1}]},
    )
]


ignore_casts = pytest.mark.filterwarnings(
    # scikit-learn casts a target with an infinity to see if it is one of integers.
    "ignore:invalid value encountered in cast:RuntimeWarning"
)


# GridSearchCV fails some of these: it has no tags for multi-output targets, nor for
# transformers.
@ignore_casts
@parametrize_with_checks(SEARCHES)
def test_searches_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.slow
@ignore_casts
@parametrize_with_checks(OTHERS)
def test_searches_of_other_kinds_pass_them_too(estimator, check):
    check(estimator)


@pytest.mark.parametrize("search", SEARCHES + OTHERS, ids=repr)
def test_tags_are_those_of_the_estimator(search):
    tags, inner = get_tags(search), get_tags(search.estimator)
    assert tags.estimator_type == inner.estimator_type
    assert tags.input_tags == inner.input_tags
    assert tags.transformer_tags == inner.transformer_tags
    assert tags.classifier_tags == inner.classifier_tags
    assert tags.regressor_tags == inner.regressor_tags
