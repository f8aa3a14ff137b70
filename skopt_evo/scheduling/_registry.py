"""The table of schedules."""

from collections.abc import Mapping
from types import MappingProxyType

from skopt_evo.scheduling._schedule import AllSplits, Schedule

# The conformance suite runs for each of them.
SCHEDULES: Mapping[str, type[Schedule]] = MappingProxyType({"all_splits": AllSplits})
