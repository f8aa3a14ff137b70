"""What comes of a call in another process, in a form that always gets back.

An error or a result that cannot be pickled, or not be unpickled, breaks a pool of loky
and hangs one of multiprocessing, and what the call has raised is lost. So both travel
as bytes, with the text of the error beside them.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joblib.externals.loky.backend.reduction import dumps
from joblib.externals.loky.process_executor import _RemoteTraceback


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

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
    """

    content: bytes | None
    is_error: bool = False
    kind: type[BaseException] = Exception
    text: str = ""
    details: str = ""


def call_and_pack(function: Callable[..., Any], **arguments: Any) -> Outcome:
    """Call a function and return what comes of it.

    Parameters
    ----------
    function : callable
        The function.
    **arguments : object
        Its keyword arguments.
    """
    try:
        result = function(**arguments)
    except BaseException as error:
        return _pack_error(error)
    try:
        return Outcome(bytes(dumps(result)))
    except Exception as error:
        text = f"What a fit returned cannot be sent to this process: {_in_words(error)}"
        return Outcome(None, True, TypeError, text, _details(error))


def unpack(outcome: Any) -> Any:
    """Return what a call has returned, or raise what it has raised.

    Parameters
    ----------
    outcome : Outcome or object
        What `call_and_pack` has returned; anything else is a result already.

    Raises
    ------
    BaseException
        What the call has raised. If that cannot be sent from one process to another, an
        error of its nearest built-in class, with its text.
    """
    if not isinstance(outcome, Outcome):
        return outcome
    found = None
    if outcome.content is not None:
        try:
            found = pickle.loads(outcome.content)
        except Exception as error:
            if not outcome.is_error:
                raise TypeError(
                    f"What a fit returned cannot be unpickled: {_in_words(error)}"
                ) from error
    if not outcome.is_error:
        return found
    if not isinstance(found, BaseException):
        found = _substitute(outcome.kind, outcome.text)
    raise found from _RemoteTraceback(outcome.details)


def _pack_error(error: BaseException) -> Outcome:
    try:
        content = bytes(dumps(error))
    except Exception:
        content = None
    kinds = [kind for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return Outcome(content, True, kinds[0], _in_words(error), _details(error))


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
