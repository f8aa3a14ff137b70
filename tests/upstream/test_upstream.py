"""What scikit-learn's own tests ask of any search holds for ours, in its place.

Three runs of them; what a further one would do is done elsewhere:

- `GeneticSearchCV` as it is, through all the modules. The grids of these tests are so
  small that they are tried exhaustively, without a strategy: `GradientSearchCV` would
  do the same.
- Either class guided, its own strategy in charge, through the tests of searches.
  `sklearn.tests.test_common` has the checks of any estimator; tests/test_common.py
  runs these on either class, with spaces that its strategy searches.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]  # it may be another copy of the package that is installed
OF_SEARCHES = [
    "sklearn.model_selection.tests.test_search",
    "sklearn.tests.test_metaestimators",
    "sklearn.tests.test_metaestimators_metadata_routing",
]
OF_ANY_ESTIMATOR = ["sklearn.tests.test_common"]


@pytest.mark.parametrize(
    ("search", "mode", "modules", "fewest"),
    # Far fewer tests, and the stand-ins were not collected.
    [
        ("GeneticSearchCV", "plain", OF_SEARCHES + OF_ANY_ESTIMATOR, 400),
        ("GeneticSearchCV", "guided", OF_SEARCHES, 90),
        ("GradientSearchCV", "guided", OF_SEARCHES, 90),
    ],
    ids=["GeneticSearchCV-plain", "GeneticSearchCV-guided", "GradientSearchCV-guided"],
)
def test_scikit_learns_tests_of_searches_hold(search, mode, modules, fewest, tmp_path):
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_")  # this run's workers and its plugins
    }
    environment = {
        "OMP_NUM_THREADS": 1,
        "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT)]),
        "STAND_IN": search,
        "STAND_IN_MODE": mode,
    }
    run = subprocess.run(
        # The settings of this project are not for scikit-learn's tests.
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", tmp_path]
        + ["-p", "substitution", "-p", "no:cacheprovider", "-p", "no:randomly"]
        + ["-q", "--tb=short", "--pyargs", *modules],
        env={**inherited, **{name: str(value) for name, value in environment.items()}},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert int(re.search(r"(\d+) passed", run.stdout)[1]) >= fewest
