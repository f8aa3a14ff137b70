from sklearn.datasets import load_iris
from sklearn.metrics import check_scoring
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.parallel import Parallel

from skopt_evo._sklearn_compat import SearchTask
from skopt_evo.evaluation import Evaluator
from skopt_evo.results import Trial

X, y = load_iris(return_X_y=True)


def make_evaluator(parallel, **params):
    estimator = KNeighborsClassifier()
    return Evaluator(
        parallel,
        estimator,
        X,
        y,
        splits=list(KFold(3, shuffle=True, random_state=0).split(X)),
        n_candidates=4,
        fit_and_score_params={
            "scorer": check_scoring(estimator),
            "fit_params": {},
            "score_params": {},
            "verbose": 0,
            **params,
        },
    )


def trials(*numbers):
    return [Trial({"n_neighbors": n}, 0, "initial") for n in numbers]


def scores(batch):
    return [[fold["test_scores"] for fold in trial.folds] for trial in batch]


def test_every_trial_gets_the_folds_of_its_own_in_order():
    together, alone = trials(1, 40), trials(40)
    with Parallel(n_jobs=1) as parallel:
        evaluator = make_evaluator(parallel)
        evaluator.evaluate(together, SearchTask(None, None))
        evaluator.evaluate(alone, SearchTask(None, None))
    assert [len(trial.folds) for trial in together] == [3, 3]
    assert scores(together)[1] == scores(alone)[0]
    assert scores(together)[0] != scores(together)[1]


def test_progress_counts_on_from_batch_to_batch(capsys):
    with Parallel(n_jobs=1) as parallel:
        evaluator = make_evaluator(parallel, verbose=10)
        evaluator.evaluate(trials(1, 2), SearchTask(None, None))
        evaluator.evaluate(trials(3, 4), SearchTask(None, None))
    lines = capsys.readouterr().out.splitlines()
    ended = [line for line in lines if "END" in line]
    assert len(ended) == 12
    assert "[CV 1/3; 1/4]" in ended[0]
    assert "[CV 3/3; 4/4]" in ended[-1]


def test_the_estimator_given_is_never_fitted():
    with Parallel(n_jobs=1) as parallel:
        evaluator = make_evaluator(parallel)
        evaluator.evaluate(trials(5), SearchTask(None, None))
    assert not hasattr(evaluator.estimator, "classes_")
