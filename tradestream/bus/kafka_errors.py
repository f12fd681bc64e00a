"""Errors of the Kafka client in our words."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from kafka import errors as kafka

from tradestream.errors import ConfigurationError, TradeStreamError, UnavailableError

_REFUSED_SETTINGS = (
    kafka.InconsistentGroupProtocolError,
    kafka.InvalidConfigurationError,
    kafka.InvalidPartitionsError,
    kafka.InvalidReplicationFactorError,
    kafka.InvalidSessionTimeoutError,
    kafka.KafkaConfigurationError,
    kafka.PolicyViolationError,
)

T = TypeVar("T")

PAUSE_SECONDS = 0.2
_LONGEST = 300
_PREFIX = re.compile(r"^(\[Error -?\d+\] )?(\w+Error: )*")
"""What the client puts before its words, once or more."""
APPLY = "`tradestream topics apply` makes it"

_REFUSED = (
    kafka.SaslAuthenticationFailedError,
    kafka.UnsupportedSaslMechanismError,
    kafka.IllegalSaslStateError,
)


def translate(error: kafka.KafkaError, what: str) -> TradeStreamError:
    """Return our error for one of the client's.

    Args:
        error: What the client raised.
        what: What was tried, e.g. `publish to trade-signals`.
    """
    words = describe(error)
    if isinstance(error, _REFUSED):
        return ConfigurationError(f"kafka refused the user or password: {words}")
    if isinstance(error, kafka.AuthorizationError):
        return ConfigurationError(f"kafka refused to {what}: {words}")
    if isinstance(error, kafka.UnsupportedCodecError):
        return ConfigurationError(f"kafka cannot {what}: unknown compression: {words}")
    if isinstance(error, kafka.FencedInstanceIdError):
        return UnavailableError(
            f"kafka did not {what}: another member of the same name took its place"
        )
    if isinstance(error, _REFUSED_SETTINGS):
        return ConfigurationError(f"kafka cannot {what}: {words}")
    return UnavailableError(f"kafka did not {what}: {words}")


def describe(error: Exception) -> str:
    """Return an error as one line."""
    words = _PREFIX.sub("", " ".join(str(error).split()))
    return f"{type(error).__name__}: {words}"[:_LONGEST]


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn errors of the client into ours."""
    try:
        yield
    except kafka.KafkaError as error:
        raise translate(error, what) from error


def patiently(call: Callable[[], T], seconds: float, what: str) -> T:
    """Return what `call` returns, trying again while brokers come and go.

    Raises:
        UnavailableError: If it failed for `seconds`.
        ConfigurationError: If trying again cannot help.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except kafka.UnknownTopicOrPartitionError:
            raise
        except kafka.KafkaError as error:
            final = not getattr(error, "retriable", False)
            if final or time.monotonic() >= deadline:
                raise translate(error, what) from error
        time.sleep(PAUSE_SECONDS)
