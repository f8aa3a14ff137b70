"""What is said of parameters by the names that other libraries have for them."""

import inspect
import pickle

import pytest
from sklearn.base import clone
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo._keywords import OTHER_NAMES, OUR_NAMES

SEARCHES = GeneticSearchCV, GradientSearchCV


class Renamed(GeneticSearchCV):
    """Has parameters of its own, under the names of another library."""

    def __init__(self, estimator, param_distributions, *, n_trials=3):
        super().__init__(estimator, param_distributions, n_iter=n_trials)
        self.param_distributions = param_distributions
        self.n_trials = n_trials


class Further(GradientSearchCV):
    """Has the parameters of its base, and takes no note of them."""

    def __init__(self, estimator, param_grid, **options):
        super().__init__(estimator, param_grid, **options)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("name", OUR_NAMES)
def test_another_librarys_name_is_an_error_with_ours(search, name):
    with pytest.raises(TypeError) as error:
        search(SVC(), **{name: 3})
    message = str(error.value)
    start = f"{search.__name__}.__init__() got an unexpected keyword argument {name!r}."
    assert message.startswith(start)
    assert f" {OUR_NAMES[name]}" in message.removeprefix(start)


@pytest.mark.parametrize("search", SEARCHES)
def test_what_they_are_called_here_are_parameters(search):
    assert OTHER_NAMES.keys() <= inspect.signature(search).parameters.keys()
    assert not OUR_NAMES.keys() & inspect.signature(search).parameters.keys()


@pytest.mark.parametrize(
    ("name", "hint"), [("n_itr", "Did you mean 'n_iter'?"), ("zzz", "'zzz'.")]
)
def test_another_name_is_an_error_with_the_closest_one_if_there_is(name, hint):
    with pytest.raises(TypeError, match="unexpected keyword argument") as error:
        GeneticSearchCV(SVC(), {}, **{name: 3})
    assert str(error.value).endswith(hint)


def test_a_missing_or_a_further_argument_is_told_by_python():
    with pytest.raises(TypeError, match=r"missing 1 required.*'param_grid'"):
        GeneticSearchCV(SVC())
    with pytest.raises(TypeError, match="positional arguments"):
        GeneticSearchCV(SVC(), {}, 10)
    with pytest.raises(TypeError, match=r"multiple values.*'estimator'"):
        GeneticSearchCV(SVC(), {}, estimator=SVC())


@pytest.mark.parametrize("search", SEARCHES)
def test_the_signature_stays_that_of_the_parameters(search):
    parameters = inspect.signature(search).parameters
    assert sorted(parameters) == sorted(search(SVC(), {}).get_params(deep=False))
    assert {each.kind.name for each in parameters.values()} == {
        "POSITIONAL_OR_KEYWORD",
        "KEYWORD_ONLY",
    }


def test_a_subclass_may_have_other_parameters():
    search = Renamed(SVC(), param_distributions={"C": [1]}, n_trials=5)
    assert search.n_iter == 5
    assert clone(search).get_params()["n_trials"] == 5
    assert pickle.loads(pickle.dumps(search)).param_grid == {"C": [1]}


def test_a_subclass_that_passes_all_on_gets_the_same_error():
    with pytest.raises(TypeError, match=r"Further.*'n_trials'\. Pass n_iter"):
        Further(SVC(), {}, n_trials=3)
