"""The suite of ensembles, for each of ours."""

import numpy as np
import pytest

from skopt_evo.ensemble import (
    FoldsEnsemble,
    GreedyEnsemble,
    TopEnsemble,
    weights_of,
)
from skopt_evo.exceptions import NoEnsembleError
from tests.ensemble.conformance import EnsembleConformance
from tests.ensemble.test_candidates import FOLDS, VALUES, make


class TestFolds(EnsembleConformance):
    @pytest.fixture
    def ensemble(self):
        return FoldsEnsemble()


class TestTop(EnsembleConformance):
    @pytest.fixture(params=["folds", "refit"])
    def ensemble(self, request):
        return TopEnsemble(3, members=request.param)


class TestGreedy(EnsembleConformance):
    @pytest.fixture(params=["folds", "refit"])
    def ensemble(self, request):
        return GreedyEnsemble(n_rounds=5, n_bags=2, members=request.param)


class Odd:
    """Returns what it is told to."""

    members, n_models = "refit", 0

    def __init__(self, found):
        self.found = found

    def weights(self, candidates):
        return self.found


def test_weights_are_divided_by_their_sum():
    candidates = make(VALUES, FOLDS)
    found = weights_of(Odd([5, 0, 10, 5, 0]), candidates)
    np.testing.assert_allclose(found, [0.25, 0, 0.5, 0.25, 0])


@pytest.mark.parametrize("found", [[1.0], [0.0] * 5, [-1, 2, 0, 0, 0], [np.nan] * 5])
def test_what_is_no_weight_is_refused(found):
    with pytest.raises(NoEnsembleError, match="expected a weight of at least 0"):
        weights_of(Odd(found), make(VALUES, FOLDS))
