"""What the project says of itself holds together."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
CORE = {"joblib", "numpy", "pandas", "scikit-learn", "scipy"}


@pytest.fixture
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def only_specifier(requirement, operator):
    (specifier,) = requirement.specifier
    assert specifier.operator == operator, f"{requirement} is not given by {operator}"
    return Version(specifier.version)


def lower_bounds(lines):
    return {
        requirement.name: only_specifier(requirement, ">=")
        for requirement in map(Requirement, lines)
    }


def oldest_pins():
    lines = (ROOT / ".ci" / "oldest-requirements.txt").read_text("utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if not line.startswith("#")]
    return {
        requirement.name: only_specifier(requirement, "==")
        for requirement in requirements
    }


def test_core_dependencies_are_the_scientific_stack_alone(project):
    assert set(lower_bounds(project["dependencies"])) == CORE


def test_oldest_pins_are_the_lower_bounds_of_what_users_install(project):
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["plot"] + extras["progress"]
    assert oldest_pins() == lower_bounds(lines)


def test_every_folder_of_modules_is_a_package():
    # One without __init__.py would be missing from the built distribution.
    folders = {path.parent for path in (ROOT / "skopt_evo").rglob("*.py")}
    assert [path for path in folders if not (path / "__init__.py").exists()] == []


WITHOUT_PANDAS = """
import sys

class NoPandas:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pandas":
            raise ImportError(name)

sys.meta_path.insert(0, NoPandas())

import numpy as np
from scipy.stats import loguniform
from sklearn.linear_model import Ridge
from skopt_evo import GeneticSearchCV, GradientSearchCV

X = np.random.default_rng(0).random((20, 2))
for search in (GeneticSearchCV, GradientSearchCV):
    path = f"{sys.argv[1]}/{search.__name__}"
    space = {"alpha": loguniform(0.1, 10)}
    search(Ridge(), space, n_iter=4, cv=2, checkpoint=path).fit(X, X[:, 0])
"""


@pytest.mark.slow
def test_pandas_is_imported_where_it_is_used_only(tmp_path):
    subprocess.run(
        [sys.executable, "-c", WITHOUT_PANDAS, str(tmp_path)], check=True, cwd=ROOT
    )
