"""Fitted searches that are saved and loaded: whole, and with nothing of the data."""

import copy
import io
import pickle
import re
import zipfile

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform, randint, truncnorm, uniform
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import ElasticNet, Ridge
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.descent import SPSA, FiniteDifference, LocalModel
from skopt_evo.ensemble import GreedyEnsemble, TopEnsemble
from skopt_evo.optimizers import LBFGS, SGD, Adam, Momentum, RMSProp
from skopt_evo.preprocessing import ColumnMask, FeatureScale
from skopt_evo.selection import OneStandardError
from skopt_evo.space import Mask, Vector
from skopt_evo.strategies.operators import (
    AgeSurvival,
    BlendCrossover,
    PolynomialMutation,
    RankSelection,
)
from tests.marking import quick

SEARCHES = [GeneticSearchCV, GradientSearchCV]

# No array of a search has as many entries by chance, nor as a train or test set has.
N_SAMPLES = 499
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N_SAMPLES, 4))
y = X @ [1.0, 2.0, 0.0, 0.0] + RNG.normal(size=N_SAMPLES)

pytestmark = pytest.mark.filterwarnings(
    "ignore::skopt_evo.exceptions.SpaceCoverageWarning"
)

ALPHA = {"alpha": loguniform(1e-3, 1e3)}


def two_metrics(estimator, X, y):
    score = estimator.score(X, y)
    return {"high": score, "low": -score}


def last(results):
    return len(results["params"]) - 1


BOTH = {
    "lists": {"param_grid": {"alpha": [0.1, 1, 10], "fit_intercept": [True, False]}},
    "numbers": {"param_grid": {"alpha": np.logspace(-3, 3, 20), "max_iter": [5, 50]}},
    "distributions": {
        "estimator": ElasticNet(),
        "param_grid": {"alpha": truncnorm(1, 3), "l1_ratio": uniform(0.1, 0.9)},
    },
    "integers": {"param_grid": {"max_iter": randint(1, 99), **ALPHA}},
    "conditional": {
        "estimator": make_pipeline(StandardScaler(), Ridge()),
        "param_grid": [
            {"standardscaler": [StandardScaler(), MinMaxScaler(), "passthrough"]},
            {"ridge": [ElasticNet()], "ridge__l1_ratio": uniform(0.1, 0.9)},
            {"ridge": [Ridge()], "ridge__alpha": loguniform(1e-3, 1e3)},
        ],
    },
    "mask": {
        "estimator": make_pipeline(ColumnMask(), Ridge()),
        "param_grid": {"columnmask__mask": Mask(4)},
        "n_iter": 8,
    },
    "vector": {
        "estimator": make_pipeline(FeatureScale(np.ones(4)), Ridge()),
        "param_grid": {"featurescale__weights": Vector(loguniform(1e-2, 1e2), 4)},
    },
    "several metrics": {"scoring": ["r2", "neg_mean_absolute_error"], "refit": "r2"},
    "one of many": {
        "scoring": {"r2": "r2", "mae": make_scorer(mean_absolute_error)},
        "refit": OneStandardError({"alpha": "larger"}, metric="r2"),
    },
    "functions": {"scoring": two_metrics, "refit": last},
    "scorer": {"scoring": make_scorer(mean_absolute_error, greater_is_better=False)},
    "given": {"initial_params": [{"alpha": 0.5}], "return_train_score": True},
    "random state": {"random_state": np.random.RandomState(0)},
}
GENETIC = {
    "operators": {
        "selection": RankSelection(),
        "crossover": BlendCrossover(alpha=0.2),
        "mutation": PolynomialMutation(),
        "survival": AgeSurvival(),
        "surrogate": None,
    },
    "names": {"crossover": "uniform", "mutation": "gaussian", "survival": "comma"},
    "surrogate": {"surrogate": ExtraTreesRegressor(3, random_state=0), "n_iter": 12},
    "generations": {"strategy": "generational", "population_size": 4},
    "differential": {"strategy": "differential_evolution", "population_size": 4},
    "front": {"scoring": two_metrics, "refit": False},
}
GRADIENT = {
    "exact": {"gradient": "exact"},
    "adam": {
        "optimizer": Adam(),
        "gradient": FiniteDifference(scheme="forward", step=0.2),
    },
    "sgd": {"optimizer": SGD(), "gradient": SPSA(n_pairs=2), "learning_rate": 0.1},
    "rmsprop": {"optimizer": RMSProp(), "gradient": LocalModel()},
    "momentum": {"optimizer": Momentum(momentum=0.8), "gradient": "finite_difference"},
    "lbfgs": {"optimizer": LBFGS(memory_size=5), "hyper_l2": 0.1, "n_restarts": 1},
}
CASES = {
    f"{search.__name__}-{name}": (search, options)
    for search, others in [(GeneticSearchCV, GENETIC), (GradientSearchCV, GRADIENT)]
    for name, options in {**BOTH, **others}.items()
}
# What both searches take is saved in the same way.
QUICK = [
    *(f"GeneticSearchCV-{name}" for name in {**BOTH, **GENETIC}),
    *(f"GradientSearchCV-{name}" for name in GRADIENT),
]
every_case = pytest.mark.parametrize("case", quick(CASES, *QUICK))


def make(search, **options):
    plain = {"estimator": Ridge(), "param_grid": ALPHA, "n_iter": 5, "cv": 2}
    return search(**{**plain, "random_state": 0, **options})


@pytest.fixture(scope="module")
def fitted():
    """Return a function that fits the search of a case, once."""
    searches = {}

    def fit(case):
        if case not in searches:
            search, options = CASES[case]
            searches[case] = make(search, **options).fit(X, y)
        return searches[case]

    return fit


def text_of(value):
    """Return a value as a text that tells of all its contents, and of no address."""
    with np.printoptions(threshold=10**6, floatmode="unique"):
        return re.sub(r" at 0x\w+|RandomState\(.*?\)", "", repr(value))


def results(search):
    """Return the results without the times, exactly, with the types of the columns."""
    return {
        name: (type(column), getattr(column, "dtype", None), text_of(list(column)))
        for name, column in search.cv_results_.items()
        if "time" not in name
    }


def assert_same(loaded, search):
    assert vars(loaded).keys() == vars(search).keys()
    assert results(loaded) == results(search)
    for name in ("mean_fit_time", "std_score_time"):
        np.testing.assert_array_equal(
            loaded.cv_results_[name], search.cv_results_[name]
        )
    assert text_of(loaded.get_params()) == text_of(search.get_params())
    for name in ("best_index_", "best_params_", "best_score_", "stop_reason_"):
        assert text_of(getattr(loaded, name, None)) == text_of(
            getattr(search, name, None)
        )
    if search.refit:
        np.testing.assert_array_equal(loaded.predict(X), search.predict(X))


def assert_of_use(loaded, search):
    """Check that what was loaded can be cloned, and fitted as the search can."""
    assert text_of(clone(loaded).get_params()) == text_of(search.get_params())
    loaded.fit(X, y)
    if isinstance(search.random_state, int):  # another one moves on with each fit
        assert results(loaded) == results(search)


# ---- pickle and joblib


def through_joblib(search):
    file = io.BytesIO()
    joblib.dump(search, file)
    file.seek(0)
    return joblib.load(file)


@every_case
def test_a_search_comes_back_as_it_was_and_is_of_use(case, fitted):
    search = fitted(case)
    pickled = pickle.loads(pickle.dumps(search))
    for loaded in (pickled, through_joblib(search), copy.deepcopy(search)):
        assert_same(loaded, search)
    assert_of_use(pickled, search)


# ---- skops

# skops follows the functions of a discrete distribution round and round.
FOR_SKOPS = [case for case in CASES if "integers" not in case]

# What a file may be made of beside what skops takes for safe anyway: see the page on
# saving in the user guide.
TRUSTED = {
    "skopt_evo._genetic_search.GeneticSearchCV",
    "skopt_evo._gradient_search.GradientSearchCV",
    "skopt_evo.space._arrays.Mask",
    "skopt_evo.space._arrays.Vector",
    "skopt_evo.preprocessing._column_mask.ColumnMask",
    "skopt_evo.preprocessing._feature_scale.FeatureScale",
    "skopt_evo.selection._result.CorrectedScore",
    "skopt_evo.selection._one_standard_error.OneStandardError",
    *(f"skopt_evo.optimizers._alias.{kind.__name__}" for kind in (LBFGS, SGD, Adam)),
    *(f"skopt_evo.optimizers._alias.{kind.__name__}" for kind in (Momentum, RMSProp)),
    "skopt_evo.descent._finite_difference.FiniteDifference",
    "skopt_evo.descent._finite_difference.SPSA",
    "skopt_evo.descent._local_model.LocalModel",
    "skopt_evo.strategies.operators._age.AgeSurvival",
    "skopt_evo.strategies.operators._blend.BlendCrossover",
    "skopt_evo.strategies.operators._polynomial.PolynomialMutation",
    "skopt_evo.strategies.operators._rank.RankSelection",
    "scipy.stats._continuous_distns.reciprocal_gen",
    "scipy.stats._continuous_distns.truncnorm_gen",
    "scipy.stats._continuous_distns.uniform_gen",
    "scipy.stats._distn_infrastructure.rv_continuous_frozen",
    "sklearn.metrics._regression.mean_absolute_error",
    "sklearn.metrics._regression.r2_score",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    # Early versions of skops do not know these.
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
    f"{__name__}.two_metrics",
    f"{__name__}.last",
}


@pytest.mark.parametrize("case", FOR_SKOPS)
def test_skops_needs_to_trust_what_is_documented_only(case, fitted):
    skops = pytest.importorskip("skops.io")
    search = fitted(case)
    data = skops.dumps(search)
    unknown = skops.get_untrusted_types(data=data)
    assert set(unknown) <= TRUSTED
    loaded = skops.loads(data, trusted=unknown)
    assert_same(loaded, search)
    assert text_of(clone(loaded).get_params()) == text_of(search.get_params())


@pytest.mark.parametrize("search", SEARCHES)
def test_what_skops_has_loaded_can_be_fitted(search, fitted):
    skops = pytest.importorskip("skops.io")
    original = fitted(f"{search.__name__}-conditional")
    data = skops.dumps(original)
    loaded = skops.loads(data, trusted=skops.get_untrusted_types(data=data))
    assert_of_use(loaded, original)


@pytest.mark.parametrize("search", SEARCHES)
def test_skops_takes_a_search_over_integers_without_its_space(search, fitted):
    skops = pytest.importorskip("skops.io")
    original = fitted(f"{search.__name__}-integers")
    saved = copy.deepcopy(original).set_params(param_grid={})
    data = skops.dumps(saved)
    loaded = skops.loads(data, trusted=skops.get_untrusted_types(data=data))
    np.testing.assert_array_equal(loaded.predict(X), original.predict(X))
    assert results(loaded) == results(original)


# ---- what is not in it


def parts_of(search):
    """Return all objects that pickle comes upon in a search."""
    parts = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, part):
            parts.append(part)

    Pickler(io.BytesIO()).dump(search)
    return parts


@every_case
def test_no_part_of_a_search_has_an_entry_a_sample(case, fitted):
    search = fitted(case)
    lengths = {N_SAMPLES}
    for split in KFold(2).split(X):
        lengths |= {len(rows) for rows in split}
    for part in parts_of(search):
        if isinstance(part, np.ndarray):
            assert not lengths & set(part.shape), part
        elif isinstance(part, (list, tuple, dict, set)):
            assert len(part) not in lengths, part


@every_case
def test_no_row_of_the_data_is_in_the_file(case, fitted):
    content = pickle.dumps(fitted(case))
    for values in (*X, *(y[place : place + 1] for place in range(N_SAMPLES))):
        assert values.tobytes() not in content


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    "options", [{}, {"cv": KFold(2, shuffle=True, random_state=0)}]
)
def test_the_file_does_not_grow_with_the_samples(search, options):
    sizes = []
    for n_copies in (1, 10):
        X_many, y_many = np.tile(X, (n_copies, 1)), np.tile(y, n_copies)
        grid = {"alpha": [0.1, 1.0, 10.0]}
        model = make(search, param_grid=grid, **options)
        model.fit(X_many, y_many, sample_weight=np.ones(len(y_many)))
        sizes.append(len(pickle.dumps(model)))
    # A bit for each of the new samples would be more.
    assert abs(sizes[1] - sizes[0]) < 9 * N_SAMPLES / 8


class Telling(RegressorMixin, BaseEstimator):
    """Fails with an error that quotes the data."""

    def __init__(self, a=0.5):
        self.a = a

    def fit(self, X, y):
        if self.a < 0.5:
            raise ValueError(f"The first sample is secret-{X[0][0]}.")
        return self

    def predict(self, X):
        return np.full(len(X), self.a)


@pytest.mark.parametrize("search", SEARCHES)
def test_no_error_of_a_fit_is_in_the_file(search):
    model = make(
        search, estimator=Telling(), param_grid={"a": [0.2, 0.8]}, error_score=-9
    )
    with pytest.warns(FitFailedWarning, match="secret"):
        model.fit(X, y)
    assert list(model.cv_results_["status"]) == ["failed", "ok"]
    assert b"secret" not in pickle.dumps(model)


def contents(search):
    """Return what is in the files of pickle and, if it is there, skops."""
    content = [pickle.dumps(search)]
    try:
        import skops.io as skops
    except ImportError:
        return content
    with zipfile.ZipFile(io.BytesIO(skops.dumps(search))) as file:
        return content + [file.read(name) for name in file.namelist()]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("refit", [True, False])
def test_a_fitted_search_is_saved_without_its_checkpoint(search, refit, tmp_path):
    path = tmp_path / "place-of-the-journal"
    model = make(search, checkpoint=str(path), refit=refit).fit(X, y)
    for content in contents(model):
        assert b"place-of-the-journal" not in content
    loaded = pickle.loads(pickle.dumps(model))
    assert loaded.checkpoint is None
    for same in (model, clone(model), copy.copy(model), copy.deepcopy(model)):
        assert same.checkpoint == str(path)
    assert results(copy.deepcopy(model)) == results(copy.copy(model)) == results(model)
    path.unlink()
    assert results(loaded.fit(X, y)) == results(model)
    assert not path.exists()


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_that_is_yet_to_be_fitted_keeps_its_checkpoint(search, tmp_path):
    path = tmp_path / "journal"
    loaded = pickle.loads(pickle.dumps(make(search, checkpoint=path)))
    loaded.fit(X, y)
    assert path.exists()


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_whose_last_fit_failed_keeps_its_checkpoint(search, tmp_path):
    model = make(search, checkpoint=tmp_path / "journal").fit(X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(X, y[:-1])
    assert pickle.loads(pickle.dumps(model)).checkpoint == tmp_path / "journal"


OF_ENSEMBLES = {
    "skopt_evo.ensemble._averaged.AveragedRegressor",
    "skopt_evo.ensemble._greedy.GreedyEnsemble",
    "skopt_evo.ensemble._top.TopEnsemble",
    "skopt_evo.predictions._out_of_fold.OutOfFoldPredictions",
    "skopt_evo.predictions._out_of_fold._Repeat",
    "skopt_evo.predictions._scores.PredictionScorer",
    "skopt_evo.predictions._targets.Targets",
    "skopt_evo.trials._predictions.Predictions",
}


@pytest.mark.parametrize("ensemble", [TopEnsemble(2), GreedyEnsemble(n_bags=2)])
def test_an_ensemble_and_its_predictions_can_be_saved(ensemble):
    skops = pytest.importorskip("skops.io")
    search = GeneticSearchCV(
        Ridge(), ALPHA, n_iter=4, ensemble=ensemble, random_state=0
    ).fit(X, y)
    data = skops.dumps(search)
    unknown = set(skops.get_untrusted_types(data=data))
    assert unknown <= TRUSTED | OF_ENSEMBLES
    pickled = pickle.loads(pickle.dumps(search))
    for loaded in (skops.loads(data, trusted=list(unknown)), pickled):
        np.testing.assert_array_equal(loaded.predict(X), search.predict(X))
        np.testing.assert_array_equal(
            loaded.oof_predictions_[1], search.oof_predictions_[1]
        )
        assert loaded.corrected_score_ == search.corrected_score_
