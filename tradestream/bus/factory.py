"""The bus that a URL names."""

from pathlib import Path
from urllib.parse import urlsplit

from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.port import Bus
from tradestream.bus.security import BusSecurity
from tradestream.errors import ConfigurationError
from tradestream.runtime.secrets import read_secret


def open_bus(
    url: str,
    password_file: str | Path | None = None,
    security: BusSecurity | None = None,
    times: KafkaTimes | None = None,
) -> Bus:
    """Connect to the bus at `url`.

    Args:
        url: Such as `redis://host:6379/0` or `kafka://host:9092,host:9093`.
        password_file: File with the password; None for that of `security`.
        security: How else to be let in; Kafka alone asks for it.
        times: How long to wait for Kafka.

    Raises:
        UnavailableError: If it does not answer.
        ConfigurationError: If the URL names no bus we know, a file cannot be
            read, or the bus refuses the password.
    """
    given = security or BusSecurity()
    file = given.password_file if password_file is None else str(password_file)
    scheme = urlsplit(url).scheme
    if scheme == "redis":
        from tradestream.bus.redis_streams import RedisStreamsBus

        return RedisStreamsBus.open(url, read_secret(file))
    if scheme == "kafka":
        from dataclasses import replace

        from tradestream.bus.kafka_bus import KafkaBus

        return KafkaBus(url, replace(given, password_file=file), times)
    raise ConfigurationError(
        f"a bus URL with redis:// or kafka:// is required, was {scheme}://"
    )
