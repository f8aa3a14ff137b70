"""
========================================
Many hyperparameters, and how not to err
========================================

With exact derivatives a search can tune a weight for each feature: the inverse length
scales of a kernel, known as automatic relevance determination, or the penalties of
groups of features. This is how it is done, what it finds, and what keeps it from
fitting the noise of the test folds.
"""

# %%
# Twenty length scales
# --------------------
#
# In Friedman's first problem five of twenty features matter, and not all to the same
# degree. A kernel with one length scale for all of them sees every pair of samples as
# equally far apart. `FeatureScale` gives each feature a weight of its own, and `Vector`
# says that there are twenty.

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import loguniform
from sklearn.datasets import make_friedman1
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skopt_evo import GradientSearchCV
from skopt_evo.preprocessing import FeatureScale
from skopt_evo.space import Vector

X, y = make_friedman1(300, 20, noise=1.0, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = make_pipeline(
    FeatureScale(np.ones(20)), KernelRidge(kernel="rbf", alpha=0.1, gamma=0.1)
)
alpha = {"kernelridge__alpha": loguniform(1e-4, 1e2)}
gamma = {"kernelridge__gamma": loguniform(1e-4, 1e1)}
weights = {"featurescale__weights": Vector(loguniform(1e-2, 1e2), 20)}


def tune(param_grid, n_iter=25, **settings):
    search = GradientSearchCV(
        model, param_grid, n_iter=n_iter, n_restarts=0, random_state=0, **settings
    )
    return search.fit(X_train, y_train)


one = tune(alpha | gamma)
many = tune(alpha | weights, hyper_l2=1e-3)
for name, search in {"one length scale": one, "twenty": many}.items():
    score = search.score(X_test, y_test)
    print(f"{name}: R2 {search.best_score_:.3f} in the search, {score:.3f} on new data")

# %%
# The first five weights, of the features that the target is made of, stand out; the
# others are left far behind, which takes their features out of the kernel.

found = many.best_params_["featurescale__weights"]
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
left.bar(range(20), found, color=["C0"] * 5 + ["0.7"] * 15)
left.set(yscale="log", xlabel="feature", ylabel="weight", title="Weights found")
for name, search in {"one length scale": one, "twenty": many}.items():
    scores = search.cv_results_["mean_test_score"]
    right.plot(np.arange(1, len(scores) + 1), np.maximum.accumulate(scores), label=name)
right.set(xlabel="candidates", ylabel="best mean R2", title="Descent")
right.legend()
plt.show()

# %%
# A penalty for each group of features
# ------------------------------------
#
# A weight before a penalised linear model is an inverse penalty, and features of a
# group can share one: here ten groups of ten features, of which the first is of much
# use and the second of some.

from sklearn.linear_model import Ridge

rng = np.random.default_rng(0)
X = rng.normal(size=(1200, 100))
y = X[:, :10].sum(axis=1) + 0.3 * X[:, 10:20].sum(axis=1) + 2 * rng.normal(size=1200)
X_train, y_train, X_test, y_test = X[:200], y[:200], X[200:], y[200:]
groups = np.repeat(np.arange(10), 10)
model = make_pipeline(FeatureScale(np.ones(10), groups=groups), Ridge(alpha=10.0))
alpha = {"ridge__alpha": loguniform(1e-2, 1e4)}
weights = {"featurescale__weights": Vector(loguniform(1e-2, 1e2), 10)}
one = tune(alpha)
many = tune(alpha | weights, hyper_l2=1e-3)
for name, search in {"one penalty": one, "ten": many}.items():
    score = search.score(X_test, y_test)
    print(f"{name}: R2 {search.best_score_:.3f} in the search, {score:.3f} on new data")

fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
found = many.best_params_["featurescale__weights"]
ax.bar(range(10), found**-2, color=["C0", "C0"] + ["0.7"] * 8)
ax.set(yscale="log", xlabel="group", ylabel="relative penalty", title="Penalties found")
plt.show()

# %%
# When there is nothing to be found
# ---------------------------------
#
# Here the target depends on all thirty features alike, so that weights of their own
# cannot help. Tuned freely they fit the noise of the test folds: the score of the
# search rises, the score on new data falls. `hyper_l2` subtracts from the score how far
# weights have moved, squared, on their logarithmic scale.

X = rng.normal(size=(2000, 30))
y = X @ np.ones(30) + 8.0 * rng.normal(size=2000)
X_train, y_train, X_test, y_test = X[:150], y[:150], X[150:], y[150:]
model = make_pipeline(FeatureScale(np.ones(30)), Ridge(alpha=30.0))
alpha = {"ridge__alpha": loguniform(1e-1, 1e4)}
weights = {"featurescale__weights": Vector(loguniform(1e-2, 1e2), 30)}

strengths = [0.0, 1e-4, 1e-3, 1e-2, 1e-1]
searches = [tune(alpha | weights, hyper_l2=strength) for strength in strengths]
penalty_only = tune(alpha)
inner = [search.best_score_ for search in searches]
outer = [search.score(X_test, y_test) for search in searches]

fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
places = np.arange(len(strengths))
ax.plot(places, inner, "o-", label="in the search")
ax.plot(places, outer, "o-", label="on new data")
ax.axhline(
    penalty_only.score(X_test, y_test), color="0.5", ls="--", label="one penalty"
)
ax.set_xticks(places, [f"{strength:g}" for strength in strengths])
ax.set(xlabel="hyper_l2", ylabel="R2", title="Thirty weights that do not matter")
ax.legend()
plt.show()

# %%
# The more the weights are held back, the less the score of the search promises, and
# the nearer the score on new data comes to that of one penalty. Where the weights do
# matter, as above, holding them back costs little: :ref:`the user guide
# <many-hyperparameters>` has a table of more problems.
