"""What a fitted estimator predicted for a test set."""

import numpy as np

from skopt_evo.trials import Predictions


def test_some_rows_can_be_taken():
    labels = np.array([[0], [1], [2]], dtype=np.int32)
    whole = Predictions("predict_proba", np.eye(3), labels, is_list=True)
    part = whole.take(np.array([2, 0, 0]))
    np.testing.assert_array_equal(part.values, np.eye(3)[[2, 0, 0]])
    np.testing.assert_array_equal(part.labels, [[2], [0], [0]])
    assert (part.method, part.is_list) == ("predict_proba", True)
    assert Predictions("predict", np.eye(3)).take(np.array([1])).labels is None
