"""The first connection, and why there is none.

The client tries every broker until its time is over, and then says only that it
did; what each broker answered, it tells its logger alone.
"""

import logging
import re
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka

from tradestream.bus.kafka_errors import Cluster, describe
from tradestream.bus.kafka_listener import find_listener
from tradestream.bus.kafka_repairs import hear_last_words
from tradestream.errors import ConfigurationError, TradeStreamError, UnavailableError
from tradestream.runtime.traffic import BUS_TROUBLES, FAILED, TRAFFIC

_LOGGER = "kafka"
_UNTRUSTED = "certificate verify failed"
_REASON = re.compile(rf"{_UNTRUSTED}:? *(.*?) *(\(_ssl\.c:\d+\))?$")
_FOREIGN = ("issuer", "self-signed", "self signed")
_OURS = re.compile(r"\w+ alert (unknown ca|[\w ]*certificate[\w ]*)")
"""What a broker says of a client's certificate, and of none."""
_TLS = ("SSL", "SASL_SSL")


def connect(options: dict[str, Any]) -> KafkaAdminClient:
    """Return a client that has an answer of a broker.

    Args:
        options: What every client is made with.

    Raises:
        UnavailableError: If no broker answers in time.
        ConfigurationError: If the user, the password, or a certificate is refused,
            or the broker speaks another way.
    """
    hear_last_words()
    causes = _Causes()
    logger = logging.getLogger(_LOGGER)
    logger.addHandler(causes)
    try:
        return KafkaAdminClient(**options)
    except kafka.KafkaError as error:
        raise _told(causes.likeliest() or error, options) from error
    finally:
        logger.removeHandler(causes)


def _told(error: Exception, options: dict[str, Any]) -> TradeStreamError:
    cluster = Cluster(options["bootstrap_servers"])
    refusal = _of_certificates(str(error))
    if refusal is not None:
        return ConfigurationError(f"{cluster}: {refusal}")
    if isinstance(error, kafka.SaslAuthenticationFailedError):
        return cluster.error(error, "answer")
    listener = find_listener(cluster.addresses)
    if listener is not None:
        refusal = listener.refusal(
            tls=options["security_protocol"] in _TLS,
            mechanism=options.get("sasl_mechanism"),
        )
        if refusal is not None:
            return ConfigurationError(f"{Cluster([listener.address])}: {refusal}")
    if isinstance(error, kafka.KafkaError):
        return cluster.error(error, "answer")
    TRAFFIC.count(BUS_TROUBLES, outcome=FAILED)
    return UnavailableError(f"{cluster} did not answer: {describe(error)}")


def _of_certificates(words: str) -> str | None:
    """Return what is wrong with a certificate, theirs or ours."""
    ours = _OURS.search(words)
    if ours is not None:
        return f"a --bus_tls_cert_file that it trusts is required: {ours[1].strip()}"
    found = _REASON.search(words)
    if found is None:
        return None
    reason = found[1]
    if any(sign in reason for sign in _FOREIGN):
        return f"its certificate is not signed by --bus_tls_ca_file: {reason}"
    return f"its certificate is refused: {reason}"


class _Causes(logging.Handler):
    """Keeps the errors that the client's lines are about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._found: list[Exception] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note the errors of a line."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        self._found += [item for item in arguments if isinstance(item, Exception)]

    def likeliest(self) -> Exception | None:
        """Return a refusal if there was one, else the last error."""
        refusals = [error for error in self._found if _is_refusal(error)]
        if refusals:
            return refusals[0]
        told = [e for e in self._found if not isinstance(e, kafka.KafkaTimeoutError)]
        return told[-1] if told else None


def _is_refusal(error: Exception) -> bool:
    return (
        isinstance(error, kafka.SaslAuthenticationFailedError)
        or _of_certificates(str(error)) is not None
    )
