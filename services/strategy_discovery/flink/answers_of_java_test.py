"""What errors of Java come to."""

import pytest

from services.strategy_discovery.flink.answers_of_java import (
    JobFailedError,
    answered,
    last_cause,
    submitted,
)
from tradestream.errors import UnavailableError


class Py4JJavaError(Exception):
    """By its name what the gateway raises, which is not installed here."""


class Py4JNetworkError(Exception):
    """Likewise."""


def failing(error: Exception) -> object:
    raise error


def test_the_last_cause_is_told_in_one_line() -> None:
    text = """An error occurred while calling o1.executeAsync.
: org.apache.flink.util.FlinkException: Failed to execute job.
\tat org.apache.flink.Some.method(Some.java:1)
Caused by: java.lang.RuntimeException: Could not start
\tat org.apache.flink.Other.method(Other.java:1)
Caused by: java.net.BindException: port 8081 is  taken
\t... 17 more
"""

    assert last_cause(text) == "java.net.BindException: port 8081 is taken"
    timeout = "calling o1.get.\n: java.util.concurrent.TimeoutException\n\tat a.b(c)"
    assert last_cause(timeout) == "java.util.concurrent.TimeoutException"
    assert last_cause("no\ncause") == "no cause"


@pytest.mark.parametrize(
    "error",
    [
        Py4JJavaError("x\nCaused by: java.util.concurrent.TimeoutException\n\tat y"),
        Py4JNetworkError("Answer from Java side is empty"),
        ConnectionRefusedError("refused"),
    ],
)
def test_a_job_that_does_not_answer_is_unavailable(error: Exception) -> None:
    with pytest.raises(UnavailableError, match="did not say how it is") as caught:
        answered(lambda: failing(error), "say how it is")
    assert "\n" not in str(caught.value)


def test_a_job_is_refused_or_nobody_took_it() -> None:
    assert submitted(lambda: 3) == 3
    with pytest.raises(JobFailedError, match="refused the job: no slots"):
        submitted(lambda: failing(Py4JJavaError("no slots")))
    away = Py4JJavaError("x\nCaused by: java.net.ConnectException: refused")
    with pytest.raises(UnavailableError, match="take the job: java"):
        submitted(lambda: failing(away))


def test_errors_of_our_own_stay() -> None:
    with pytest.raises(KeyError):
        answered(lambda: failing(KeyError("a bug")), "stop")
    with pytest.raises(KeyError):
        submitted(lambda: failing(KeyError("a bug")))
