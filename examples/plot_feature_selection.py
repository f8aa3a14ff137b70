"""
Selecting features while tuning
===============================

Which columns a model sees is one more parameter: a :class:`~skopt_evo.space.Mask` is
evolved together with the others. The score of the winner is too good then, and nested
cross-validation says how much.
"""

# %%
# Data with columns of no use
# ---------------------------
# To the 10 measurements of the diabetes data we add 20 columns of noise.

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.utils import shuffle

X, y = load_diabetes(return_X_y=True, as_frame=True)
n_measured = X.shape[1]
rng = np.random.default_rng(0)
noise = pd.DataFrame(rng.normal(size=(len(X), 20))).add_prefix("noise_")
X, y = shuffle(pd.concat([X, noise], axis=1), y, random_state=0)

# %%
# A mask beside another parameter
# -------------------------------
# :class:`~skopt_evo.preprocessing.ColumnMask` keeps the columns where its mask is True,
# by default all of them. To nearest neighbours every column is as important as any
# other, so that they suffer from noise.

from scipy.stats import randint
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skopt_evo import GeneticSearchCV
from skopt_evo.preprocessing import ColumnMask
from skopt_evo.space import Mask

scale, model = ("scale", StandardScaler()), ("model", KNeighborsRegressor())
pipeline = Pipeline([scale, ("columns", ColumnMask()), model])
n_neighbors = {"model__n_neighbors": randint(1, 31)}
search = GeneticSearchCV(
    pipeline,
    {"columns__mask": Mask(X.shape[1]), **n_neighbors},
    n_iter=40,
    cv=3,
    random_state=0,
)
search.fit(X, y)

# %%
# These columns are left.

search.best_estimator_[:-1].get_feature_names_out().tolist()

# %%
# What was tried
# --------------
# The first candidate is the pipeline as it is, with all columns. In the picture each
# candidate has the columns that are dark; those above the line are noise.

import matplotlib.pyplot as plt

masks = np.stack(search.cv_results_["param_columns__mask"])

fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.imshow(masks.T, aspect="auto", cmap="Blues", interpolation="none", origin="lower")
ax.axhline(n_measured - 0.5, color="black")
ax.set(xlabel="candidate", ylabel="column")
plt.show()

# %%
# How often a column is selected, at the beginning and at the end:

pd.DataFrame(
    {
        name: {
            "measured": part[:, :n_measured].mean(),
            "noise": part[:, n_measured:].mean(),
        }
        for name, part in {"first 20": masks[:20], "last 20": masks[-20:]}.items()
    }
).round(2)

# %%
# An honest score
# ---------------
# The best of so many masks owes some of its score to luck. Nested cross-validation
# repeats the whole search inside of each outer split, and scores it on what was left
# out. We do the same with a search that keeps all columns, and with one of
# scikit-learn's selectors, whose number of columns is tuned.

from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.model_selection import cross_val_score

k_best = Pipeline([scale, ("columns", SelectKBest(f_regression)), model])
k = {"columns__k": randint(1, X.shape[1] + 1)}
searches = {
    "all columns": GeneticSearchCV(
        pipeline, n_neighbors, n_iter=10, cv=3, random_state=0
    ),
    "SelectKBest": GeneticSearchCV(
        k_best, {**k, **n_neighbors}, n_iter=20, cv=3, random_state=0
    ),
    "Mask": search,
}
scores = {
    name: cross_val_score(other, X, y, cv=3).mean() for name, other in searches.items()
}
scores["Mask, by its own best_score_"] = search.best_score_
pd.Series(scores, name="R2").round(3)

# %%
# Noise is easily told from measurements one column at a time, which is all that
# :class:`~sklearn.feature_selection.SelectKBest` does. Where a cheap selector is as
# good as a mask, take it: :doc:`/user_guide/feature_selection` says which to try.
