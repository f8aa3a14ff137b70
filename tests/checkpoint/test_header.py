"""What a journal belongs to."""

import json
import warnings

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.svm import SVC

from skopt_evo.checkpoint import Journal, compare, make_header, versions
from skopt_evo.exceptions import CheckpointMismatchError, CheckpointWarning

X = np.arange(12.0).reshape(6, 2)
PARTS = {
    "data": X,
    "targets": np.array([0, 1] * 3),
    "fit_params": {"sample_weight": np.ones(6)},
    "splits": [(np.array([0, 1, 2]), np.array([3, 4, 5]))],
    "scoring": "accuracy",
    "space": {"C": loguniform(1e-2, 1e2)},
    "estimator": SVC(),
    "settings": {"strategy": "genetic"},
}
OTHERS = {
    "data": X + 1e-12,
    "targets": np.array([1, 0] * 3),
    "fit_params": {},
    "splits": [(np.array([3, 4, 5]), np.array([0, 1, 2]))],
    "scoring": ["accuracy", "f1"],
    "space": {"C": loguniform(1e-2, 1e3)},
    "estimator": SVC(kernel="linear"),
    "settings": {"strategy": "nsga2"},
}
WORDS = {
    "data": r"the data \(X\)",
    "targets": r"the targets \(y\)",
    "fit_params": "sample_weight",
    "splits": "splitter that shuffles needs an integer as its random_state",
    "scoring": "scoring",
    "space": "param_grid",
    "estimator": "the estimator",
    "settings": "the settings of the search",
}


def test_a_header_survives_the_journal(tmp_path):
    header = make_header(**PARTS, seed=2**63 - 1)
    with Journal(tmp_path / "journal", header) as journal:
        compare(journal.header, header)
    with Journal(tmp_path / "journal", {}) as journal:
        assert journal.header == header
        compare(journal.header, make_header(**PARTS, seed=2**63 - 1))


@pytest.mark.parametrize("name", PARTS)
def test_the_part_that_differs_is_named_with_what_to_do(name):
    old = make_header(**PARTS, seed=0)
    new = make_header(**{**PARTS, name: OTHERS[name]}, seed=0)
    with pytest.raises(CheckpointMismatchError, match=WORDS[name]) as caught:
        compare(old, new)
    assert "or another path as checkpoint to start afresh" in str(caught.value)
    others = [words for other, words in WORDS.items() if other != name]
    for words in others:
        assert words.replace("\\", "") not in str(caught.value)


def test_all_parts_that_differ_are_named():
    with pytest.raises(CheckpointMismatchError) as caught:
        compare(make_header(**PARTS, seed=0), make_header(**OTHERS, seed=1))
    for words in WORDS.values():
        assert words.replace("\\", "") in str(caught.value)
    assert "random_state, which comes to 1 and not to 0" in str(caught.value)


def test_a_part_that_the_journal_lacks_differs():
    with pytest.raises(CheckpointMismatchError, match="param_grid"):
        compare({}, make_header(**PARTS))


def test_no_seed_takes_the_one_in_the_journal():
    old = make_header(**PARTS, seed=5)
    compare(old, make_header(**PARTS))
    with pytest.raises(
        CheckpointMismatchError, match="random_state, which comes to 6 and not to 5"
    ):
        compare(old, make_header(**PARTS, seed=6))


def test_another_version_is_a_warning_only():
    old = make_header(**PARTS, seed=0)
    old["versions"] = {**old["versions"], "sklearn": "1.5.0", "old": "1.0"}
    new = make_header(**PARTS, seed=0)
    with pytest.warns(
        CheckpointWarning, match=r"written with sklearn 1\.5\.0 \(now"
    ) as (caught):
        compare(old, new)
    assert caught[0].filename == __file__
    assert "numpy" not in str(caught[0].message)


@pytest.mark.parametrize("old", [None, 3, ["1.0"], {}])
def test_versions_that_are_none_are_a_warning_too(old):
    header = make_header(**PARTS)
    with pytest.warns(CheckpointWarning, match="numpy None"):
        compare({**header, "versions": old}, header)


def test_a_difference_is_an_error_whatever_the_versions():
    old = {**make_header(**PARTS), "versions": {}}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(CheckpointMismatchError):
            compare(old, make_header(**OTHERS))


def test_nothing_of_the_parts_can_be_told_from_a_header():
    header = make_header(**{**PARTS, "data": ["secret"]}, seed=0)
    text = json.dumps(header)
    assert "secret" not in text
    assert "accuracy" not in text


def test_an_unknown_part_is_an_error():
    with pytest.raises(TypeError, match=r"\['datum'\]"):
        make_header(datum=X)


def test_versions_are_those_of_the_libraries():
    found = versions()
    assert list(found) == ["python", "sklearn", "numpy", "scipy", "joblib", "skopt_evo"]
    assert found["numpy"] == np.__version__
