"""
From GridSearchCV to an evolutionary search
===========================================

A script that tunes a pipeline with :class:`~sklearn.model_selection.GridSearchCV`
becomes an evolutionary search by changing one name. From there the search space can be
widened, step by step: to distributions, to categories and to several models at once.
"""

# %%
# The script as it was
# --------------------

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
pipeline = Pipeline([("scale", StandardScaler()), ("model", SVC())])
param_grid = {
    "model__C": [0.1, 1, 10, 100],
    "model__gamma": [0.0001, 0.001, 0.01, 0.1],
}

grid_search = GridSearchCV(pipeline, param_grid, cv=5)
grid_search.fit(X, y)
print(f"{grid_search.best_score_:.4f} with {grid_search.best_params_}")

# %%
# One name changed
# ----------------
# The grid has 16 points, fewer than the budget `n_iter`, which is 50 unless told
# otherwise. So it is tried whole, and the results are the same.

from skopt_evo import GeneticSearchCV

search = GeneticSearchCV(pipeline, param_grid, cv=5)
search.fit(X, y)

# %%
print(f"{search.best_score_:.4f} with {search.best_params_}")
scores = search.cv_results_["mean_test_score"]
print((scores == grid_search.cv_results_["mean_test_score"]).all())

# %%
# Ranges instead of lists
# -----------------------
# A distribution lets the search choose any value in a range: here both parameters are
# searched on a log scale. From the second generation on, candidates are bred from the
# best ones so far.

from scipy.stats import loguniform

param_ranges = {
    "model__C": loguniform(1e-2, 1e4),
    "model__gamma": loguniform(1e-6, 1e1),
}
search = GeneticSearchCV(pipeline, param_ranges, n_iter=40, cv=5, random_state=0)
search.fit(X, y)
print(f"{search.best_score_:.4f} with {search.best_params_}")

# %%
# What was tried
# --------------
# ``cv_results_`` has the columns of the grid search, and says for each candidate in
# which generation it was made, and how.

import pandas as pd

results = pd.DataFrame(search.cv_results_)
columns = ["iter", "origin", "param_model__C", "param_model__gamma", "mean_test_score"]
results[columns].sort_values("mean_test_score", ascending=False).head()

# %%
results.groupby("origin")["mean_test_score"].agg(["size", "mean", "max"])

# %%
# Categories, and models of several kinds
# ---------------------------------------
# Values that are no numbers are categories: they may be any object, estimators among
# them. Each dict of a list is one branch of the space, with parameters of its own.
# Here a branch has its own kind of model, and all of them try three ways to scale.

from scipy.stats import randint
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import RobustScaler

scalers = [StandardScaler(), RobustScaler(), "passthrough"]
param_branches = [
    {
        "scale": scalers,
        "model": [SVC()],
        "model__C": loguniform(1e-2, 1e4),
        "model__gamma": loguniform(1e-6, 1e1),
    },
    {
        "scale": scalers,
        "model": [KNeighborsClassifier()],
        "model__n_neighbors": randint(1, 31),
        "model__weights": ["uniform", "distance"],
    },
    {
        "scale": scalers,
        "model": [LogisticRegression(solver="liblinear")],
        "model__C": loguniform(1e-4, 1e4),
    },
]
search = GeneticSearchCV(pipeline, param_branches, n_iter=60, cv=5, random_state=1)
search.fit(X, y)
search.best_estimator_

# %%
# At first the models get their turn equally often. After that it depends on the scores
# which of them the parents are. None is given up, for mutations lead from one branch to
# another. Scores below 0.84 are left out of the picture.

import matplotlib.pyplot as plt

results = pd.DataFrame(search.cv_results_)
results["model"] = results["param_model"].map(lambda model: type(model).__name__)

fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
for number, (name, rows) in enumerate(results.groupby("model")):
    scores = rows["mean_test_score"]
    ax.scatter(rows.index + 1, scores, marker="os^"[number], label=name)
ax.step(
    results.index + 1,
    results["mean_test_score"].cummax(),
    where="post",
    color="black",
    label="best so far",
)
for first in results.index[results["iter"].diff() > 0]:
    ax.axvline(first + 0.5, color="lightgray", linewidth=0.8, zorder=0)
ax.set(
    xlabel="candidate (grey lines separate generations)",
    ylabel="mean accuracy of 5 folds",
    ylim=(0.84, 0.99),
)
ax.legend(loc="lower right")
plt.show()
