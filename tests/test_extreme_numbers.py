"""Scores and spaces of any size that floats have: no warning, no error, no nonsense."""

import warnings

import numpy as np
import pytest
from scipy.stats import expon, loguniform, norm, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin

from skopt_evo import GeneticSearchCV, GradientSearchCV

X, y = np.zeros((12, 1)), np.zeros(12)

# Beside the searches with their defaults those that compute in another way.
SEARCHES = {
    "genetic": (GeneticSearchCV, {}),
    "plain": (GeneticSearchCV, {"surrogate": None}),
    "generational": (GeneticSearchCV, {"surrogate": None, "strategy": "generational"}),
    "differential": (GeneticSearchCV, {"strategy": "differential_evolution"}),
    "gradient": (GradientSearchCV, {}),
    "held back": (GradientSearchCV, {"hyper_l2": 1e-3}),
    "differences": (GradientSearchCV, {"gradient": "finite_difference"}),
    "spsa": (GradientSearchCV, {"gradient": "spsa"}),
    **{
        name: (GradientSearchCV, {"optimizer": name, "learning_rate": rate})
        for name, rate in [
            ("sgd", "auto"),
            ("momentum", 0.1),
            ("rmsprop", 0.1),
            ("adam", "auto"),
            ("lbfgs", "auto"),
        ]
    },
}

# What the scores are, from a number between 0 and 1.
SCORES = {
    "huge": lambda part: 1e300 * (part - 0.5),
    "greatest": lambda part: np.finfo(float).max * (part - 0.5),
    "large": lambda part: -1e155 * part,
    "small gaps": lambda part: -1e-300 * part,
    "subnormal": lambda part: -1e-320 * part,
    "gaps that rounding leaves": lambda part: 1.0 + 1e-15 * part,
    "all sizes": lambda part: -(10.0 ** (600 * part - 300)),
    "both signs": lambda part: np.copysign(10.0 ** (600 * abs(part - 0.5)), part - 0.5),
    "plateau": lambda part: 1e300 * (part > 0.5),
}

SPACES = {
    "usual": {"a": uniform(0, 1), "b": loguniform(1e-3, 1e3)},
    "wide": {"a": loguniform(1e-200, 1e200), "b": loguniform(1e-300, 1e300)},
    "widest": {"a": loguniform(5e-324, 1.7e308), "b": uniform(-8e307, 1.6e308)},
    "narrow": {"a": uniform(1, 1e-10), "b": loguniform(1, 1 + 1e-12)},
    "tiny": {"a": uniform(0, 1e-310), "b": loguniform(1e-310, 1e-300)},
    "tails": {"a": norm(0, 1e300), "b": expon(scale=1e-300)},
    "listed": {"a": [1e-300, 1.0, 1e300, -1e308], "b": [-1e308, 0.0, 5e-324, 1e308]},
    "integers": {"a": randint(0, 2**63 - 1), "b": range(-(10**18), 10**18, 7)},
}


class Extreme(RegressorMixin, BaseEstimator):
    """Scores by where its parameters lie between their ends."""

    def __init__(self, a=1.0, b=1.0, space="usual", scores="huge"):
        self.a = a
        self.b = b
        self.space = space
        self.scores = scores

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def score(self, X, y):
        with np.errstate(all="ignore"):
            parts = [self.part(name) for name in "ab"]
            return float(SCORES[self.scores](1 - np.mean(np.square(parts))))

    def part(self, name):
        values = SPACES[self.space][name]
        value = float(getattr(self, name))
        if hasattr(values, "cdf"):
            return float(values.cdf(value)) - 0.3
        numbers = sorted(
            map(float, [values[0], values[-1]] if len(values) > 9 else values)
        )
        return float(np.searchsorted(numbers, value)) / len(numbers) - 0.3


CASES = [(space, "huge") for space in SPACES]
CASES += [("usual", scores) for scores in SCORES]
HARDEST = [("widest", "huge"), ("narrow", "all sizes")]
HARDEST += [("usual", "greatest"), ("usual", "small gaps")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "space", "scores"),
    [
        (name, *case)
        for name in SEARCHES
        for case in (CASES if name in ("genetic", "gradient") else HARDEST)
    ],
)
def test_nothing_overflows_and_nothing_is_lost(name, space, scores):
    Search, options = SEARCHES[name]
    search = Search(
        Extreme(space=space, scores=scores),
        SPACES[space],
        n_iter=20,
        cv=2,
        random_state=0,
        refit=False,
        **options,
    )
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 20 or search.stop_reason_ == "exhausted"
    assert np.isfinite(search.best_score_)
    results = search.cv_results_
    penalised = results["mean_test_score"] - results.get("hyper_penalty", 0.0)
    assert penalised[search.best_index_] == penalised.max()
    for params in search.cv_results_["params"]:
        for parameter, value in params.items():
            values = SPACES[space][parameter]
            if hasattr(values, "support"):
                low, high = values.support()
                assert low <= value <= high


def two_scores(estimator, X, y):
    score = estimator.score(X, y)
    return {"score": score, "other": 1e-300 * np.square(estimator.part("a"))}


@pytest.mark.parametrize("Search", [GeneticSearchCV, GradientSearchCV])
@pytest.mark.parametrize("scores", ["greatest", "small gaps", "all sizes"])
def test_fronts_have_objectives_of_any_size(Search, scores):
    search = Search(
        Extreme(scores=scores),
        SPACES["usual"],
        n_iter=20,
        cv=2,
        scoring=two_scores,
        random_state=0,
        refit=False,
    )
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        search.fit(X, y)
    assert set(search.cv_results_["status"]) == {"ok"}


def test_arithmetic_of_the_models_is_what_the_user_has_set():
    class Asking(Extreme):
        seen: list[dict[str, str]] = []

        def fit(self, X, y):
            self.seen.append(np.geterr())
            return self

    with np.errstate(divide="raise", over="ignore", under="call", invalid="print"):
        expected = np.geterr()
        GeneticSearchCV(Asking(), SPACES["usual"], n_iter=6, cv=2).fit(X, y)
        assert np.geterr() == expected
    assert Asking.seen == [expected] * 13  # those of the candidates, and the last one
