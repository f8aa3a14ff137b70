"""What comes of a call in another process, in a form that always gets back.

An error or a result that cannot be pickled, or not be unpickled, breaks a pool of loky
and hangs one of multiprocessing, and what the call has raised is lost. So both travel
as bytes, each call on its own, with the text of the error beside them.
"""

from __future__ import annotations

import pickle
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skopt_evo._loky_compat import pickled


class RemoteError(Exception):
    """The cause of an error that was raised in another process: its traceback."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

    Attributes
    ----------
    result : object
        What it returned.
    error : BaseException or None
        What it raised.
    seconds : float
        How long it took.
    """

    result: Any = None
    error: BaseException | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class PackedOutcome:
    """An outcome on its way from one process to another.

    Attributes
    ----------
    content : bytes or None
        The result or the error; None if it cannot be pickled.
    is_error : bool
        Which of them it is.
    kind : type
        The nearest built-in class of an error.
    text : str
        The error in words, or why the result cannot be pickled.
    details : str
        The traceback in the other process.
    seconds : float
        How long the call took.
    """

    content: bytes | None
    is_error: bool = False
    kind: type[BaseException] = Exception
    text: str = ""
    details: str = ""
    seconds: float = 0.0


def call_and_keep(function: Callable[..., Any], /, **arguments: Any) -> Outcome:
    """Call a function and return what comes of it.

    Parameters
    ----------
    function : callable
        The function.
    **arguments : object
        Its keyword arguments.
    """
    start, result, error = time.perf_counter(), None, None
    try:
        result = function(**arguments)
    except BaseException as raised:
        error = raised
    return Outcome(result, error, time.perf_counter() - start)


def call_and_pack(function: Callable[..., Any], /, **arguments: Any) -> PackedOutcome:
    """Call a function and return what comes of it, for another process.

    Parameters
    ----------
    function : callable
        The function.
    **arguments : object
        Its keyword arguments.
    """
    outcome = call_and_keep(function, **arguments)
    if outcome.error is not None:
        return _pack_error(outcome.error, outcome.seconds)
    try:
        return PackedOutcome(pickled(outcome.result), seconds=outcome.seconds)
    except Exception as error:
        text = f"What a fit returned cannot be sent to this process: {_in_words(error)}"
        return PackedOutcome(None, True, TypeError, text, _details(error))


def unpack(packed: PackedOutcome | Outcome) -> Outcome:
    """Return the outcome of a call in another process.

    Parameters
    ----------
    packed : PackedOutcome or Outcome
        What `call_and_pack` or `call_and_keep` has returned.

    Returns
    -------
    outcome : Outcome
        If its error cannot be sent from one process to another, it has one of the
        nearest built-in class instead, with its text.
    """
    if isinstance(packed, Outcome):
        return packed
    found = None
    if packed.content is not None:
        try:
            found = pickle.loads(packed.content)
        except Exception as error:
            if not packed.is_error:
                return Outcome(error=_cannot_be_unpickled(error))
    if not packed.is_error:
        return Outcome(found, seconds=packed.seconds)
    if not isinstance(found, BaseException):
        found = _substitute(packed.kind, packed.text)
    found.__cause__ = RemoteError(packed.details)
    return Outcome(error=found, seconds=packed.seconds)


def _cannot_be_unpickled(cause: Exception) -> TypeError:
    error = TypeError(f"What a fit returned cannot be unpickled: {_in_words(cause)}")
    error.__cause__ = cause
    return error


def _pack_error(error: BaseException, seconds: float) -> PackedOutcome:
    try:
        content = pickled(error)
    except Exception:
        content = None
    kinds = [kind for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    text, details = _in_words(error), _details(error)
    return PackedOutcome(content, True, kinds[0], text, details, seconds)


def _substitute(kind: type[BaseException], text: str) -> BaseException:
    """Return an error with a text, of a class or of the nearest base that takes one."""
    for each in kind.__mro__:
        try:
            substitute = each(text)
        except TypeError:  # such as UnicodeDecodeError, which takes five arguments
            continue
        if isinstance(substitute, BaseException):
            return substitute
    return RuntimeError(text)


def _in_words(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # of its __str__
        return type(error).__name__


def _details(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except Exception:  # likewise
        return _in_words(error)
