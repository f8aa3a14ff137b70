"""Tasks that fit scikit-learn's models instead of looking scores up."""

import warnings

import numpy as np
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeClassifier


def make_ridge(scaler, poly, **parameters):
    scalers = {"std": StandardScaler(), "minmax": MinMaxScaler()}
    expansion = PolynomialFeatures(poly, include_bias=False)
    return make_pipeline(scalers[scaler], expansion, Ridge(**parameters))


def make_tree(**parameters):
    return DecisionTreeClassifier(random_state=0, **parameters)


class RealFits:
    """Cross-validated scores of a model, none of them below a floor."""

    def __init__(self, make_estimator, load, splitter, floor):
        X, y = load(return_X_y=True)
        order = np.random.default_rng(0).permutation(len(y))
        self._make_estimator, self._floor = make_estimator, floor
        self._X, self._y = X[order], y[order]
        self._splits = list(splitter.split(self._X, self._y))

    def __call__(self, configuration):
        """Return the scores, shape (n_folds,), of a configuration."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores = cross_val_score(
                self._make_estimator(**configuration),
                self._X,
                self._y,
                cv=self._splits,
                error_score=np.nan,
            )
        return np.fmax(scores, self._floor)


SHUFFLED = {"n_splits": 5, "shuffle": True, "random_state": 0}
REAL_FITS = {
    "real-ridge-diabetes": (make_ridge, load_diabetes, KFold(**SHUFFLED), -0.5),
    "real-tree-wine": (make_tree, load_wine, StratifiedKFold(**SHUFFLED), 0.0),
}
