"""
Three ways over one landscape
=============================

An exhaustive search, gradient descent and a genetic search tune the same two
hyperparameters. A map of the loss shows where each of them goes.

The landscape has two valleys, and that is what tells the three apart: the grid sees
both at a high price, a descent sees the one that it starts in, a population spreads
over both.
"""

# %%
# The problem
# -----------
# Three kinds of wine are told apart by a logistic regression on two components of a
# kernel PCA. With the sigmoid kernel, ``tanh(gamma * x @ z + 1)``, this is two models
# in one. Where ``gamma`` is small the kernel is nearly linear, and so are the
# components. Where it is large the kernel is little more than the sign of ``x @ z``.
# Both do well; what lies in between does worse.

from sklearn.datasets import load_wine
from sklearn.decomposition import KernelPCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_wine(return_X_y=True)
pipeline = Pipeline(
    [
        ("scale", StandardScaler()),
        ("project", KernelPCA(n_components=2, kernel="sigmoid", gamma=0.03)),
        ("rescale", StandardScaler()),
        ("classify", LogisticRegression(C=0.03, max_iter=1000)),
    ]
)
settings = {
    "scoring": "neg_log_loss",
    "n_jobs": 2,
    "cv": StratifiedKFold(n_splits=3, shuffle=True, random_state=0),
}

# %%
# Exhaustive: the whole landscape
# -------------------------------
# A fine grid needs no idea of where to look. It takes a candidate for every dot, and
# with every further parameter several times as many.

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from sklearn.model_selection import GridSearchCV

gammas, Cs = np.logspace(-3, 2, 13), np.logspace(-2, 3, 11)
param_grid = {"classify__C": Cs, "project__gamma": gammas}
grid = GridSearchCV(pipeline, param_grid, **settings).fit(X, y)

losses = -grid.cv_results_["mean_test_score"].reshape(len(Cs), len(gammas))
levels = np.geomspace(losses.min(), losses.max(), 16)
light_blues = ListedColormap(plt.get_cmap("Blues")(np.linspace(0, 0.55, 15)))


def draw_landscape(ax, title):
    """Draw the losses of the grid: the lighter the better."""
    image = ax.contourf(gammas, Cs, losses, levels, cmap=light_blues, norm="log")
    ax.contour(gammas, Cs, losses, levels, colors="0.6", linewidths=0.4)
    ax.set(xscale="log", yscale="log", title=title)
    ax.set_xlabel("gamma of the kernel PCA")
    return image


def places(search):
    """Return where on the map the candidates of a search lie."""
    params = search.cv_results_["params"]
    return np.array([(p["project__gamma"], p["classify__C"]) for p in params]).T


def draw_best(ax, search):
    """Mark the best candidate of a search."""
    best = places(search)[:, search.best_index_]
    style = {"markerfacecolor": "C1", "markersize": 14, "clip_on": False}
    ax.plot(*best, "k*", label="best", **style)


fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
image = draw_landscape(ax, f"grid: {losses.size} candidates")
ax.plot(*places(grid), ".", color="0.25", markersize=2.5, clip_on=False)
draw_best(ax, grid)
ax.set_ylabel("C of the logistic regression")
fig.colorbar(image, label="log loss", ticks=levels[::3], format="%.2f")
plt.show()

# %%
# Gradient descent: the learning rate
# -----------------------------------
# A descent starts at the parameters that the estimator has: here a bad point, on the
# slope below the valley on the left. The plainest optimizer multiplies each gradient by
# the learning rate and goes that far downhill. With a rate that is too small it crawls,
# and the budget is used up on the way. With the right one it arrives. With one that is
# too large it jumps to the slope on the other side, and back again.
#
# A gradient is made of finite differences: the small dots are the candidates that they
# take. ``n_restarts=0`` keeps to this one start.

import pandas as pd
from scipy.stats import loguniform

from skopt_evo import GradientSearchCV

param_ranges = {
    "classify__C": loguniform(1e-2, 1e3),
    "project__gamma": loguniform(1e-3, 1e2),
}


def draw_probes(ax, search):
    """Mark the start of a descent, and the candidates that its gradients took."""
    is_probe = search.cv_results_["origin"] == "difference"
    probes, start = places(search)[:, is_probe], places(search)[:, 0]
    ax.plot(*probes, ".", color="0.35", markersize=4, clip_on=False, label="probe")
    ax.plot(*start, "ks", markerfacecolor="white", label="start")


fig, axes = plt.subplots(1, 3, figsize=(9, 3.6), sharey=True, layout="constrained")
descents = {}
for ax, learning_rate in zip(axes, [0.02, 0.2, 2.0], strict=True):
    search = GradientSearchCV(
        pipeline,
        param_ranges,
        n_iter=30,
        optimizer="sgd",
        learning_rate=learning_rate,
        n_restarts=0,
        random_state=0,
        **settings,
    )
    descents[learning_rate] = search.fit(X, y)
    draw_landscape(ax, f"learning_rate={learning_rate}")
    steps = places(search)[:, search.cv_results_["origin"] != "difference"]
    ax.plot(*steps, "ko-", markersize=4, linewidth=1, label="step")
    draw_probes(ax, search)
axes[0].set_ylabel("C of the logistic regression")
axes[2].legend(loc="lower right", fontsize="small")
plt.show()

# %%
# ``cv_results_`` tells the same in numbers: the log loss at each step.

columns = {}
for learning_rate, search in descents.items():
    results = pd.DataFrame(search.cv_results_)
    steps = results[results["origin"] != "difference"].set_index("iter")
    columns[f"learning_rate={learning_rate}"] = -steps["mean_test_score"]
pd.DataFrame(columns).round(3)

# %%
# A local optimum
# ---------------
# By default there is no learning rate to tune: steps get longer as long as they lead
# downhill, and one that does not is taken back. The descent ends in the same valley all
# the same, because the way to the other one leads uphill first.
#
# The genetic search tries the same start. The other candidates of its first generation
# are spread over the space, and the parents of the next ones are the best of them,
# wherever they lie. So most of the later generations, the darker dots, lie in the
# deeper valley.

# sphinx_gallery_thumbnail_number = 3
from skopt_evo import GeneticSearchCV

n_iter = 40
single = GradientSearchCV(
    pipeline, param_ranges, n_iter=n_iter, n_restarts=0, random_state=0, **settings
).fit(X, y)
genetic = GeneticSearchCV(
    pipeline, param_ranges, n_iter=n_iter, random_state=0, **settings
).fit(X, y)

fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
draw_landscape(axes[0], "one descent, adaptive steps")
scores = single.cv_results_["mean_test_score"]
improved = places(single)[:, scores >= np.maximum.accumulate(scores)]
axes[0].plot(*improved, "ko-", markersize=4, linewidth=1, label="improved")
draw_probes(axes[0], single)
draw_best(axes[0], single)
axes[0].set_ylabel("C of the logistic regression")
axes[0].legend(loc="lower right", fontsize="small")

draw_landscape(axes[1], "genetic search")
generations = genetic.cv_results_["iter"]
points = axes[1].scatter(
    *places(genetic), c=generations, cmap="inferno_r", edgecolor="black", linewidth=0.6
)
points.set_clip_on(False)
draw_best(axes[1], genetic)
fig.colorbar(points, label="generation", ticks=np.unique(generations))
plt.show()

# %%
# Restarts are another way to find the deeper valley, and what
# :class:`~skopt_evo.GradientSearchCV` does by default: descents from several starts
# share the budget, and the most promising ones go on.

restarted = GradientSearchCV(
    pipeline, param_ranges, n_iter=n_iter, random_state=0, **settings
).fit(X, y)

searches = {
    "grid": grid,
    "one descent, learning_rate=0.02": descents[0.02],
    "one descent, learning_rate=0.2": descents[0.2],
    "one descent, learning_rate=2": descents[2.0],
    "one descent, adaptive steps": single,
    "descents from several starts": restarted,
    "genetic search": genetic,
}
rows = [
    (name, len(search.cv_results_["params"]), -search.best_score_)
    for name, search in searches.items()
]
pd.DataFrame(rows, columns=["search", "candidates", "log loss"]).round(3)

# %%
# This is one landscape, not a ranking. :doc:`/user_guide/choosing` tells what speaks
# for each of the searches.
