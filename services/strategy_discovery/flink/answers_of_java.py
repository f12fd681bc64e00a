"""Waiting for Java with a bound, and its errors in our words. Pure: no Flink in it."""

import re
from collections.abc import Callable
from typing import TypeVar

from tradestream.errors import TradeStreamError, UnavailableError

_MOST_TEXT = 300
_PY4J = ("Py4JError", "Py4JJavaError", "Py4JNetworkError")
_UNREACHED = re.compile(
    r"\b(ConnectException|ConnectionClosedException|ConnectTimeoutException"
    r"|TimeoutException|UnknownHostException|RetryException)\b"
)
_Answer = TypeVar("_Answer")


class JobFailedError(TradeStreamError):
    """Raised when the job was refused, or ended by itself, which it never should."""


def last_cause(text: str) -> str:
    """Return in one line what Java says was the cause of the causes."""
    causes = re.findall(r"^(?:Caused by)?: (.*)$", text, re.MULTILINE)
    return " ".join((causes[-1] if causes else text).split())[:_MOST_TEXT]


def submitted(submit: Callable[[], _Answer]) -> _Answer:
    """Return what submitting gives.

    Raises:
        JobFailedError: If Flink refused the job.
        UnavailableError: If it could not be asked.
    """
    try:
        return submit()
    except Exception as error:  # Py4J's are told by name: it is not installed here
        if type(error).__name__ == "Py4JJavaError" and not _UNREACHED.search(
            str(error)
        ):
            raise JobFailedError(
                f"flink refused the job: {last_cause(str(error))}"
            ) from error
        unavailable = _unavailable(error, "take the job")
        if unavailable is None:
            raise
        raise unavailable from error


def answered(ask: Callable[[], _Answer], what: str) -> _Answer:
    """Return the answer of a job that was submitted.

    Args:
        ask: Waits for it with a bound of its own.
        what: What Flink was asked to do, for the text of an error.

    Raises:
        UnavailableError: If Flink did not answer, or not in time.
    """
    try:
        return ask()
    except Exception as error:  # as above; what is not Py4J's is raised again
        unavailable = _unavailable(error, what)
        if unavailable is None:
            raise
        raise unavailable from error


def _unavailable(error: Exception, what: str) -> UnavailableError | None:
    """Return an error of Py4J in our words, None for any other."""
    if type(error).__name__ not in _PY4J and not isinstance(error, OSError):
        return None
    return UnavailableError(f"flink did not {what}: {last_cause(str(error))}")
