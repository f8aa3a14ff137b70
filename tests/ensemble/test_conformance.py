"""The suite of ensembles, for each of ours."""

import pytest

from skopt_evo.ensemble import FoldsEnsemble, GreedyEnsemble, TopEnsemble
from tests.ensemble.conformance import EnsembleConformance


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
