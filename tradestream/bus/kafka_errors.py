"""Errors of the Kafka client in our words, which name the brokers."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from kafka import errors as kafka

from tradestream.errors import ConfigurationError, TradeStreamError, UnavailableError
from tradestream.runtime.traffic import BUS_TROUBLES, FAILED, REPEATED, TRAFFIC

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


@dataclass(frozen=True, slots=True)
class Cluster:
    """The brokers that a client was told of, in the words of its errors.

    Attributes:
        addresses: `host:port` of each.
    """

    addresses: Sequence[str]

    def __str__(self) -> str:
        return f"kafka at {','.join(self.addresses)}"

    def error(self, error: kafka.KafkaError, what: str) -> TradeStreamError:
        """Return our error for one of the client's; counted where brokers were away.

        Args:
            error: What the client raised.
            what: What was tried, e.g. `publish to trade-signals`.
        """
        words = describe(error)
        if isinstance(error, _REFUSED):
            return ConfigurationError(f"{self} refused the user or password: {words}")
        if isinstance(error, kafka.AuthorizationError):
            return ConfigurationError(f"{self} refused to {what}: {words}")
        if isinstance(error, kafka.UnsupportedCodecError):
            return ConfigurationError(
                f"{self} cannot {what}: unknown compression: {words}"
            )
        if isinstance(error, kafka.FencedInstanceIdError):
            TRAFFIC.count(BUS_TROUBLES, outcome=FAILED)
            return UnavailableError(
                f"{self} did not {what}: another member of the same name took its place"
            )
        if isinstance(error, _REFUSED_SETTINGS):
            return ConfigurationError(f"{self} cannot {what}: {words}")
        TRAFFIC.count(BUS_TROUBLES, outcome=FAILED)
        return UnavailableError(f"{self} did not {what}: {words}")

    @contextmanager
    def translated(self, what: str) -> Iterator[None]:
        """Turn errors of the client into ours."""
        try:
            yield
        except kafka.KafkaError as error:
            raise self.error(error, what) from error

    def patiently(self, call: Callable[[], T], seconds: float, what: str) -> T:
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
                    raise self.error(error, what) from error
            TRAFFIC.count(BUS_TROUBLES, outcome=REPEATED)
            time.sleep(PAUSE_SECONDS)


def describe(error: Exception) -> str:
    """Return an error as one line."""
    words = _PREFIX.sub("", " ".join(str(error).split()))
    return f"{type(error).__name__}: {words}"[:_LONGEST]
