"""The table of schedules."""

from importlib import import_module

import pytest

from skopt_evo.scheduling import SCHEDULES, AllSplits
from tests.scheduling.schedule_conformance import ScheduleConformance


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_the_test_module_of_each_schedule_runs_the_suite(schedule):
    name = schedule.__module__.rpartition(".")[2].removeprefix("_")
    module = import_module(f"tests.scheduling.test_{name}")
    classes = [each for each in vars(module).values() if isinstance(each, type)]
    checked = [
        each.make
        for each in classes
        if issubclass(each, ScheduleConformance) and each is not ScheduleConformance
    ]
    assert schedule in checked


def test_the_table_of_names_cannot_be_written_to():
    with pytest.raises(TypeError):
        SCHEDULES["racing"] = AllSplits
