"""
Accuracy against size
=====================

A large decision tree predicts better than a small one, and is harder to read. With the
size of the tree as a second metric the search looks for all the best compromises at
once: the Pareto front.
"""

# %%
# Two metrics
# -----------
# A scorer gets the fitted estimator, so it can measure the estimator instead of its
# predictions. Greater is better for all metrics: the number of leaves is negated. Its
# logarithm makes ten leaves or twenty as different as a hundred or two hundred.

import numpy as np
from scipy.stats import loguniform, randint
from sklearn.datasets import load_digits
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV

X, y = load_digits(return_X_y=True)


def minus_log_leaves(estimator, X, y):
    return -np.log10(estimator.get_n_leaves())


search = GeneticSearchCV(
    DecisionTreeClassifier(random_state=0),
    {
        "max_depth": randint(1, 21),
        "min_samples_leaf": randint(1, 51),
        "ccp_alpha": loguniform(1e-4, 1e-1),
        "criterion": ["gini", "entropy"],
    },
    n_iter=60,
    scoring={"accuracy": "accuracy", "size": minus_log_leaves},
    refit=False,
    cv=3,
    random_state=0,
)
search.fit(X, y)

# %%
# The front
# ---------
# ``pareto_front_`` has the rows that no other candidate surpasses.

import matplotlib.pyplot as plt
import pandas as pd

results = pd.DataFrame(search.cv_results_)
results["accuracy"] = results["mean_test_accuracy"]
results["leaves"] = 10 ** -results["mean_test_size"]
front = results.iloc[search.pareto_front_].sort_values("leaves")

fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
ax.scatter(results["leaves"], results["accuracy"], color="gray", label="candidates")
ax.step(front["leaves"], front["accuracy"], "o-", where="post", label="front")
ax.set(xscale="log", xlabel="leaves", ylabel="accuracy")
ax.legend()
plt.show()

# %%
# Choosing from it
# ----------------
# Which compromise to take is up to you. These are on offer; of several candidates that
# come to the same tree we show one.

columns = ["leaves", "accuracy", "param_max_depth", "param_min_samples_leaf"]
front[columns].drop_duplicates(["leaves", "accuracy"]).round(2)

# %%
# A function makes the choice repeatable. This one takes the smallest tree whose
# accuracy is within 0.02 of the best one.


def smallest_of_the_good(results):
    accuracies, sizes = results["mean_test_accuracy"], results["mean_test_size"]
    return int(np.where(accuracies >= accuracies.max() - 0.02, sizes, -np.inf).argmax())


search.cv_results_["params"][smallest_of_the_good(search.cv_results_)]

# %%
# Passed as ``refit``, it is called at the end of the search, and its choice is fitted
# on all the data. Both metrics guide the search all the same.
