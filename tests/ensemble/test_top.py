"""Ensembles of the candidates with the best scores."""

import numpy as np
import pytest

from skopt_evo.ensemble import Candidates, FoldsEnsemble, TopEnsemble
from tests.ensemble.test_candidates import FOLDS, VALUES, make


def test_the_best_have_equal_weights():
    candidates = make(VALUES, FOLDS, scores=[1.0, np.nan, 3.0, 2.0, np.nan])
    np.testing.assert_array_equal(
        TopEnsemble(2).weights(candidates), [0, 0, 0.5, 0.5, 0]
    )


def test_there_are_no_more_than_candidates():
    candidates = make(VALUES, FOLDS)
    np.testing.assert_allclose(
        TopEnsemble(10).weights(candidates), [1 / 3, 0, 1 / 3, 1 / 3, 0]
    )


def test_the_choice_of_the_search_comes_first():
    candidates = Candidates(np.array([1.0, 5.0, 3.0]), 2)
    np.testing.assert_array_equal(FoldsEnsemble().weights(candidates), [0, 0, 1])
    np.testing.assert_array_equal(TopEnsemble(2).weights(candidates), [0, 0.5, 0.5])


def test_without_any_score_it_is_the_choice_of_the_search():
    candidates = Candidates(np.array([np.nan, np.nan]), 1)
    np.testing.assert_array_equal(FoldsEnsemble().weights(candidates), [0, 1])


@pytest.mark.parametrize("n", [0, 1.5, "10"])
def test_a_number_that_makes_no_sense_is_refused(n):
    with pytest.raises((TypeError, ValueError), match="TopEnsemble: n="):
        TopEnsemble(n)


def test_models_are_kept_of_those_that_may_be_members():
    assert FoldsEnsemble().n_models == 1
    assert FoldsEnsemble().members == "folds"
    assert TopEnsemble(7).n_models == 0
    assert TopEnsemble(7, members="folds").n_models == 7
