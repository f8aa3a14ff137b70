"""What a benchmark prints first: the date and the versions that it ran with."""

import datetime
import platform
from importlib.metadata import version

PACKAGES = ("skopt-evo", "scikit-learn", "numpy", "scipy", "joblib")


def print_versions():
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    today = datetime.date.today()
    print(f"{today}, Python {platform.python_version()}, {versions}")
