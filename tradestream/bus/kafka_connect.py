"""The first connection, and why there is none.

The client tries every broker until its time is over, and then says only that it
did; what each broker answered, it tells its logger alone.
"""

import logging
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka

from tradestream.bus.kafka_errors import describe, translate
from tradestream.bus.kafka_repairs import hear_last_words
from tradestream.errors import ConfigurationError, TradeStreamError, UnavailableError

_LOGGER = "kafka"
_UNTRUSTED = "certificate verify failed"


def connect(options: dict[str, Any]) -> KafkaAdminClient:
    """Return a client that has an answer of a broker.

    Args:
        options: What every client is made with.

    Raises:
        UnavailableError: If no broker answers in time.
        ConfigurationError: If the user, the password, or a certificate is refused.
    """
    hear_last_words()
    causes = _Causes()
    logger = logging.getLogger(_LOGGER)
    logger.addHandler(causes)
    try:
        return KafkaAdminClient(**options)
    except kafka.KafkaError as error:
        servers = ",".join(options["bootstrap_servers"])
        raise _told(causes.likeliest() or error, f"kafka at {servers}") from error
    finally:
        logger.removeHandler(causes)


def _told(error: Exception, where: str) -> TradeStreamError:
    if _UNTRUSTED in str(error):
        return ConfigurationError(
            f"{where}: its certificate is not signed by --bus_tls_ca_file: "
            f"{describe(error)}"
        )
    if not isinstance(error, kafka.KafkaError):
        return UnavailableError(f"{where} did not answer: {describe(error)}")
    found = translate(error, "answer")
    return type(found)(f"{where}: {found}")


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
    return isinstance(error, kafka.SaslAuthenticationFailedError) or _UNTRUSTED in str(
        error
    )
