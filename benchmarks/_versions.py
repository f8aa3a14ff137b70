"""What a benchmark prints first: the date and the versions that it ran with."""

import datetime
import platform
from importlib.metadata import version

PACKAGES = ("skopt-evo", "scikit-learn", "numpy", "scipy", "joblib")


def versions():
    numbers = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    today = datetime.date.today()
    return f"{today}, Python {platform.python_version()}, {numbers}"


def print_versions():
    print(versions())
