"""Journals that can no longer be written, and journals that are changed."""

import random
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("The faults are those of Linux.", allow_module_level=True)

from tests.faults.files import (
    change,
    fill_the_disk,
    limit_the_size_of_files,
    remove_the_folder,
    replace_the_file,
    strike,
    take_the_permissions,
    write_into_the_file,
)
from tests.faults.searches import X, make, whole_results, y


def struck(fault, folder):
    try:
        return strike(folder, fault)
    except PermissionError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("fault", [fill_the_disk, limit_the_size_of_files])
def test_a_search_ends_as_usual_without_room_for_its_journal(fault, tmp_path):
    finding = struck(fault, tmp_path)
    assert finding.error is None
    assert finding.is_right
    assert finding.is_warned
    assert 30 <= finding.n_kept < finding.n_evaluations
    assert finding.is_resumed


@pytest.mark.parametrize("fault", [remove_the_folder, replace_the_file])
def test_a_search_ends_as_usual_when_its_journal_is_gone(fault, tmp_path):
    finding = struck(fault, tmp_path)
    assert finding.error is None
    assert finding.is_right
    assert finding.is_warned
    assert finding.is_resumed is None


def test_what_was_written_before_another_program_can_be_gone_on_from(tmp_path):
    finding = struck(write_into_the_file, tmp_path)
    assert finding.error is None
    assert finding.is_right
    assert finding.is_warned
    assert finding.is_resumed


def test_a_file_that_is_open_needs_no_more_permissions(tmp_path):
    finding = struck(take_the_permissions, tmp_path)
    assert finding.error is None
    assert finding.is_right
    assert not finding.is_warned
    assert finding.n_kept == finding.n_evaluations


@pytest.mark.parametrize("name", ["genetic", "gradient"])
def test_a_byte_that_is_changed_is_noticed_or_harmless(name, tmp_path):
    rng = random.Random(0)
    journal = tmp_path / "journal"
    search = make(name, seconds=0.0, refit=False, checkpoint=journal).fit(X, y)
    contents, whole = journal.read_bytes(), whole_results(name, refit=False)
    # Some anywhere, and each of the last ones, where what is torn begins.
    places = [rng.randrange(len(contents)) for _ in range(40)]
    for position in [*places, len(contents) - 1, len(contents) - 2, 0]:
        value = (contents[position] + rng.randrange(1, 256)) % 256
        what = change(journal, contents, position, value, search, whole)
        assert what in ("error", "warning", "harmless"), position
