# ruff: noqa: F401 - what is imported is used in the code of the rows
"""What goes in wrong, and what comes of it: one table for the tests and for the docs.

What goes in is written as code, which is run as it is: parameters of a search, and a
call. `DEFAULTS` has the parameters that a row leaves out. So the messages in the docs
are what the rows raise when the docs are built.
"""

import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import loguniform, randint, uniform
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, OneClassSVM

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.checkpoint import Journal
from skopt_evo.checkpoint._lines import pack
from skopt_evo.checkpoint._reading import FORMAT
from skopt_evo.descent import SPSA, FiniteDifference
from skopt_evo.ensemble import GreedyEnsemble, TopEnsemble
from skopt_evo.optimizers import Adam
from skopt_evo.preprocessing import ColumnMask
from skopt_evo.selection import OneStandardError
from skopt_evo.space import Mask, Vector
from skopt_evo.strategies.operators import BlendCrossover, TournamentSelection

SEARCHES = GeneticSearchCV, GradientSearchCV
# The sections of the table that are about one of them.
ONLY = {"genetic": [GeneticSearchCV], "gradient": [GradientSearchCV]}


@dataclass(frozen=True)
class Row:
    """Something that makes no sense.

    Attributes
    ----------
    title : str
        What it is.
    given : str
        Parameters of the search, as code.
    error : str
        The name of the exception's class.
    words : list of str
        What the message has to contain, with the notes of the exception.
    call : str
        What is called.
    fits : bool
        Whether anything is fitted before.
    is_kept : bool
        Whether the search has its results afterwards.
    """

    title: str
    given: str
    error: str
    words: list[str]
    call: str = "fit(X, y)"
    fits: bool = False
    is_kept: bool = False

    def run(self, search: type) -> tuple[Any, Exception]:
        """Return the search, None if there is none, and the error that it raised."""
        made = None
        with warnings.catch_warnings(), folder(search, self.given):
            warnings.simplefilter("ignore")
            try:
                made = search(**{**DEFAULTS, **eval(f"dict({self.given})")})
                eval(f"made.{self.call}")
            except Exception as error:
                return made, error
        raise AssertionError(f"{self} raised nothing")


def message_of(error: Exception) -> str:
    """Return the message of an exception, and its notes."""
    return "\n".join([str(error).strip(), *getattr(error, "__notes__", ())])


# ---- what the rows are written in

X, y = load_iris(return_X_y=True)
C = loguniform(1e-2, 1e2)
pipe = Pipeline([("scale", StandardScaler()), ("svc", SVC())])
masked = Pipeline([("columns", ColumnMask()), ("svc", SVC())])
trees = HistGradientBoostingClassifier(max_iter=2)
rows = np.arange(len(X))
missing = np.where(rows[:, np.newaxis] % 7 == 0, np.nan, X)
two_metrics = ["accuracy", "f1_macro"]

DEFAULTS = {
    "estimator": SVC(),
    "param_grid": {"C": C},
    "n_iter": 6,
    "cv": 2,
    "random_state": 0,
}


def fails(*args, **kwargs):
    raise RuntimeError("something is wrong")


def used_up():
    splits = KFold(2).split(X)
    list(splits)
    return splits


class NoEstimator:
    """A regressor that is no estimator of scikit-learn."""

    def fit(self, X, y):
        return self

    def predict(self, X, return_std=False):
        return np.zeros(len(X)), np.ones(len(X))

    def __repr__(self):
        return "NoEstimator()"


class Confused(GaussianProcessRegressor):
    """A surrogate that predicts nothing."""

    def predict(self, X, return_std=False, return_cov=False):
        return None


@dataclass
class Real:
    """A range of another library."""

    __module__ = "skopt.space.space"
    low: float
    high: float
    prior: str = "uniform"

    def rvs(self, n_samples=None, random_state=None):
        return [self.low]


class TooFewSplits:
    """A splitter that says one thing and does another."""

    def get_n_splits(self, X=None, y=None, groups=None):
        return 3

    def split(self, X, y=None, groups=None):
        yield rows[:100], rows[100:]


class Threes:
    """A splitter that has a validation set too."""

    def get_n_splits(self, X=None, y=None, groups=None):
        return 1

    def split(self, X, y=None, groups=None):
        yield [0, 1], [2, 3], [4, 5]


@dataclass(frozen=True)
class Lazy:
    """A way to get gradients that returns what it is told to."""

    around: Any
    slope: Any = None
    name = "lazy"
    step = 0.1

    def probes(self, point, steps, rng):
        return self.around

    def gradient(self, point, loss, probes, losses):
        return self.slope


@dataclass(frozen=True)
class NoSteps:
    """An optimizer that makes no steps."""

    rule: Any = None
    is_quasi_newton = False

    def transformation(self, learning_rate):
        return self.rule


class Short:
    """A transformation that forgets a parameter."""

    def init(self, params):
        return ()

    def update(self, grads, state, params):
        return grads[:1], state

    def __repr__(self):
        return "Short()"


@cache
def journal_of(search: type) -> bytes:
    """Return the file of a search that has come to its end."""
    with TemporaryDirectory() as path, chdir(path):
        search(**DEFAULTS, checkpoint="svc.journal").fit(X, y)
        return Path("svc.journal").read_bytes()


@contextmanager
def folder(search: type, given: str) -> Iterator[None]:
    """Change to a new folder, with the files that the rows on checkpoints name."""
    if "checkpoint=" not in given:
        yield
        return
    journal = journal_of(search)
    middle = len(journal) // 2
    damaged = bytes([journal[middle] ^ 1])
    files = {
        "notes.txt": b"Buy milk.\n",
        "svc.journal": journal,
        "damaged.journal": journal[:middle] + damaged + journal[middle + 1 :],
        "newer.journal": pack({"format": FORMAT, "version": 99}, b"")[0],
    }
    with TemporaryDirectory() as path, chdir(path):
        Path("results").mkdir()
        for name, contents in files.items():
            Path(name).write_bytes(contents)
        with Journal("used.journal", {}):
            yield


# ---- the table

RESULTS = 'initial_params={"params": [{"C": 1.0}], "mean_test_score"'
ALL_FAILED = ["fits failed", "error_score='raise'"]

TABLE = {
    "estimator": [
        Row(
            "no estimator",
            "estimator=3",
            "InvalidParameterError",
            ["'estimator'", "must be", "'fit'"],
        ),
        Row(
            "a class",
            "estimator=SVC",
            "TypeError",
            ["estimator=<class", "is a class", "e.g. SVC()"],
        ),
        Row(
            "what scikit-learn cannot copy",
            "estimator=NoEstimator()",
            "TypeError",
            ["Cannot clone object", "NoEstimator()", "get_params"],
        ),
        Row(
            "no score, and no scoring",
            'estimator=OneClassSVM(), param_grid={"nu": uniform(0.1, 0.8)}',
            "TypeError",
            ["scoring", "'score' method", "OneClassSVM()"],
            call="fit(X)",
        ),
        Row(
            "a parameter of its own that makes no sense",
            'estimator=SVC(kernel="rbv")',
            "ValueError",
            [*ALL_FAILED, "'kernel'", "'rbv'"],
            fits=True,
        ),
    ],
    "space": [
        Row(
            "a number",
            "param_grid=5",
            "SearchSpaceTypeError",
            ["dict or a list", "5", "int"],
        ),
        Row(
            "a string",
            'param_grid="C"',
            "SearchSpaceTypeError",
            ["dict or a list", "'C'"],
        ),
        Row(
            "an empty list",
            "param_grid=[]",
            "SearchSpaceError",
            ["param_grid", "empty", "No fits"],
        ),
        Row(
            "a list of something else",
            'param_grid=["C"]',
            "SearchSpaceTypeError",
            ["not a dict", "'C'"],
        ),
        Row(
            "a name that is no string",
            "param_grid={1: [1]}",
            "SearchSpaceTypeError",
            ["name 1"],
        ),
        Row(
            "a misspelt name",
            'param_grid={"gama": C}',
            "SearchSpaceError",
            ["'gama'", "Did you mean 'gamma'?", "Valid parameters", "'kernel'"],
        ),
        Row(
            "a name that the search would have",
            'param_grid={"estimator__C": C}',
            "SearchSpaceError",
            ["'estimator__C'", "Did you mean 'C'?"],
        ),
        Row(
            "a name without its step",
            'estimator=pipe, param_grid={"C": C}',
            "SearchSpaceError",
            ["'C'", "Did you mean 'svc__C'?"],
        ),
        Row(
            "a misspelt name in a step",
            'estimator=pipe, param_grid={"svc__c": C}',
            "SearchSpaceError",
            ["'svc__c'", "Did you mean 'svc__C'?"],
        ),
        Row(
            "a step that is not there",
            'estimator=pipe, param_grid={"svm__C": C}',
            "SearchSpaceError",
            ["'svm__C'", "Did you mean 'svc__C'?"],
        ),
        Row(
            "a name that not every estimator has",
            "estimator=pipe, param_grid="
            '{"svc": [SVC(), LogisticRegression()], "svc__gamma": C}',
            "SearchSpaceError",
            ["'svc__gamma'", "LogisticRegression", "list of dicts"],
        ),
        Row(
            "a misspelt name in one branch",
            'param_grid=[{"kernel": ["rbf"], "C": C}, '
            '{"kernel": ["poly"], "degre": [2, 3]}]',
            "SearchSpaceError",
            ["'degre'", "Did you mean 'degree'?"],
        ),
        Row(
            "one value in one branch",
            'param_grid=[{"C": C}, {"C": 3}]',
            "SearchSpaceTypeError",
            ["'C'", "got 3", "Allowed"],
        ),
        Row(
            "no values",
            'param_grid={"C": []}',
            "SearchSpaceError",
            ["'C'", "Allowed"],
        ),
        Row(
            "one value",
            'param_grid={"C": 1.0}',
            "SearchSpaceTypeError",
            ["'C'", "1.0", "Allowed"],
        ),
        Row(
            "a string for a list",
            'param_grid={"kernel": "rbf"}',
            "SearchSpaceTypeError",
            ["'kernel'", "rbf", "Allowed"],
        ),
        Row(
            "a set, which has no order",
            'param_grid={"C": {1, 2}}',
            "SearchSpaceTypeError",
            ["'C'", "of type set", "Allowed"],
        ),
        Row(
            "a generator",
            'param_grid={"C": (10**k for k in range(3))}',
            "SearchSpaceTypeError",
            ["'C'", "of type generator", "Allowed"],
        ),
        Row(
            "limits as another library has them",
            'param_grid={"C": {"low": 0.1, "high": 10}}',
            "SearchSpaceTypeError",
            ["'C'", "'low'", "Pass scipy.stats.loguniform(0.1, 10.0)", "Allowed"],
        ),
        Row(
            "a table of values",
            'param_grid={"C": np.ones((2, 2))}',
            "SearchSpaceError",
            ["'C'", "Allowed"],
        ),
        Row(
            "a frame of values",
            'param_grid={"C": pd.DataFrame({"C": range(100)})}',
            "SearchSpaceTypeError",
            ["'C'", "<DataFrame of shape (100, 1)>", "Allowed"],
        ),
        Row(
            "a range with the name of its scale",
            'param_grid={"C": (1e-6, 1e6, "log-uniform")}',
            "SearchSpaceTypeError",
            ["'C'", "3 categories", "scipy.stats.loguniform(1e-06, 1000000.0)"],
        ),
        Row(
            "an object of another library",
            'param_grid={"C": Real(1e-6, 1e6, prior="log-uniform")}',
            "SearchSpaceTypeError",
            ["'C'", "skopt", "scipy.stats.loguniform(1e-06, 1000000.0)"],
        ),
        Row(
            "an object of another library in a list",
            'param_grid={"C": [Real(1, 8)]}',
            "SearchSpaceTypeError",
            ["'C'", "skopt", "scipy.stats.uniform(1.0, 7.0)"],
        ),
        Row(
            "a distribution in a list",
            'param_grid={"C": [loguniform(1, 10)]}',
            "SearchSpaceError",
            ["'C'", "is a distribution", "by itself: loguniform(1, 10)"],
        ),
        Row(
            "a number for each layer",
            "estimator=MLPClassifier(), "
            'param_grid={"hidden_layer_sizes": (randint(8, 65), randint(8, 65))}',
            "SearchSpaceError",
            ["'hidden_layer_sizes'", "Vector(randint(8, 65), size=2)"],
        ),
        Row(
            "a number or a word",
            'param_grid={"gamma": ["scale", loguniform(1e-3, 1)]}',
            "SearchSpaceError",
            ["'gamma'", "loguniform(0.001, 1) is a distribution", "list of dicts"],
        ),
        Row(
            "a distribution without its arguments",
            'param_grid={"C": loguniform}',
            "SearchSpaceError",
            ["'C'", "not frozen", "loguniform(...)"],
        ),
        Row(
            "a range upside down",
            'param_grid={"C": loguniform(10, 1)}',
            "SearchSpaceError",
            ["'C'", "improper", "10, 1", "low < high"],
        ),
        Row(
            "a logarithmic range from 0",
            'param_grid={"C": loguniform(0, 1)}',
            "SearchSpaceError",
            ["'C'", "improper", "0, 1", "0 < low"],
        ),
        Row(
            "a range of no width",
            'param_grid={"degree": randint(5, 5)}',
            "SearchSpaceError",
            ["'degree'", "improper", "5, 5", "low < high"],
        ),
        Row(
            "values that the estimator refuses",
            'param_grid={"C": uniform(-2, 1)}',
            "SearchSpaceError",
            ["No value of parameter 'C'", "-2.0 to -1.0", "(0.0, inf", "(low, width)"],
        ),
        Row(
            "floats for a parameter of integers",
            'param_grid={"degree": uniform(1, 10)}',
            "SearchSpaceError",
            ["'degree'", "1.0 to 11.0", "must be an int", "scipy.stats.randint(1, 12)"],
        ),
        Row(
            "the same in a step, on a logarithmic scale",
            'estimator=pipe, param_grid={"svc__degree": loguniform(1, 10)}',
            "SearchSpaceError",
            ["'svc__degree'", "must be an int", "scipy.stats.randint(1, 11)"],
        ),
        Row(
            "a word that the estimator does not know",
            'param_grid=[{"C": C}, {"kernel": ["rbv"]}]',
            "SearchSpaceError",
            ["'kernel'", "param_grid[1]", "['rbv']", "'rbf'", "Pass other values"],
        ),
        Row(
            "values that do not suit the data",
            'param_grid={"class_weight": [{"setosa": 2.0}]}',
            "ValueError",
            [*ALL_FAILED, "[0, 1, 2]", "class_weight"],
            fits=True,
        ),
        Row(
            "a vector of a list",
            'param_grid={"C": Vector([1, 2], size=3)}',
            "SearchSpaceTypeError",
            ["Vector", "distribution=[1, 2]", "loguniform"],
        ),
        Row(
            "an empty vector",
            'param_grid={"C": Vector(C, size=0)}',
            "SearchSpaceError",
            ["Vector", "size=0", "int >= 1"],
        ),
        Row(
            "a mask of half a column",
            'param_grid={"C": Mask(2.5)}',
            "SearchSpaceTypeError",
            ["Mask", "size=2.5", "X.shape[1]"],
        ),
        Row(
            "a mask for other data",
            'estimator=masked, param_grid={"columns__mask": Mask(3)}',
            "ValueError",
            [*ALL_FAILED, "3 entries", "4 columns", "Mask(X.shape[1])"],
        ),
    ],
    "running": [
        Row(
            "no candidate", "n_iter=0", "InvalidParameterError", ["n_iter", "[1, inf)"]
        ),
        Row(
            "half a candidate",
            "n_iter=2.5",
            "InvalidParameterError",
            ["n_iter", "int", "2.5"],
        ),
        Row("True", "n_iter=True", "ValueError", ["n_iter=True", "bool", "[1, inf)"]),
        Row(
            "a parameter that there is not",
            "generations=40",
            "TypeError",
            ["'generations'", "Pass n_iter", "in all"],
        ),
        Row(
            "the name of another library for the budget",
            "n_trials=40",
            "TypeError",
            ["'n_trials'", "Pass n_iter", "in all"],
        ),
        Row(
            "the name of another search for the space",
            'param_distributions={"C": C}',
            "TypeError",
            ["'param_distributions'", "Pass it as param_grid"],
        ),
        Row(
            "a misspelt parameter",
            "n_iters=40",
            "TypeError",
            ["'n_iters'", "Did you mean 'n_iter'?"],
        ),
        Row(
            "the same, later",
            "",
            "ValueError",
            ["'generations'", "Valid parameters", "'n_iter'"],
            call="set_params(generations=40)",
        ),
        Row(
            "no seed",
            'random_state="x"',
            "InvalidParameterError",
            ["random_state", "'x'"],
        ),
        Row(
            "one of NumPy's new generators",
            "random_state=np.random.default_rng(0)",
            "InvalidParameterError",
            ["random_state", "RandomState", "Generator"],
        ),
        Row(
            "patience of 0 candidates",
            "n_iter_no_change=0",
            "InvalidParameterError",
            ["n_iter_no_change", "[1, inf)"],
        ),
        Row(
            "a switch for patience",
            "n_iter_no_change=True",
            "ValueError",
            ["n_iter_no_change=True", "bool", "int"],
        ),
        Row("a negative tol", "tol=-1", "InvalidParameterError", ["tol", "[0.0, inf)"]),
        Row(
            "no time",
            "timeout=0",
            "InvalidParameterError",
            ["timeout", "(0.0, inf)", "None"],
        ),
        Row(
            "time with a unit",
            'timeout="1h"',
            "InvalidParameterError",
            ["timeout", "'1h'", "float"],
        ),
        Row(
            "a fit that may take less than no time",
            "fit_timeout=-1",
            "InvalidParameterError",
            ["fit_timeout", "(0.0, inf)", "None"],
        ),
        Row(
            "a limit for the fits of a search inside another parallel call",
            'estimator=GeneticSearchCV(SVC(), {"C": C}, fit_timeout=60, n_jobs=2), '
            'param_grid={"tol": [0.0, 1e-3]}, n_jobs=2, error_score="raise"',
            "ValueError",
            ["fit_timeout=60", "inside another parallel call", "Set n_jobs=1"],
        ),
        Row("no workers", "n_jobs=0", "ValueError", ["n_jobs == 0"]),
        Row(
            "workers in words",
            'n_jobs="all"',
            "InvalidParameterError",
            ["n_jobs", "'all'", "int"],
        ),
        Row(
            "half a dispatch",
            "pre_dispatch=2.5",
            "InvalidParameterError",
            ["pre_dispatch", "2.5"],
        ),
        Row(
            "an error_score in words",
            'error_score="ignore"',
            "InvalidParameterError",
            ["error_score", "'raise'", "'ignore'"],
        ),
        Row(
            "a failed fit that is to raise",
            'estimator=SVC(kernel="rbv"), error_score="raise"',
            "InvalidParameterError",
            ["'kernel'", "'rbv'"],
            fits=True,
        ),
    ],
    "scoring": [
        Row(
            "a misspelt metric",
            'scoring="acuracy"',
            "InvalidParameterError",
            ["scoring", "acuracy"],
        ),
        Row(
            "a misspelt metric of several",
            'scoring={"a": "acuracy"}, refit="a"',
            "InvalidParameterError",
            ["scoring", "acuracy"],
        ),
        Row(
            "a metric that is no scorer",
            "scoring=accuracy_score",
            "ValueError",
            ["accuracy_score", "make_scorer"],
        ),
        Row("no metric", "scoring=[]", "ValueError", ["Empty list"]),
        Row("an empty dict", "scoring={}", "ValueError", ["empty dict"]),
        Row(
            "a metric twice",
            'scoring=["accuracy", "accuracy"]',
            "ValueError",
            ["Duplicate", "accuracy"],
        ),
        Row(
            "a name that is no string",
            'scoring={1: "accuracy"}, refit=False',
            "ValueError",
            ["Non-string", "scoring={1: 'accuracy'}"],
        ),
        Row(
            "a scorer that returns a string",
            'scoring=lambda estimator, X, y: "good"',
            "ValueError",
            ["scoring must return a number", "good"],
            fits=True,
        ),
        Row(
            "a scorer that returns a list",
            "scoring=lambda estimator, X, y: [0.5, 0.6]",
            "ValueError",
            ["scoring must return a number", "[0.5, 0.6]"],
            fits=True,
        ),
        Row(
            "a scorer that fails, when that is to raise",
            'scoring=fails, error_score="raise"',
            "RuntimeError",
            ["something is wrong"],
            fits=True,
        ),
    ],
    "ensemble": [
        Row(
            "an ensemble that there is not",
            'ensemble="gready"',
            "ValueError",
            ["ensemble='gready'", "Did you mean 'greedy'", "skopt_evo.ensemble"],
        ),
        Row(
            "the class of an ensemble",
            "ensemble=GreedyEnsemble",
            "TypeError",
            ["ensemble=<class", "is no ensemble", "GreedyEnsemble(n_rounds=50)"],
        ),
        Row(
            "a size of 0",
            "ensemble=TopEnsemble(0)",
            "ValueError",
            ["TopEnsemble", "n=0", ">= 1"],
        ),
        Row(
            "nothing to be refitted",
            'ensemble="folds", refit=False',
            "ValueError",
            ["refit=False", "best_estimator_", "return_predictions=True"],
        ),
        Row(
            "an average of outliers",
            'ensemble="folds", estimator=OneClassSVM(), param_grid={"nu": [0.1, 0.5]}, '
            "scoring=lambda estimator, X, y: 1.0",
            "ValueError",
            ["classifiers and regressors", "OneClassSVM", "ensemble=None"],
        ),
        Row(
            "predictions that are neither kept nor left out",
            'return_predictions="yes"',
            "InvalidParameterError",
            ["return_predictions", "'yes'", "bool"],
        ),
    ],
    "refit": [
        Row("a number", "refit=3", "InvalidParameterError", ["refit", "3", "callable"]),
        Row(
            "several metrics, and none to choose by",
            "scoring=two_metrics",
            "ValueError",
            ["refit", "scorer key", "True was passed"],
        ),
        Row(
            "a metric that there is not",
            'scoring=two_metrics, refit="f2"',
            "ValueError",
            ["refit", "scorer key", "'f2' was passed"],
        ),
        Row(
            "the same, of a scorer that returns several metrics",
            'scoring=lambda estimator, X, y: {"a": 1.0, "b": 2.0}, refit="c"',
            "ValueError",
            ["refit", "scorer key", "'c' was passed"],
            fits=True,
        ),
        Row(
            "a function that returns no row",
            "refit=lambda results: 10**6",
            "IndexError",
            ["best_index_", "refit=<function", "1000000", "from 0 to 5", "kept"],
            fits=True,
            is_kept=True,
        ),
        Row(
            "a function that counts from the end",
            "refit=lambda results: -1",
            "IndexError",
            ["best_index_", "refit=<function", "-1", "from 0 to 5", "kept"],
            fits=True,
            is_kept=True,
        ),
        Row(
            "a function that returns parameters",
            'refit=lambda results: results["params"][0]',
            "TypeError",
            ["best_index_", "refit=<function", "{'C': 1.0}", "from 0 to 5", "kept"],
            fits=True,
            is_kept=True,
        ),
        Row(
            "a function that returns nothing",
            "refit=lambda results: None",
            "TypeError",
            ["best_index_", "refit=<function", "None", "from 0 to 5", "kept"],
            fits=True,
            is_kept=True,
        ),
        Row(
            "a function that fails",
            'refit=lambda results: results["mean_test_accuracy"].argmax()',
            "KeyError",
            ["mean_test_accuracy", "refit=<function", "cv_results_"],
            fits=True,
            is_kept=True,
        ),
        Row(
            "a rule for a parameter that was not searched",
            'refit=OneStandardError({"gamma": "smaller"})',
            "ValueError",
            ["'gamma'", "neither a parameter", "['C']", "refit=OneStandardError"],
            fits=True,
            is_kept=True,
        ),
        Row(
            "a rule that takes sides with nobody",
            'refit=OneStandardError({"C": "small"})',
            "ValueError",
            ["order['C']='small'", "Did you mean 'smaller'?"],
        ),
        Row(
            "a rule that does not know by which metric",
            'scoring=two_metrics, refit=OneStandardError({"C": "smaller"})',
            "ValueError",
            ["metric=None", "'f1_macro'", "refit=OneStandardError"],
            fits=True,
            is_kept=True,
        ),
        Row(
            "data that only a part of the splits can do with",
            "",
            "ValueError",
            ["inhomogeneous"],
            call="fit(X.tolist()[:-1] + [[1.0]], y)",
            fits=True,
            is_kept=True,
        ),
    ],
    "cv": [
        Row("a word", 'cv="five"', "InvalidParameterError", ["cv", "'five'"]),
        Row("one split", "cv=1", "InvalidParameterError", ["cv", "[2, inf)"]),
        Row("a class", "cv=KFold", "TypeError", ["cv=<class", "e.g. KFold()"]),
        Row("no splits", "cv=[]", "ValueError", ["No fits were performed", "cv=[]"]),
        Row(
            "a generator that another fit has used up",
            "cv=used_up()",
            "ValueError",
            ["No fits were performed", "cv=<generator", "only once", "list"],
        ),
        Row(
            "more splits than samples of a class",
            "cv=51",
            "ValueError",
            ["n_splits=51", "class"],
        ),
        Row(
            "no pairs",
            "cv=[1, 2]",
            "TypeError",
            ["unpack", "cv, a list,", "pairs of arrays"],
        ),
        Row(
            "three parts",
            "cv=[(rows[:50], rows[50:100], rows[100:])]",
            "ValueError",
            ["unpack", "cv, a list,", "pairs of arrays"],
        ),
        Row(
            "rows that the data do not have",
            "cv=[(rows, rows + 100)]",
            "IndexError",
            ["test set of split 0 of cv", "from 100 to 249", "150 samples", "0 to 149"],
        ),
        Row(
            "no test set",
            "cv=[(rows, [])]",
            "ValueError",
            ["test set of split 0 of cv", "empty"],
        ),
        Row(
            "no training set",
            "cv=[(rows[:100], rows[100:]), (rows < 0, rows > 50)]",
            "ValueError",
            ["training set of split 1 of cv", "empty"],
        ),
        Row(
            "rows that are no integers",
            "cv=[(rows / 2, rows / 2)]",
            "ValueError",
            ["training set of split 0 of cv", "float64", "row numbers", "150 booleans"],
        ),
        Row(
            "a mask that is too short",
            "cv=[(rows > 50, rows[:100] < 50)]",
            "ValueError",
            ["test set of split 0 of cv", "(100,)", "150 booleans"],
        ),
        Row(
            "a splitter that miscounts",
            "cv=TooFewSplits()",
            "ValueError",
            ["get_n_splits", "Expected 3 splits, got 1"],
        ),
        Row(
            "a splitter that makes three parts",
            "cv=Threes()",
            "ValueError",
            ["Split 0 of cv is ([0, 1], [2, 3], [4, 5])", "pairs of arrays"],
        ),
        Row(
            "groups that are not passed",
            "cv=GroupKFold(3)",
            "ValueError",
            ["'groups'", "None"],
        ),
        Row(
            "groups of some samples only",
            "cv=GroupKFold(3)",
            "ValueError",
            ["inconsistent numbers of samples", "150", "3"],
            call="fit(X, y, groups=[0, 1, 2])",
        ),
        Row(
            "fewer groups than splits",
            "cv=GroupKFold(3)",
            "ValueError",
            ["n_splits=3", "groups", "1"],
            call="fit(X, y, groups=np.zeros(150))",
        ),
        Row(
            "strata of a continuous target",
            "cv=StratifiedKFold(3)",
            "ValueError",
            ["continuous"],
            call="fit(X, X[:, 0])",
        ),
    ],
    "data": [
        Row(
            "different lengths",
            "",
            "ValueError",
            ["inconsistent numbers of samples", "[150, 149]"],
            call="fit(X, y[:-1])",
        ),
        Row("no X", "", "TypeError", ["NoneType"], call="fit(None, y)"),
        Row(
            "no target",
            "",
            "ValueError",
            [*ALL_FAILED, "'y'"],
            call="fit(X)",
            fits=True,
        ),
        Row("no samples", "", "ValueError", ["0"], call="fit(X[:0], y[:0])"),
        Row(
            "one sample",
            "",
            "ValueError",
            ["n_splits=2", "1"],
            call="fit(X[:1], y[:1])",
        ),
        Row(
            "no features",
            "",
            "ValueError",
            [*ALL_FAILED, "0 feature(s)"],
            call="fit(X[:, :0], y)",
            fits=True,
        ),
        Row(
            "one column that is no table",
            "",
            "ValueError",
            [*ALL_FAILED, "Expected 2D array", "reshape(-1, 1)"],
            call="fit(X[:, 0], y)",
            fits=True,
        ),
        Row(
            "a single class",
            "",
            "ValueError",
            [*ALL_FAILED, "classes", "1 class"],
            call="fit(X, np.zeros(150))",
            fits=True,
        ),
        Row(
            "a target of a regression for a classifier",
            "",
            "ValueError",
            [*ALL_FAILED, "continuous"],
            call="fit(X, X[:, 0])",
            fits=True,
        ),
        Row(
            "two targets for one",
            "",
            "ValueError",
            [*ALL_FAILED, "1d array", "(75, 2)"],
            call="fit(X, np.column_stack([y, y]))",
            fits=True,
        ),
        Row(
            "missing values, where the estimator takes none",
            "",
            "ValueError",
            [*ALL_FAILED, "X contains NaN"],
            call="fit(missing, y)",
            fits=True,
        ),
        Row(
            "infinity",
            "",
            "ValueError",
            [*ALL_FAILED, "X contains infinity"],
            call="fit(1 / (X - X), y)",
            fits=True,
        ),
        Row(
            "text",
            "",
            "ValueError",
            [*ALL_FAILED, "could not convert string to float"],
            call='fit(np.full(X.shape, "a"), y)',
            fits=True,
        ),
        Row(
            "a missing target",
            "",
            "ValueError",
            ["y contains NaN"],
            call="fit(X, np.where(y == 0, np.nan, y))",
        ),
        Row(
            "weights of some samples only",
            "",
            "ValueError",
            [*ALL_FAILED, "weight"],
            call="fit(X, y, sample_weight=np.ones(149))",
            fits=True,
        ),
        Row(
            "a parameter that fit does not have",
            "",
            "ValueError",
            [*ALL_FAILED, "'weights'"],
            call="fit(X, y, weights=np.ones(150))",
            fits=True,
        ),
        Row(
            "a prediction before the fit",
            "",
            "NotFittedError",
            ["not fitted yet", "'fit'"],
            call="predict(X)",
        ),
        Row(
            "a prediction without a refit",
            "refit=False",
            "AttributeError",
            ["'predict'"],
            call="fit(X, y).predict(X)",
            fits=True,
            is_kept=True,
        ),
        Row(
            "fewer features than in the fit",
            "",
            "ValueError",
            ["2 features", "4 features"],
            call="fit(X, y).predict(X[:, :2])",
            fits=True,
            is_kept=True,
        ),
    ],
    "initial_params": [
        Row(
            "a string",
            'initial_params="best"',
            "TypeError",
            ["initial_params='best'", "list of dicts"],
        ),
        Row(
            "a number",
            "initial_params=3",
            "TypeError",
            ["initial_params=3", "list of dicts", "cv_results_"],
        ),
        Row(
            "numbers",
            "initial_params=[1.0]",
            "TypeError",
            ["Element 0 is no dict: 1.0"],
        ),
        Row(
            "one dict",
            'initial_params={"C": 1.0}',
            "ValueError",
            ["['C']", "no cv_results_", "list of dicts"],
        ),
        Row(
            "an empty dict",
            "initial_params={}",
            "ValueError",
            ["no cv_results_", "'params'"],
        ),
        Row(
            "out of range",
            'initial_params=[{"C": 1.0}, {"C": 1e3}]',
            "ValueError",
            ["initial_params[1]", "1000.0", "'C'", "Widen param_grid"],
        ),
        Row(
            "a value of another type",
            'initial_params=[{"C": "1"}]',
            "ValueError",
            ["initial_params[0]", "'1'"],
        ),
        Row(
            "a misspelt name",
            'initial_params=[{"c": 1.0}]',
            "ValueError",
            ["initial_params[0]", "['c']", "['C']"],
        ),
        Row(
            "a name too many",
            'initial_params=[{"C": 1.0, "gamma": 1.0}]',
            "ValueError",
            ["initial_params[0]", "['gamma']", "['C']"],
        ),
        Row(
            "names of two dicts of the space",
            'param_grid=[{"C": C}, {"gamma": C}], '
            'initial_params=[{"C": 1.0, "gamma": 1.0}]',
            "ValueError",
            [
                "initial_params[0]",
                "No dict of param_grid",
                "['C', 'gamma']",
                "one dict",
            ],
        ),
        Row(
            "a part of a candidate, out of range",
            'param_grid={"C": C, "gamma": C}, initial_params=[{"C": 1e3}]',
            "ValueError",
            ["initial_params[0]", "1000.0", "'C'", "Widen param_grid"],
        ),
        Row(
            "results by another metric",
            'initial_params={"params": [{"C": 1.0}], "mean_test_accuracy": [0.5]}',
            "ValueError",
            ["metrics ['accuracy']", "needs ['score']", "same scoring"],
        ),
        Row(
            "results without the metric to improve",
            'scoring=two_metrics, refit="f1_macro", '
            'initial_params={"params": [{"C": 1.0}], "mean_test_accuracy": [0.5]}',
            "ValueError",
            ["metrics ['accuracy']", "needs ['f1_macro']", "same scoring"],
        ),
        Row(
            "the same, of a scorer that returns several metrics",
            'scoring=lambda estimator, X, y: {"a": 1.0, "b": 1.0}, refit="b", '
            'initial_params={"params": [{"C": 1.0}], "mean_test_a": [0.5], '
            '"mean_test_c": [0.5]}',
            "ValueError",
            ["metrics ['a', 'c']", "needs ['b']"],
        ),
        Row(
            "results without a metric",
            'initial_params={"params": [{"C": 1.0}]}',
            "ValueError",
            ["metrics []", "needs ['score']"],
        ),
        Row(
            "results of another space",
            'initial_params={"params": [{"gamma": 1.0}], "mean_test_score": [0.5]}',
            "ValueError",
            ["none of the candidates", "['C']", "similar space"],
        ),
        Row(
            "results out of range",
            'initial_params={"params": [{"C": 1e9}], "mean_test_score": [0.5]}',
            "ValueError",
            ["none of the candidates", "['C']"],
        ),
        Row(
            "results without a candidate",
            'initial_params={"params": [], "mean_test_score": []}',
            "ValueError",
            ["none of the candidates"],
        ),
        Row(
            "results from a text file, without the columns of the parameters",
            """initial_params={"params": ["{'C': 1.0}"], "mean_test_score": [0.5]}""",
            "TypeError",
            ["params[0]", "no dict", "param_<name>", "all columns of the file"],
        ),
        Row(
            "results from a text file, with values that no text tells",
            'param_grid={"kernel": [fails, "rbf"], "C": C}, '
            'initial_params=pd.DataFrame({"params": ["text"], '
            '"param_kernel": ["<function fails>"], "param_C": [1.0], '
            '"mean_test_score": [0.5]})',
            "ValueError",
            ["1 of 1 candidates", "'<function fails>'", "'kernel'", "pickle"],
        ),
        Row(
            "a frame that has no results",
            'initial_params=pd.DataFrame({"C": range(100)})',
            "ValueError",
            ["['C']", "no cv_results_", "as a DataFrame"],
        ),
        Row(
            "columns of different lengths",
            f"{RESULTS}: [0.5, 0.6]}}",
            "ValueError",
            ["initial_params", "mean_test_score=[0.5, 0.6]", "1 numbers"],
        ),
        Row(
            "a column of words",
            f'{RESULTS}: ["good"]}}',
            "ValueError",
            ["initial_params", "mean_test_score=['good']", "1 numbers"],
        ),
        Row(
            "no column",
            f"{RESULTS}: 0.5}}",
            "TypeError",
            ["initial_params", "mean_test_score=0.5", "no column"],
        ),
    ],
    "checkpoint": [
        Row(
            "no path",
            "checkpoint=3",
            "InvalidParameterError",
            ["checkpoint", "3", "str"],
        ),
        Row(
            "a folder",
            'checkpoint="results"',
            "CheckpointError",
            ["'results'", "cannot be opened", "path of a file"],
        ),
        Row(
            "a folder that is not there",
            'checkpoint="nowhere/svc.journal"',
            "CheckpointError",
            ["'nowhere/svc.journal'", "cannot be opened", "a folder that is there"],
        ),
        Row(
            "a folder where nobody may write",
            'checkpoint="/sys/svc.journal"',
            "CheckpointError",
            ["'/sys/svc.journal'", "cannot be opened", "read and written"],
        ),
        Row(
            "another kind of file",
            'checkpoint="notes.txt"',
            "CheckpointError",
            ["'notes.txt'", "no checkpoint", "not there yet"],
        ),
        Row(
            "a file with one bit changed",
            'checkpoint="damaged.journal"',
            "CheckpointError",
            ["'damaged.journal'", "damaged in line", "at byte", "head -n"],
        ),
        Row(
            "a file of a later version",
            'checkpoint="newer.journal"',
            "CheckpointError",
            ["'newer.journal'", "version 99", "another path"],
        ),
        Row(
            "a file that another search is using",
            'checkpoint="used.journal"',
            "CheckpointLockedError",
            ["'used.journal'"],
        ),
        Row(
            "other data",
            'checkpoint="svc.journal"',
            "CheckpointMismatchError",
            ["the data (X)", "another path"],
            call="fit(X + 1, y)",
        ),
        Row(
            "other targets",
            'checkpoint="svc.journal"',
            "CheckpointMismatchError",
            ["the targets (y)", "another path"],
            call="fit(X, y[::-1])",
        ),
        Row(
            "other weights",
            'checkpoint="svc.journal"',
            "CheckpointMismatchError",
            ["sample_weight", "another path"],
            call="fit(X, y, sample_weight=np.ones(150))",
        ),
        Row(
            "other splits",
            'checkpoint="svc.journal", cv=3',
            "CheckpointMismatchError",
            ["the splits", "another path"],
        ),
        Row(
            "another metric",
            'checkpoint="svc.journal", scoring="f1_macro"',
            "CheckpointMismatchError",
            ["scoring", "another path"],
        ),
        Row(
            "another estimator",
            'checkpoint="svc.journal", estimator=SVC(kernel="poly")',
            "CheckpointMismatchError",
            ["the estimator", "another path"],
        ),
        Row(
            "another space",
            'checkpoint="svc.journal", param_grid={"C": loguniform(1, 10)}',
            "CheckpointMismatchError",
            ["param_grid", "another path"],
        ),
        Row(
            "other settings",
            'checkpoint="svc.journal", error_score=0.0',
            "CheckpointMismatchError",
            ["settings of the search", "another path"],
        ),
        Row(
            "another seed",
            'checkpoint="svc.journal", random_state=1',
            "CheckpointMismatchError",
            ["random_state, which comes to 1", "None", "another path"],
        ),
        Row(
            "fewer candidates than before",
            'checkpoint="svc.journal", n_iter=3',
            "CheckpointMismatchError",
            ["n_iter=3", "6 candidates", "more to extend"],
        ),
    ],
    "genetic": [
        Row(
            "a population of one",
            "population_size=1",
            "InvalidParameterError",
            ["population_size", "[2, inf)", "1"],
        ),
        Row(
            "a population larger than the budget",
            "population_size=20, n_iter=10",
            "ValueError",
            ["population_size=20", "n_iter=10", "Raise n_iter"],
        ),
        Row(
            "a misspelt selection",
            'selection="turnament"',
            "ValueError",
            ["selection='turnament'", "Did you mean 'tournament'?", "'truncation'"],
        ),
        Row(
            "a tournament without members",
            "selection=TournamentSelection(size=0)",
            "ValueError",
            ["TournamentSelection", "size=0", "int >= 1"],
        ),
        Row(
            "no crossover",
            "crossover=3",
            "TypeError",
            ["crossover=3", "'uniform'", "callable"],
        ),
        Row(
            "a negative reach",
            "crossover=BlendCrossover(alpha=-1)",
            "ValueError",
            ["BlendCrossover", "alpha=-1", ">= 0"],
        ),
        Row(
            "a mutation that there is not",
            'mutation="none"',
            "ValueError",
            ["mutation='none'", "'gaussian'"],
        ),
        Row(
            "a misspelt survival",
            'survival="eltist"',
            "ValueError",
            ["survival='eltist'", "Did you mean 'elitist'?", "'age'", "'comma'"],
        ),
        Row(
            "a class",
            "survival=dict",
            "TypeError",
            ["survival", "is a class", "dict()"],
        ),
        Row(
            "a crossover that returns nothing",
            "crossover=lambda first, second, layout, rng: None",
            "ValueError",
            ["returned None", "expected an array of shape", "crossover=<function"],
        ),
        Row(
            "a crossover with other arguments",
            "crossover=lambda first, second: first",
            "TypeError",
            ["arguments", "crossover=<function", "Nothing has been fitted"],
        ),
        Row(
            "a mutation that loses children",
            "mutation=lambda genomes, steps, layout, rng: genomes[:1]",
            "ValueError",
            ["(1, 1)", "expected an array of shape (4, 1)", "mutation=<function"],
        ),
        Row(
            "a selection of nobody",
            "selection=lambda losses, size, rng: []",
            "ValueError",
            ["returned []", "expected 40 row numbers", "from 0 to"],
            fits=True,
        ),
        Row(
            "survival of too many",
            "survival=lambda losses, ages, size, rng: range(100)",
            "ValueError",
            ["returned range(0, 100)", "at most", "row numbers from 0 to"],
            fits=True,
        ),
        Row(
            "an operator that fails",
            "mutation=fails",
            "RuntimeError",
            ["something is wrong", "mutation=<function fails", "Nothing has been"],
        ),
        Row(
            "a strategy that there is not",
            'strategy="genetic"',
            "InvalidParameterError",
            ["'genetic'", "steady_state", "generational", "differential_evolution"],
        ),
        Row(
            "several metrics, and a strategy for one",
            'strategy="differential_evolution", scoring=two_metrics, refit=False',
            "ValueError",
            [
                "differential_evolution",
                "single metric",
                "accuracy",
                "Name one by refit",
            ],
        ),
        Row(
            "perhaps several metrics, and a strategy for one",
            'strategy="differential_evolution", refit=lambda results: 0, '
            'scoring=lambda estimator, X, y: {"a": 1.0, "b": 2.0}',
            "ValueError",
            ["differential_evolution", "single metric", "steady_state"],
        ),
        Row(
            "nothing in flight",
            "lookahead=0",
            "InvalidParameterError",
            ["lookahead", "[1, inf)", "0"],
        ),
        Row(
            "a switch for lookahead",
            "lookahead=True",
            "ValueError",
            ["lookahead=True", "bool", "int"],
        ),
        Row(
            "an abbreviated surrogate",
            'surrogate="gp"',
            "ValueError",
            ["surrogate='gp'", '"auto"', "None", "return_std"],
        ),
        Row(
            "a number for a surrogate",
            "surrogate=3",
            "TypeError",
            ["surrogate=3", "regressor", "lacks fit and predict and get_params"],
        ),
        Row(
            "a surrogate that does not predict",
            "surrogate=StandardScaler()",
            "TypeError",
            ["surrogate=StandardScaler()", "lacks predict"],
        ),
        Row(
            "a surrogate that cannot be copied",
            "surrogate=NoEstimator()",
            "TypeError",
            ["surrogate=NoEstimator()", "lacks get_params"],
        ),
        Row(
            "the class of a surrogate",
            "surrogate=GaussianProcessRegressor",
            "TypeError",
            ["is a class", "GaussianProcessRegressor()"],
        ),
        Row(
            "a surrogate that is too sure",
            "surrogate=LinearRegression()",
            "TypeError",
            ["surrogate=LinearRegression()", "uncertainty", "return_std", "ExtraTrees"],
        ),
        Row(
            "a surrogate that classifies",
            "surrogate=RandomForestClassifier()",
            "TypeError",
            ["surrogate=RandomForestClassifier()", "uncertainty"],
        ),
        Row(
            "a surrogate that returns nothing",
            "surrogate=Confused()",
            "ValueError",
            ["surrogate=Confused(", "returned None", "two arrays", "Nothing has been"],
        ),
        Row(
            "a surrogate with a parameter that makes no sense",
            "surrogate=GaussianProcessRegressor(kernel=3)",
            "InvalidParameterError",
            ["'kernel'", "3", "surrogate=Gaussian", "Nothing has been fitted"],
        ),
    ],
    "gradient": [
        Row(
            "steps of exact derivatives that there are not",
            'optimizer="trust_region", gradient="spsa"',
            "ValueError",
            ["gradient='spsa'", "optimizer='trust_region'", "'exact'", "'auto'"],
        ),
        Row(
            "steps of a model that there is not",
            'optimizer="model", gradient="finite_difference"',
            "ValueError",
            ["gradient='finite_difference'", "optimizer='model'", "'model' or 'auto'"],
        ),
        Row(
            "a rate for steps that have a length of their own",
            'optimizer="model", learning_rate=0.1',
            "ValueError",
            ["learning_rate=0.1", "optimizer='model'", "'auto'", "'adam'"],
        ),
        Row(
            "a misspelt optimizer",
            'optimizer="adm"',
            "ValueError",
            ["optimizer", "'adm'", "Did you mean 'adam'?"],
        ),
        Row(
            "no optimizer",
            "optimizer=None",
            "TypeError",
            ["optimizer", "None", "'lbfgs'", "Adam()"],
        ),
        Row(
            "a class",
            "optimizer=Adam",
            "TypeError",
            ["optimizer", "class", "Adam()"],
        ),
        Row(
            "a setting out of its range",
            "optimizer=Adam(beta_1=1.5)",
            "ValueError",
            ["beta_1", "[0, 1)", "1.5", "beta_1=0.9"],
        ),
        Row(
            "an optimizer that makes no steps",
            "optimizer=NoSteps()",
            "TypeError",
            ["optimizer=NoSteps(", "returned None", "Nothing has been fitted"],
        ),
        Row(
            "an optimizer that forgets a parameter",
            "optimizer=NoSteps(Short())",
            "ValueError",
            ["optimizer=NoSteps(", "array([1.])", "shape", "Nothing has been fitted"],
        ),
        Row(
            "no steps",
            "learning_rate=0.0",
            "InvalidParameterError",
            ["learning_rate", "(0.0, inf)", "0.0"],
        ),
        Row(
            "a rate in words",
            'learning_rate="fast"',
            "InvalidParameterError",
            ["learning_rate", "'auto'", "'fast'"],
        ),
        Row(
            "a negative number of restarts",
            "n_restarts=-1",
            "InvalidParameterError",
            ["n_restarts", "[0, inf)", "-1"],
        ),
        Row(
            "a switch for restarts",
            "n_restarts=False",
            "ValueError",
            ["n_restarts=False", "bool", "int"],
        ),
        Row(
            "a misspelt gradient",
            'gradient="finite_differences"',
            "ValueError",
            ["gradient='finite_differences'", "Did you mean 'finite_difference'?"],
        ),
        Row(
            "a number for a gradient",
            "gradient=3",
            "TypeError",
            ["gradient=3", "'spsa'"],
        ),
        Row(
            "the class of a gradient",
            "gradient=SPSA",
            "TypeError",
            ["gradient=<class", "SPSA()"],
        ),
        Row(
            "a difference of 0",
            "gradient=FiniteDifference(step=0)",
            "ValueError",
            ["FiniteDifference", "step=0", "(0, 0.5]", "0.1"],
        ),
        Row(
            "a scheme that there is not",
            'gradient=FiniteDifference(scheme="backward")',
            "ValueError",
            ["FiniteDifference", "scheme='backward'", "'forward'"],
        ),
        Row(
            "probes that are none",
            'gradient=Lazy(around="everywhere")',
            "ValueError",
            ["gradient=Lazy(", "probes", "'everywhere'", "Nothing has been fitted"],
        ),
        Row(
            "a gradient of another length",
            "gradient=Lazy(around=np.ones((1, 2)), slope=[0.0] * 7)",
            "ValueError",
            ["gradient=Lazy(", "[0.0, 0.0,", "shape (2,)", "Nothing has been fitted"],
        ),
        Row(
            "an exact gradient of an estimator without a rule",
            'gradient="exact", estimator=trees, param_grid={"learning_rate": C}',
            "NoHypergradientError",
            ["gradient='exact'", "HistGradientBoosting", "There are rules", "'auto'"],
        ),
        Row(
            "an exact gradient of a score without one",
            'gradient="exact", scoring=lambda estimator, X, y: 1.0',
            "NoHypergradientError",
            ["gradient='exact'", "derivative of <lambda>", "'auto'"],
        ),
        Row(
            "a negative pull",
            "hyper_l2=-1",
            "InvalidParameterError",
            ["hyper_l2", "[0.0, inf)", "-1"],
        ),
        Row(
            "a switch for a pull",
            "hyper_l2=True",
            "ValueError",
            ["hyper_l2=True", "bool", "float"],
        ),
    ],
}
