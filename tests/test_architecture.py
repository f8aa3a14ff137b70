"""The way of a candidate stays short, and nothing calls upward."""

import pytest
from scipy.stats import loguniform
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.tree import DecisionTreeClassifier

from docs import architecture
from skopt_evo import GeneticSearchCV, GradientSearchCV

X, y = load_iris(return_X_y=True)
ALPHA, C = ({name: loguniform(1e-3, 1e3)} for name in ("alpha", "C"))
SEARCHES = {
    "evolution": GeneticSearchCV(RidgeClassifier(), ALPHA, n_iter=12, cv=2),
    "a grid": GeneticSearchCV(RidgeClassifier(), {"alpha": [1, 2]}, cv=2),
    "a warm start": GeneticSearchCV(
        RidgeClassifier(),
        ALPHA,
        n_iter=12,
        cv=2,
        initial_params={
            "params": [{"alpha": 1.0}],
            "mean_test_score": [0.5],
            "split0_test_score": [0.5],
            "split1_test_score": [0.5],
        },
    ),
    "exact derivatives": GradientSearchCV(
        LogisticRegression(max_iter=9999), C, n_iter=4, cv=2
    ),
    "a local model": GradientSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"ccp_alpha": loguniform(1e-4, 1e-1)},
        n_iter=6,
        cv=2,
    ),
}


@pytest.fixture(scope="module", params=SEARCHES)
def calls(request, tmp_path_factory):
    search = SEARCHES[request.param].set_params(random_state=0)
    path = tmp_path_factory.mktemp("calls") / "journal"
    return architecture.trace(search.set_params(checkpoint=path), X, y)


def test_a_candidate_has_at_most_eight_stops(calls):
    stops = architecture.stops_of(calls)
    names = [stop.name for stop in stops]
    assert names == [
        "propose",
        "first",
        "submit",
        "next_done",
        "evaluate",
        "next",
        "observe",
        "extra_columns",
    ]
    assert len(stops) <= 8


def test_no_package_is_called_by_one_below_it(calls):
    assert architecture.upward_calls(calls) == set()


def test_an_upward_call_would_be_found():
    def frame_in(module):
        code = "import sys\ndef f():\n    return sys._getframe()\nframe = f()"
        names = {"__name__": module}
        exec(compile(code, module, "exec"), names)
        return names["frame"]

    run = type("", (), {"f_code": architecture.SearchLoop.run.__code__})
    end = type("", (), {"f_code": architecture.SearchLoop._use_up_budget.__code__})
    low, high = frame_in("skopt_evo.trials._unit"), frame_in("skopt_evo.scheduling._x")
    for pair, expected in [((low, high), 1), ((high, low), 0), ((low, low), 0)]:
        found = architecture.upward_calls([(None, run), pair, (None, end)])
        assert len(found) == expected


def test_every_package_says_in_a_line_what_it_is_for():
    names = [name for layer in architecture.layers() for name in layer]
    assert "scheduling" in names
    for name in names:
        summary = architecture.summary_of(name)
        assert summary.endswith("."), name
        assert len(summary) <= 88
