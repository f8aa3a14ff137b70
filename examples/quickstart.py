"""
Three searches, one budget
==========================

:class:`~sklearn.model_selection.GridSearchCV`,
:class:`~skopt_evo.GeneticSearchCV` and :class:`~skopt_evo.GradientSearchCV` tune the
same support vector machine, each with 25 candidates.

The grid has to spread them evenly. The other two choose most of them in the light of
the scores seen before. Which of them does better depends on the data and the model:
this is one case, not a ranking.
"""

# sphinx_gallery_thumbnail_path = "_static/searches.svg"

import time

import numpy as np
from scipy.stats import loguniform
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV

X, y = load_breast_cancer(return_X_y=True)
model = make_pipeline(StandardScaler(), SVC())

grid = {"svc__C": np.logspace(-2, 4, 5), "svc__gamma": np.logspace(-6, 1, 5)}
ranges = {"svc__C": loguniform(1e-2, 1e4), "svc__gamma": loguniform(1e-6, 1e1)}

searches = [
    GridSearchCV(model, grid),
    GeneticSearchCV(model, ranges, n_iter=25, random_state=0),
    GradientSearchCV(model, ranges, n_iter=25, random_state=0),
]

print(f"{'search':<18}{'accuracy':>9}{'candidates':>12}{'seconds':>9}  best parameters")
for search in searches:
    start = time.perf_counter()
    search.fit(X, y)
    seconds = time.perf_counter() - start
    params = search.best_params_.items()
    best = ", ".join(f"{name}={value:.3g}" for name, value in params)
    print(
        f"{type(search).__name__:<18}{search.best_score_:>9.4f}"
        f"{len(search.cv_results_['params']):>12}{seconds:>9.1f}  {best}"
    )
