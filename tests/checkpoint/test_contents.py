"""Fingerprints of estimators, distributions, generators, functions and classes."""

import functools
import operator

import numpy as np
import pytest
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, make_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skopt_evo.checkpoint import fingerprint
from skopt_evo.checkpoint._contents import path_of
from skopt_evo.space import Mask, Vector

X, Y = np.arange(20.0).reshape(10, 2) ** 2, np.arange(10.0)


class WithOneMore(BaseEstimator):
    def __init__(self, size=1, added="later"):
        self.size = size
        self.added = added


def made(source, name, **names):
    """Return what a script defines."""
    namespace = {"__name__": "__main__", **names}
    exec(source, namespace)
    return namespace[name]


def counter(start):
    def count(value):
        return value + start

    return count


DIFFERENT = {
    "estimators": [
        SVC(),
        SVC(C=2.0),
        SVC(C=2),
        SVC(kernel="linear"),
        LogisticRegression(),
        make_pipeline(PCA(), SVC()),
        make_pipeline(PCA(2), SVC()),
        make_pipeline(StandardScaler(), SVC()),
        make_pipeline("passthrough", SVC()),
        ColumnTransformer([("a", PCA(), [0, 1])]),
        ColumnTransformer([("a", PCA(), [0, 2])]),
        SVC,
    ],
    "kernels": [RBF(1.0), RBF(2.0), RBF(1.0) + WhiteKernel(), WhiteKernel() + RBF(1.0)],
    "distributions": [
        stats.uniform(0, 1),
        stats.uniform(0, 2),
        stats.uniform(loc=0, scale=1),
        stats.loguniform(1e-2, 1),
        stats.norm,
        stats.norm(),
        stats.randint(0, 3),
        stats.rv_discrete(values=([1, 3], [0.5, 0.5])),
        stats.rv_discrete(values=([1, 4], [0.5, 0.5])),
        stats.rv_histogram(np.histogram([1.0, 2.0, 2.0], bins=2))(),
        stats.rv_histogram(np.histogram([1.0, 1.0, 2.0], bins=2))(),
        Mask(3),
        Mask(4),
        Vector(stats.uniform(0, 1), 3),
        Vector(stats.uniform(0, 2), 3),
    ],
    "generators": [
        np.random.RandomState(0),
        np.random.RandomState(1),
        np.random.default_rng(0),
        np.random.default_rng(1),
        np.random.SeedSequence(0),
        np.random.SeedSequence(0, spawn_key=(1,)),
        np.random.PCG64(0),
        np.random.MT19937(0),
        np.random,
    ],
    "scoring": [
        "accuracy",
        accuracy_score,
        f1_score,
        make_scorer(accuracy_score),
        make_scorer(accuracy_score, greater_is_better=False),
        make_scorer(f1_score, average="macro"),
        make_scorer(f1_score, average="micro"),
        functools.partial(f1_score, average="macro"),
        functools.partial(f1_score, average="micro"),
    ],
    "splitters": [KFold(3), KFold(4), StratifiedKFold(3), KFold(3, shuffle=True)],
    "functions": [
        len,
        max,
        np.log,
        np.exp,
        np.mean,
        [].append,
        [1].append,
        "a".join,
        Ridge(1.0).fit,
        Ridge(2.0).fit,
        operator.itemgetter(1),
        operator.itemgetter(2),
        counter,
        counter(1),
        counter(2),
        lambda value: value + 1,
        lambda value: value + 2,
        lambda value: value - 1,
        lambda value, other=1: value + 1,
        lambda value, other=2: value + 1,
        lambda value: value.real,
        lambda value: value.imag,
    ],
    "scripts": [
        made("def score(x): return x", "score"),
        made("def score(x): return -x", "score"),
        made("class Model:\n    def fit(self): return 1", "Model"),
        made("class Model:\n    def fit(self): return 2", "Model"),
        made("class Model:\n    @property\n    def fit(self): return 1", "Model"),
        made("class Model:\n    @staticmethod\n    def fit(self): return 3", "Model"),
        made("class Model(Base):\n    def fit(self): return 1", "Model", Base=Ridge),
        made("class Model(Base):\n    def fit(self): return 1", "Model", Base=SVC),
    ],
}


@pytest.mark.parametrize("kind", DIFFERENT)
def test_different_objects_are_told_apart(kind):
    values = DIFFERENT[kind]
    prints = [fingerprint(value) for value in values]
    doubles = [
        (values[first], values[second])
        for second in range(len(values))
        for first in range(second)
        if prints[first] == prints[second]
    ]
    assert not doubles


def test_what_an_estimator_has_learnt_does_not_matter():
    fitted = make_pipeline(StandardScaler(), Ridge()).fit(X, Y)
    assert fingerprint(fitted) == fingerprint(make_pipeline(StandardScaler(), Ridge()))


def test_what_a_frozen_estimator_has_learnt_matters():
    frozen = [
        FrozenEstimator(make_pipeline(StandardScaler(), Ridge(alpha)).fit(X, targets))
        for alpha, targets in [(1.0, Y), (1.0, Y**2), (2.0, Y), (1.0, Y)]
    ]
    prints = [fingerprint(make_pipeline(estimator)) for estimator in frozen]
    assert prints[0] == prints[3]
    assert len(set(prints)) == 3


def test_a_parameter_at_its_default_is_as_one_that_is_not_there_yet():
    class Before(BaseEstimator):
        def __init__(self, size=1):
            self.size = size

    Before.__qualname__, Before.__module__ = "WithOneMore", WithOneMore.__module__
    assert fingerprint(Before(2)) == fingerprint(WithOneMore(2))
    assert fingerprint(Before(2)) != fingerprint(WithOneMore(2, "now"))


def test_scorers_of_one_metric_are_the_same():
    scorers = [make_scorer(f1_score, average="macro") for _ in range(2)]
    assert fingerprint(scorers[0]) == fingerprint(scorers[1])


def test_an_attribute_that_is_none_is_as_one_that_is_not_there():
    first, second = (make_scorer(accuracy_score) for _ in range(2))
    first._added_in_a_later_version = None
    assert fingerprint(first) == fingerprint(second)


def test_distributions_are_the_same_whatever_was_drawn_from_anything():
    distribution = stats.loguniform(1e-2, 1)
    before = fingerprint(distribution)
    distribution.rvs(3, random_state=0)
    distribution.random_state = 3
    assert fingerprint(distribution) == before


def test_a_generator_is_its_state():
    generator, legacy = np.random.default_rng(0), np.random.RandomState(0)
    before = fingerprint([generator, legacy])
    generator.random(), legacy.normal()
    assert fingerprint(generator) != fingerprint(np.random.default_rng(0))
    assert fingerprint(legacy) != fingerprint(np.random.RandomState(0))
    fresh = [np.random.default_rng(0), np.random.RandomState(0)]
    assert fingerprint(fresh) == before


def test_the_global_generator_is_not_its_state():
    assert fingerprint(np.random.mtrand._rand) != fingerprint(np.random.RandomState(0))


def test_equal_functions_of_a_script_are_the_same():
    source = "def score(x): return [y for y in x if y in {1, 2, 'a', 'b'}]"
    assert fingerprint(made(source, "score")) == fingerprint(made(source, "score"))
    moved = made("\n\n# elsewhere\n" + source, "score")
    assert fingerprint(moved) == fingerprint(made(source, "score"))


def test_a_function_that_calls_itself_has_a_fingerprint():
    def endless(value):
        return endless(value)

    assert fingerprint(endless) != fingerprint(counter(1))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (SVC, "sklearn.svm.SVC"),
        (accuracy_score, "sklearn.metrics.accuracy_score"),
        (len, "builtins.len"),
        (made("def f(): pass", "f"), "__main__.f"),
    ],
)
def test_a_path_has_no_private_modules(value, path):
    assert path_of(value) == path
