"""What every way to choose an ensemble has to do: a suite to derive from.

Copy `tests/ensemble/test_conformance.py`, and give it your own ensemble.
"""

import copy
import pickle

import numpy as np
import pytest
from scipy.stats import randint
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV
from tests.ensemble.test_candidates import FOLDS, VALUES, N, Y, make

X, CLASSES = (part[::3] for part in load_iris(return_X_y=True))


class EnsembleConformance:
    """The tests of an ensemble, which `ensemble` returns."""

    @pytest.fixture
    def ensemble(self):
        raise NotImplementedError

    def test_it_says_which_models_it_needs(self, ensemble):
        assert ensemble.members in ("folds", "refit")
        assert ensemble.n_models is None or ensemble.n_models >= 0
        if ensemble.members == "refit":
            assert ensemble.n_models == 0

    def test_weights_are_shares_of_members(self, ensemble):
        candidates = make(VALUES, FOLDS)
        weights = ensemble.weights(candidates)
        assert weights.shape == (len(VALUES),)
        assert weights.sum() == pytest.approx(1.0)
        assert (weights >= 0).all()
        others = np.setdiff1d(range(len(VALUES)), candidates.members())
        np.testing.assert_array_equal(weights[others], 0.0)

    def test_the_same_candidates_have_the_same_weights(self, ensemble):
        rng = np.random.default_rng(0)
        values = [Y + rng.normal(size=N) for _ in range(9)]
        first, second = (ensemble.weights(make(values, FOLDS)) for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_a_single_candidate_has_all_the_weight(self, ensemble):
        np.testing.assert_allclose(ensemble.weights(make([Y + 1], FOLDS)), [1.0])

    def test_some_rows_alone_may_choose(self, ensemble):
        part = make(VALUES, FOLDS).restricted([np.arange(3)])
        assert ensemble.weights(part).sum() == pytest.approx(1.0)

    def test_candidates_are_not_changed(self, ensemble):
        candidates = make(VALUES, FOLDS)
        before = copy.deepcopy(candidates)
        ensemble.weights(candidates)
        np.testing.assert_array_equal(candidates.scores, before.scores)
        for number in candidates.members():
            np.testing.assert_array_equal(
                candidates.predictions[number], before.predictions[number]
            )

    def test_it_is_a_value_of_a_parameter(self, ensemble):
        assert pickle.loads(pickle.dumps(ensemble)) == ensemble
        search = GeneticSearchCV(DecisionTreeClassifier(), {}, ensemble=ensemble)
        assert clone(search).ensemble == ensemble

    def test_a_search_makes_it(self, ensemble):
        search = GeneticSearchCV(
            DecisionTreeClassifier(random_state=0),
            {"max_depth": randint(1, 9), "min_samples_leaf": randint(1, 9)},
            n_iter=5,
            cv=2,
            surrogate=None,
            ensemble=ensemble,
            random_state=0,
        ).fit(X, CLASSES)
        assert search.score(X, CLASSES) > 0.8
        assert search.corrected_score_.reason == ""
