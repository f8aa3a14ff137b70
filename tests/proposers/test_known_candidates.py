"""What descents know of candidates, with genomes that differ by rounding."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.proposers._known_candidates import Evaluated, KnownCandidates
from skopt_evo.strategies import GeneLayout

LAYOUT = GeneLayout.continuous(2)
HERE, THERE = np.array([0.25, 0.5]), np.array([0.75, 0.5])


def evaluated(
    genome: np.ndarray, loss: float, steering: float | None = None
) -> Evaluated:
    slopes = np.full(2, 3.0)
    return Evaluated(genome, loss, loss if steering is None else steering, slopes, True)


def test_losses_are_known_when_all_of_them_are() -> None:
    known = KnownCandidates(LAYOUT)
    known.add(HERE, evaluated(HERE, 1.0))
    assert known.evaluations([HERE, THERE]) is None
    known.add(THERE, evaluated(THERE, 2.0))
    found = known.evaluations([THERE, HERE])
    assert found is not None
    np.testing.assert_array_equal(found.losses, [2.0, 1.0])
    np.testing.assert_array_equal(found.genomes, [THERE, HERE])


def test_rounding_of_the_last_digits_makes_no_other_candidate() -> None:
    known = KnownCandidates(LAYOUT)
    known.add(HERE, evaluated(HERE, 1.0))
    assert known.has(HERE + 1e-15)
    assert not known.has(HERE + 1e-9)


def test_a_genome_of_an_earlier_run_takes_the_place_of_what_was_asked_for() -> None:
    known, recorded = KnownCandidates(LAYOUT), HERE + 1e-8
    known.add(HERE, evaluated(recorded, 1.0))
    assert len(known) == 1
    assert known.key(recorded) == known.key(HERE)
    found = known.evaluations([HERE])
    assert found is not None
    np.testing.assert_array_equal(found.genomes, [recorded])


def test_candidates_are_evaluated_again_under_their_keys() -> None:
    known = KnownCandidates(LAYOUT)
    known.add(HERE, evaluated(HERE, 1.0))
    known.add(THERE, evaluated(THERE, 2.0))
    genomes = {known.key(genome): genome for genome in (HERE, THERE)}
    known.evaluate_again(lambda key: evaluated(genomes[key], 5.0 * genomes[key][0]))
    assert [one.loss for one in known] == [1.25, 3.75]


@pytest.mark.parametrize(("steering", "slope"), [(1.0, 3.0), (0.5, np.nan)])
def test_slopes_of_a_loss_in_place_of_the_score_are_left_out(
    steering: float, slope: float
) -> None:
    known = KnownCandidates(LAYOUT)
    known.add(HERE, evaluated(HERE, 1.0, steering))
    history = known.history()
    assert history.slopes is not None
    np.testing.assert_array_equal(history.losses, [1.0])
    np.testing.assert_array_equal(history.slopes, [[slope, slope]])
