"""One scale for all tasks, from random search (0) to the best value known (1).

A task's `reference` holds `mean`, the expected best of 1, 2, ... random configurations,
`clip`, the median of a single one, below which all are equally bad, and `best`, the
best value that is known.
"""

import numpy as np


def normalised_scores(best_so_far, reference):
    """Return how far each run is from random search to the best value known.

    Both the argument and what is returned have shape (n_runs, n_candidates): column i
    is compared with random search of i + 1 candidates.
    """
    best_so_far = np.maximum(best_so_far, reference["clip"])
    random_search = np.array(reference["mean"][: best_so_far.shape[1]])
    return 1 - (reference["best"] - best_so_far) / (reference["best"] - random_search)


def score_and_error(tasks_scores):
    """Return the mean over tasks of the mean over runs, and its standard error.

    `tasks_scores` has one array a task, of shape (n_runs,) or (n_runs, n_candidates).
    The error is that of the runs: the tasks are taken as given.
    """
    means = [scores.mean(axis=0) for scores in tasks_scores]
    variances = [scores.var(axis=0, ddof=1) / len(scores) for scores in tasks_scores]
    error = np.sqrt(np.sum(variances, axis=0)) / len(tasks_scores)
    return np.mean(means, axis=0), error


def pairwise_rank(scores, others):
    """Return the expected rank of a run drawn from `scores` among one of each other.

    Methods need not have the same number of runs. A tie counts as half a rank.
    """
    ranks = 1.0
    for other in others:
        lead = np.subtract.outer(other, scores)
        ranks += np.mean(lead > 0) + np.mean(lead == 0) / 2
    return ranks
