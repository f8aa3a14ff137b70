"""What a checkpoint knows of candidates, by number, split and fidelity."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import uniform

from skopt_evo.checkpoint import Checkpoint, Journal, compare, make_header
from skopt_evo.exceptions import CheckpointError, CheckpointMismatchError
from skopt_evo.space import SearchSpace
from skopt_evo.trials import Fault, FoldGradient, FoldResult, Trial, Unit

# Written by skopt_evo when the format had version 1: a search that was extended, with a
# candidate that failed, one with derivatives, and one that was given up.
VERSION_1 = Path(__file__).parent / "version_1.journal"

SPACE = SearchSpace({"alpha": uniform(0, 1)}, seed=0)
HALF, WHOLE = Unit(0, 0.5), Unit(0)
SETTINGS = {"return_train_score": True}


def trial(number, gene=0.25):
    genome = np.array([gene])
    return Trial(SPACE.decode(genome), 0, "initial", genome, number=number)


def records_in(path):
    return [json.loads(line)["data"] for line in path.read_bytes().splitlines()][1:]


@pytest.fixture
def open_checkpoint(tmp_path):
    def open_it(header=None):
        checkpoint = Checkpoint(tmp_path / "journal", header or {"seed": 0})
        checkpoint.extend(4)
        return checkpoint

    return open_it


# ---- the key


def test_results_are_known_by_number_split_and_fidelity(open_checkpoint, tmp_path):
    units = [Unit(split, fidelity) for split in (0, 1) for fidelity in (0.25, 0.5, 1.0)]
    results = {
        (number, unit): FoldResult(number + unit.split + unit.fidelity)
        for number in (0, 1)
        for unit in units
    }
    with open_checkpoint() as checkpoint:
        for number in (0, 1):
            assert checkpoint.recall(trial(number), 2) == ({}, None)
        # In any order: fits end when they end.
        for number, unit in reversed(results):
            checkpoint.note(trial(number), unit, results[number, unit])
    with open_checkpoint() as checkpoint:
        for number in (0, 1):
            known, fault = checkpoint.recall(trial(number), 2)
            assert known == {unit: results[number, unit] for unit in units}
            assert fault is None
        assert checkpoint.recall(trial(2), 2) == ({}, None)
    keys = [record.keys() for record in records_in(tmp_path / "journal")]
    # All of the resource goes without saying.
    assert sum("fidelity" in key for key in keys) == 8
    assert sum("fold" in key for key in keys) == 12


def test_a_fault_is_known_by_the_fit_that_it_is_of(open_checkpoint):
    fault = Fault("crashed", 2.5)
    with open_checkpoint() as checkpoint:
        checkpoint.recall(trial(0), 2)
        checkpoint.note(trial(0), WHOLE, FoldResult(0.5))
        checkpoint.note_fault(trial(0), Unit(1, 0.125), fault)
    with open_checkpoint() as checkpoint:
        known = checkpoint.recall(trial(0), 2)
    assert known == ({WHOLE: FoldResult(0.5)}, (Unit(1, 0.125), fault))


def test_what_is_recalled_can_be_changed_without_harm(open_checkpoint):
    with open_checkpoint() as checkpoint:
        checkpoint.recall(trial(0), 1)
        checkpoint.note(trial(0), HALF, FoldResult(0.5))
    with open_checkpoint() as checkpoint:
        checkpoint.recall(trial(0), 1)[0].clear()
        assert HALF in checkpoint.recall(trial(0), 1)[0]


def test_numbers_of_numpy_are_written_as_numbers(open_checkpoint):
    with open_checkpoint() as checkpoint:
        checkpoint.recall(trial(0), 3)
        unit = Unit(2, np.float64(1 / 3))
        checkpoint.note(trial(0), unit, FoldResult(0.5))
    with open_checkpoint() as checkpoint:
        assert list(checkpoint.recall(trial(0), 3)[0]) == [Unit(2, 1 / 3)]


@pytest.mark.parametrize("number", [-1, 1, 5])
def test_a_candidate_out_of_turn_is_an_error_and_leaves_the_file_readable(
    open_checkpoint, number, tmp_path
):
    with open_checkpoint() as checkpoint:
        with pytest.raises(ValueError, match=f"Candidate {number} after 0 others"):
            checkpoint.recall(trial(number), 2)
        checkpoint.recall(trial(0), 2)
    assert len(records_in(tmp_path / "journal")) == 2
    open_checkpoint().__exit__(None, None, None)


# ---- results that are not of this search


def of_search(**parts):
    return make_header(seed=0, **parts)


@pytest.mark.parametrize(
    ("parts", "unit", "result", "words"),
    [
        ({}, Unit(2), FoldResult(0.5), "split=2 of 2"),
        ({}, Unit(2, 0.5), FoldResult(0.5), "split=2 of 2"),
        ({}, Unit(1, 0.5), FoldResult(0.5, train_scores=0.5), "return_train_score"),
        ({"settings": SETTINGS}, Unit(0), FoldResult(0.5), "return_train_score"),
        ({"scoring": ["a"]}, Unit(0), FoldResult({"b": 0.5}), "other metrics"),
        (
            {"settings": {"error_score": "raise"}},
            Unit(0),
            FoldResult(0.5, fit_error="no"),
            "a fit has failed",
        ),
        (
            {},
            Unit(0),
            FoldResult(0.5, gradient=FoldGradient(0.5, {"beta": 1.0})),
            "derivative by 'beta'",
        ),
        (
            {},
            Unit(0),
            FoldResult(0.5, gradient=FoldGradient(0.5, {"alpha": np.ones(2)})),
            "shape of the derivative",
        ),
    ],
)
def test_results_that_cannot_be_of_this_search_are_refused(
    open_checkpoint, parts, unit, result, words
):
    header = of_search(**parts)
    with open_checkpoint(header) as checkpoint:
        checkpoint.recall(trial(0), 2)
        checkpoint.note(trial(0), unit, result)
    with (
        open_checkpoint(header) as checkpoint,
        pytest.raises(CheckpointError, match=f"of candidate 0: .*{words}"),
    ):
        checkpoint.recall(trial(0), 2)


@pytest.mark.parametrize(
    ("settings", "unit", "words"),
    [
        ({}, Unit(2), "split=2 of 2"),
        ({"error_score": "raise"}, Unit(0), "a fault, which is to end the search"),
    ],
)
def test_a_fault_that_cannot_be_of_this_search_is_refused(
    open_checkpoint, settings, unit, words
):
    header = of_search(settings=settings)
    with open_checkpoint(header) as checkpoint:
        checkpoint.recall(trial(0), 2)
        checkpoint.note_fault(trial(0), unit, Fault("timeout", 1.0))
    with (
        open_checkpoint(header) as checkpoint,
        pytest.raises(CheckpointError, match=f"of candidate 0: {words}"),
    ):
        checkpoint.recall(trial(0), 2)


# ---- candidates that are the same but for rounding


def test_the_known_candidate_comes_in_place_of_one_that_is_rounded_otherwise(
    open_checkpoint,
):
    with open_checkpoint() as checkpoint:
        checkpoint.recall(trial(0, 0.25), 2, SPACE)
    with open_checkpoint() as checkpoint:
        again = trial(0, 0.25 + 1e-9)
        checkpoint.recall(again, 2, SPACE)
        assert again.genome == [0.25]
        assert again.params == {"alpha": 0.25}
        for other, space in [(trial(0, 0.25 + 1e-9), None), (trial(0, 0.3), SPACE)]:
            with pytest.raises(CheckpointError, match="another candidate number 0"):
                checkpoint.recall(other, 2, space)


# ---- budgets, and files that are of no use


def test_budgets_grow_and_are_written_once(open_checkpoint, tmp_path):
    with open_checkpoint() as checkpoint:
        checkpoint.recall(trial(0), 2)
        checkpoint.extend(4)
        checkpoint.extend(6)
        with pytest.raises(CheckpointMismatchError, match="n_iter=5 is less than the"):
            checkpoint.extend(5)
        assert checkpoint.budgets == [4, 6]
        checkpoint.recall(trial(1), 2)
    with Checkpoint(tmp_path / "journal", {"seed": 0}) as checkpoint:
        assert checkpoint.budgets == [4, 6]


def test_a_call_that_writes_nothing_else_does_not_extend_a_search(
    open_checkpoint, tmp_path
):
    with open_checkpoint() as checkpoint:
        checkpoint.extend(4)
        checkpoint.recall(trial(0), 2)
    before = (tmp_path / "journal").read_bytes()
    with open_checkpoint() as checkpoint:
        checkpoint.extend(9)  # and what comes next is an error
    assert (tmp_path / "journal").read_bytes() == before
    with open_checkpoint() as checkpoint:
        checkpoint.extend(4)


def test_a_new_file_without_candidates_is_removed_and_an_older_one_is_kept(
    open_checkpoint, tmp_path
):
    path = tmp_path / "journal"
    open_checkpoint().__exit__(None, None, None)
    assert not path.exists()
    with Journal(path, {"seed": 0}) as journal:
        journal.append({"n_iter": 4})
    open_checkpoint().__exit__(None, None, None)
    assert path.exists()


# ---- version 1 of the format


def old_trials():
    space = SearchSpace({"alpha": uniform(-0.25, 1.25)}, seed=0)
    genes = [0.1, 0.6, 0.8]
    return space, [
        Trial(space.decode(np.array([gene])), 0, "start", np.array([gene]), number=i)
        for i, gene in enumerate(genes)
    ]


@pytest.fixture
def old(tmp_path):
    """Return a copy of the file, and the header of the search that wrote it."""
    path = tmp_path / "version_1.journal"
    shutil.copy(VERSION_1, path)
    X = np.arange(24.0).reshape(12, 2) % 7
    return path, make_header(
        seed=0, data=X, targets=X @ [1.0, 2.0], settings={"return_train_score": True}
    )


def test_a_file_of_version_1_is_read_and_goes_on(old):
    path, header = old
    before = path.read_bytes()
    space, (failed, good, given_up) = old_trials()
    fourth = Trial(space.decode(np.array([0.3])), 1, "step", np.array([0.3]), number=3)
    for n_known in (0, 1, 2):
        with Checkpoint(path, header) as checkpoint:
            assert checkpoint.budgets == [2, 3, *range(4, 4 + n_known)]
            known, fault = checkpoint.recall(failed, 2, space)
            assert known.keys() == {Unit(0), Unit(1)}
            assert all("Got -0.125" in result.fit_error for result in known.values())
            known, fault = checkpoint.recall(good, 2, space)
            assert known.keys() == {Unit(0), Unit(1)}
            assert fault is None
            assert known[Unit(0)].test_scores == 0.9997458035099948
            assert known[Unit(1)].gradient.params == {"alpha": 0.0027503578590700453}
            known = checkpoint.recall(given_up, 2, space)
            assert known == ({}, (Unit(1), Fault("timeout", 3.25)))
            checkpoint.extend(4 + n_known)
            known, _ = checkpoint.recall(fourth, 2, space)
            assert known == {
                Unit(0, 1 / 2**power): FoldResult(power, train_scores=1.0)
                for power in range(n_known)
            }
            checkpoint.note(
                fourth,
                Unit(0, 1 / 2**n_known),
                FoldResult(float(n_known), train_scores=1.0),
            )
    assert path.read_bytes().startswith(before)  # with its header, and its hashes


def test_a_file_of_version_1_belongs_to_its_data(old):
    path, header = old
    with Journal(path, {}) as journal:
        assert journal.header["data"] == header["data"]
        assert journal.header["targets"] == header["targets"]
        with pytest.raises(CheckpointMismatchError) as caught:
            compare(journal.header, header)
    assert "the splits" in str(caught.value)
    assert "the data" not in str(caught.value)
