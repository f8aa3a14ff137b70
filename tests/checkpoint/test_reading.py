"""Journals that are whole, torn, damaged, or hostile."""

import tracemalloc
import warnings

import numpy as np
import pytest

from skopt_evo.checkpoint import Journal, _journal
from skopt_evo.checkpoint._lines import BEFORE, MAX_LINE, _digest, pack
from skopt_evo.exceptions import CheckpointError, CheckpointWarning

HEADER = {"seed": 7, "versions": {"python": "3.11"}}
RECORDS = [
    {"candidate": 0, "scores": [0.5, float("inf")], "origin": "initial"},
    {"candidate": 1, "scores": [-0.0, 1e-300], "text": "Zeile\n\u00e9\ud800"},
    {"candidate": 2, "genome": None, "nested": {"$float": "nan"}},
]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_journal, "_synchronise", lambda descriptor: None)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "search.journal"
    with Journal(path, HEADER) as journal:
        for record in RECORDS:
            assert journal.append(record)
    return path


def contents(path):
    with Journal(path, {"seed": "new"}) as journal:
        return journal.header, journal.records


def test_an_existing_file_keeps_its_header_and_gives_its_records(path):
    assert contents(path) == (HEADER, RECORDS)


def test_records_go_on_after_those_of_an_existing_file(path):
    for number in range(3):
        with Journal(path, {}) as journal:
            journal.append({"more": number})
    more = [{"more": number} for number in range(3)]
    assert contents(path) == (HEADER, RECORDS + more)


def test_a_journal_that_is_cut_anywhere_is_its_exact_prefix(path):
    whole = path.read_bytes()
    ends = np.cumsum([len(line) for line in whole.splitlines(keepends=True)])
    for length in range(len(whole)):
        path.unlink()  # to shorten a file, some file systems wait for the disk
        path.write_bytes(whole[:length])
        n_lines = int(np.sum(ends <= length))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            header, records = contents(path)
        assert header == (HEADER if n_lines else {"seed": "new"})
        assert records == RECORDS[: max(n_lines - 1, 0)]
        is_torn = length not in (0, *ends)
        assert [warning.category for warning in caught] == [CheckpointWarning] * is_torn
        assert contents(path) == (header, records)  # mended, and said only once


def test_a_torn_line_is_said_where_the_journal_is_opened(path):
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(CheckpointWarning, match="middle of line 4, .* byte") as caught:
        Journal(path, {}).close()
    assert caught[0].filename == __file__


def test_any_flipped_byte_is_found_or_harmless(path):
    rng = np.random.default_rng(0)
    whole = path.read_bytes()
    n_found = 0
    for _ in range(2000):
        place = int(rng.integers(len(whole)))
        flipped = bytes([whole[place] ^ int(rng.integers(1, 256))])
        with path.open("r+b") as file:
            file.write(whole[:place] + flipped + whole[place + 1 :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CheckpointWarning)
            try:
                header, records = contents(path)
            except CheckpointError:
                n_found += 1
                continue
        # Only the last newline: what is before it then counts as torn.
        assert place == len(whole) - 1
        assert (header, records) == (HEADER, RECORDS[:-1])
    assert n_found > 1900


@pytest.mark.parametrize(
    "order",
    [[0, 2, 3], [0, 1, 3], [0, 1, 1, 2, 3], [0, 2, 1, 3], [0, 1, 2, 3, 3], [0, 0, 1]],
)
def test_lines_that_are_removed_repeated_or_moved_are_found(path, order):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[number] for number in order))
    with pytest.raises(CheckpointError, match="changed, removed, repeated or moved"):
        contents(path)


def test_lines_of_another_journal_are_found(path, tmp_path):
    other = tmp_path / "other.journal"
    with Journal(other, {"seed": 8}) as journal:
        journal.append(RECORDS[0])
    lines = path.read_bytes().splitlines(keepends=True)
    alien = other.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:1], *alien[1:]]))
    with pytest.raises(CheckpointError, match="line 2"):
        contents(path)


def test_damage_is_located_and_can_be_salvaged_as_the_error_says(path):
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"candidate", b"Candidate")
    path.write_bytes(b"".join(lines))
    offset = len(lines[0]) + len(lines[1])
    with pytest.raises(CheckpointError) as caught:
        contents(path)
    message = str(caught.value)
    assert (
        f"{str(path)!r} is damaged in line 3, which begins at byte {offset}" in message
    )
    assert f"`head -n 2 {path} > {path}.salvaged`" in message
    assert path.read_bytes() == b"".join(lines)  # nothing is cut off
    path.write_bytes(b"".join(lines[:2]))
    assert contents(path) == (HEADER, RECORDS[:1])


def test_a_damaged_header_leaves_nothing_to_salvage(path):
    path.write_bytes(path.read_bytes().replace(b'"seed":7', b'"seed":8'))
    with pytest.raises(CheckpointError, match=r"line 1, .* byte 0.*Nothing of it can"):
        contents(path)


@pytest.mark.parametrize(
    "foreign",
    [
        b"\n",
        b"candidate,score\n0,0.5\n",
        b"no newline",
        b"{}",
        b'{"data":{"format":"skopt-evo-journal"\n',
        b'{"data":{"format":"other","version":1},"hash":"0123456789abcdef"}\n',
        b"\x80\x04\x95pickle",
        b"\x00" * 100_000,
    ],
)
def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path, foreign):
    path = tmp_path / "results.csv"
    path.write_bytes(foreign)
    with pytest.raises(CheckpointError, match="is no checkpoint of skopt_evo"):
        contents(path)
    assert path.read_bytes() == foreign


@pytest.mark.parametrize(
    ("version", "remedy"),
    [
        (3, "Update skopt_evo"),
        (10**18, "Update skopt_evo"),
        (0, "the one that wrote it"),
        (True, "the one that wrote it"),
        (2.0, "the one that wrote it"),
        (None, "the one that wrote it"),
        ("1", "the one that wrote it"),
    ],
)
def test_another_version_of_the_format_is_refused_and_left_alone(
    tmp_path, version, remedy
):
    path = tmp_path / "later.journal"
    line, _ = pack({"format": "skopt-evo-journal", "version": version}, b"")
    path.write_bytes(line)
    with pytest.raises(
        CheckpointError,
        match=f"version {version!r} of .* reads the versions 1 to 2. .*{remedy}",
    ):
        contents(path)
    assert path.read_bytes() == line


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (b"\n", "hash"),
        (b"\x00\n", "hash"),
        (b"x" * MAX_LINE + b"\n", "longer than"),
        (b"x" * 3 * MAX_LINE, "longer than"),
        (b'{"data":' + b"[" * 1_000_000 + b"\n", "hash"),
        (b'{"data":{},"hash":"0123456789ABCDEF"}\n', "hash"),
    ],
    ids=["empty", "NUL", "long", "long-torn", "deep", "hash"],
)
def test_hostile_lines_are_refused(path, tail, words):
    path.write_bytes(path.read_bytes() + tail)
    with pytest.raises(CheckpointError, match=f"damaged in line 5,.*{words}"):
        contents(path)


def test_an_endless_line_takes_little_memory(path):
    with path.open("r+b") as file:
        file.truncate(2**32)  # sparse: 4 GB of NUL bytes, and no newline
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError, match="longer than"):
            contents(path)
        assert tracemalloc.get_traced_memory()[1] < 5 * MAX_LINE
    finally:
        tracemalloc.stop()


def test_deep_nesting_is_refused_even_if_the_hash_is_right(path):
    lines = path.read_bytes().splitlines(keepends=True)
    digest = bytes.fromhex(lines[-1][-19:-3].decode())
    text = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    mark = _digest(text, digest).hex().encode()
    path.write_bytes(b"".join([*lines, BEFORE, text, b',"hash":"', mark, b'"}\n']))
    with pytest.raises(CheckpointError, match=r"line 5.*more than 50 levels"):
        contents(path)


def test_zeros_after_a_power_cut_count_as_a_torn_line(path):
    path.write_bytes(path.read_bytes() + b"\x00" * 4096)
    with pytest.warns(CheckpointWarning, match="line 5"):
        assert contents(path) == (HEADER, RECORDS)
