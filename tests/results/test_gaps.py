import numpy as np

from skopt_evo.exceptions import MissingScoresWarning
from skopt_evo.results import Objective, gaps_of
from skopt_evo.trials import FoldResult, Trial

TRACEBACK = "Traceback (most recent call last):\n  ...\nValueError: one class\n"


def messages(*rows, every_metric=False):
    objective = Objective(None, every_metric)
    for row in rows:
        folds = [
            FoldResult(np.nan, TRACEBACK) if score is None else FoldResult(score)
            for score in row
        ]
        objective.learn(Trial({}, 0, "initial").complete(folds))
    found = gaps_of(objective)
    assert all(type(each) is MissingScoresWarning for each in found)
    return list(map(str, found))


def test_nothing_is_said_of_candidates_that_fail_for_themselves():
    assert messages([1.0, 1.0], [None, 1.0], [None, None], [np.nan, 2.0]) == []


def test_a_split_without_scores_is_named_with_what_its_fits_raise():
    [message] = messages(*[[None, 1.0, 2.0]] * 4)
    assert message.startswith(
        "On split 0 of cv none of the 4 candidates has a score by 'score': its fits "
        "raise ValueError: one class."
    )


def test_a_split_whose_scorer_fails_is_named_as_well():
    [message] = messages(*[[1.0, np.nan, 2.0]] * 4)
    assert "On split 1 of cv" in message
    assert "its scores could not be computed" in message


def test_metrics_without_any_score_are_named():
    row = [{"a": 1.0, "b": np.nan, "c": np.nan}] * 2
    [message] = messages(row, row, every_metric=True)
    assert "No candidate has a score by 'b', 'c':" in message
