"""The ensembles as users name them."""

import pytest

from skopt_evo.ensemble import FoldsEnsemble, GreedyEnsemble, resolve_ensemble


def test_names_and_objects_are_known():
    assert resolve_ensemble(None) is None
    assert resolve_ensemble("greedy") == GreedyEnsemble()
    assert resolve_ensemble("folds") == FoldsEnsemble()
    own = GreedyEnsemble(n_rounds=3)
    assert resolve_ensemble(own) is own


def test_a_name_that_is_not_known_is_said_with_those_that_are():
    with pytest.raises(
        ValueError, match=r"'gready' is not known. Did you mean 'greedy'"
    ):
        resolve_ensemble("gready")


@pytest.mark.parametrize("ensemble", [3, GreedyEnsemble, object(), ["greedy"]])
def test_what_is_no_ensemble_is_refused(ensemble):
    with pytest.raises(TypeError, match="is no ensemble"):
        resolve_ensemble(ensemble)
