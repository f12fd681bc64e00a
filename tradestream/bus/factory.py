"""The bus that a URL names."""

from pathlib import Path
from urllib.parse import urlsplit

from tradestream.bus.port import Bus
from tradestream.errors import ConfigurationError
from tradestream.runtime.secrets import read_secret


def open_bus(url: str, password_file: str | Path | None = None) -> Bus:
    """Connect to the bus at `url`.

    Raises:
        UnavailableError: If it does not answer.
        ConfigurationError: If the URL names no bus we know, the password file
            cannot be read, or the bus refuses the password.
    """
    scheme = urlsplit(url).scheme
    if scheme != "redis":
        raise ConfigurationError(
            f"a bus URL with redis:// is required, was {scheme}://"
        )
    from tradestream.bus.redis_streams import RedisStreamsBus

    return RedisStreamsBus.open(url, read_secret(password_file))
