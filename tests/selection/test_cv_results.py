"""What is read of the results of any search."""

import numpy as np
import pytest

from skopt_evo.selection._cv_results import checked_metric, fold_scores


def test_scores_have_a_row_a_split():
    results = {
        "split0_test_a": [1, 2],
        "split1_test_a": np.array([3.0, np.nan]),
        "split3_test_a": [5, 6],
        "split0_test_b": [7, 8],
    }
    np.testing.assert_array_equal(fold_scores(results, "a"), [[1, 2], [3, np.nan]])
    assert len(fold_scores(results, "c")) == 0


def test_the_only_metric_goes_without_saying():
    assert checked_metric(None, ["score"], "owner", "compare by") == "score"
    assert checked_metric("b", ["a", "b"], "owner", "compare by") == "b"


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (None, r"owner: metric=None, but the search has 2 .*the one to compare by as"),
        ("acuracy", r"owner: metric='acuracy' is not.*Did you mean.*calls it 'score'"),
    ],
)
def test_others_have_to_be_named_rightly(metric, words):
    with pytest.raises(ValueError, match=words):
        checked_metric(metric, ["accuracy", "f1"], "owner", "compare by")
