"""What scikit-learn's own tests ask of any search holds for ours, in its place."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = [
    "sklearn.model_selection.tests.test_search",
    "sklearn.tests.test_metaestimators",
    "sklearn.tests.test_metaestimators_metadata_routing",
    "sklearn.tests.test_common",
]
FEWEST = 400  # far fewer, and the stand-ins were not collected


@pytest.mark.parametrize("mode", ["plain", "guided"])
@pytest.mark.parametrize("search", ["GeneticSearchCV", "GradientSearchCV"])
def test_scikit_learns_tests_of_searches_hold(search, mode, tmp_path):
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_")  # this run's workers and its plugins
    }
    environment = {
        "OMP_NUM_THREADS": 1,
        "PYTHONPATH": HERE,
        "STAND_IN": search,
        "STAND_IN_MODE": mode,
    }
    run = subprocess.run(
        # The settings of this project are not for scikit-learn's tests.
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", tmp_path]
        + ["-p", "substitution", "-p", "no:cacheprovider", "-p", "no:randomly"]
        + ["-q", "--tb=short", "--pyargs", *MODULES],
        env={**inherited, **{name: str(value) for name, value in environment.items()}},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert int(re.search(r"(\d+) passed", run.stdout)[1]) >= FEWEST
