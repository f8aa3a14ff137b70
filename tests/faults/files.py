"""Journals that can no longer be written, or of which a part was changed."""

import os
import resource
import shutil
import subprocess
import warnings
from contextlib import contextmanager
from dataclasses import dataclass

from skopt_evo.exceptions import CheckpointError, CheckpointWarning
from tests.faults.processes import (
    SearchProcess,
    complete_lines,
    evaluations,
    n_evaluations,
    size,
)
from tests.faults.searches import X, is_same, make, whole_results, y

# ---- what befalls the file: each is done once, while a search writes it


def fill_the_disk(process, journal):
    with open(journal.parent / "filler", "wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 1024):
                pass
        except OSError:
            return


def limit_the_size_of_files(process, journal):
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    limits = size(journal) + 100, most
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


def remove_the_folder(process, journal):
    shutil.rmtree(journal.parent)


def replace_the_file(process, journal):
    other = journal.with_name("other")
    other.write_text("of another program\n")
    other.replace(journal)


def write_into_the_file(process, journal):
    with journal.open("ab", buffering=0) as file:
        file.write(b"of another program\n")


def take_the_permissions(process, journal):
    journal.chmod(0o444)
    journal.parent.chmod(0o555)


FAULTS = (
    fill_the_disk,
    limit_the_size_of_files,
    remove_the_folder,
    replace_the_file,
    write_into_the_file,
    take_the_permissions,
)


# ---- what becomes of the search


@dataclass
class Finding:
    """What came of a search whose journal was struck.

    Attributes
    ----------
    error : str or None
        What `fit` raised.
    is_right : bool
        Whether the results are those of a search whose journal was not struck.
    is_warned : bool
        Whether the search said that it is no longer safe.
    n_kept, n_evaluations : int
        Evaluations in the file in the end, and in all.
    is_resumed : bool or None
        Whether the same call, with what is intact in the file, has the right results;
        None if there is no file any more.
    """

    error: str | None
    is_right: bool
    is_warned: bool
    n_kept: int
    n_evaluations: int
    is_resumed: bool | None


def strike(folder, fault, *, n_jobs=1, n_before=30):
    """Strike a journal that has some evaluations; return what comes of its search."""
    whole = whole_results("genetic")
    with _place(folder, fault) as place:
        journal = place / "journal"
        search = make("genetic", n_jobs=n_jobs, checkpoint=journal)
        with SearchProcess(folder, search) as process:
            process.wait_until(lambda: n_evaluations(journal) >= n_before)
            known = complete_lines(journal)
            fault(process, journal)
            outcome = process.wait_for_outcome()
        (place / "filler").unlink(missing_ok=True)
        lines = complete_lines(journal)
        is_there = lines[: len(known)] == known
        return Finding(
            error=outcome["error"],
            is_right=is_same(outcome["results"], whole),
            is_warned="no longer safe" in "".join(outcome["warnings"]),
            n_kept=n_evaluations(journal) if is_there else 0,
            n_evaluations=len(process.events("fit")),
            is_resumed=_resume(search, journal, whole) if is_there else None,
        )


@contextmanager
def _place(folder, fault):
    """Have a folder for the journal, on a small disk of its own where one is needed."""
    place = folder / "place"
    place.mkdir(parents=True)
    if fault is not fill_the_disk:
        yield place
        return
    mount(place)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def mount(place, kilobytes=64):
    """Make a folder a small disk.

    Raises
    ------
    PermissionError
        If this process may not.
    """
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", place]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise PermissionError("No file system can be mounted.") from error


def _resume(search, journal, whole):
    """Tell whether a search gets right from what is intact in its journal."""
    os.chmod(journal.parent, 0o755)
    os.chmod(journal, 0o644)
    search.set_params(n_jobs=1)
    try:
        search.fit(X, y)
    except CheckpointError as error:
        # The remedy of the message: to copy the lines before the damage.
        n_lines = int(str(error).partition("head -n ")[2].split()[0])
        journal.write_bytes(b"".join(complete_lines(journal)[:n_lines]))
        search.fit(X, y)
    n_evaluated = len(evaluations(complete_lines(journal)))
    return is_same(search.cv_results_, whole) and n_evaluated == len(
        set(evaluations(complete_lines(journal)))
    )


# ---- changes


def change(journal, contents, position, value, search, whole):
    """Change a byte of a journal, and run its search.

    Parameters
    ----------
    journal : Path
        The file.
    contents : bytes
        What is in it without the change.
    position, value : int
        Which byte, and what it becomes.
    search : search
        The search, with this file as its checkpoint.
    whole : dict
        Its results.

    Returns
    -------
    what : {"error", "warning", "harmless", "wrong results", "another error"}
        What came of it.
    """
    changed = bytearray(contents)
    changed[position] = value
    journal.write_bytes(changed)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            search.fit(X, y)
        except CheckpointError:
            return "error"
        except Exception:
            return "another error"
    if not is_same(search.cv_results_, whole):
        return "wrong results"
    is_warned = any(issubclass(w.category, CheckpointWarning) for w in caught)
    return "warning" if is_warned else "harmless"
