"""Opens the candle store that a URL names."""

from urllib.parse import urlsplit

from tradestream.candle_store.port import CandleStore
from tradestream.errors import ConfigurationError
from tradestream.runtime.secrets import read_secret


def open_candle_store(url: str, password_file: str | None = None) -> CandleStore:
    """Connect to a store and return it.

    Args:
        url: Such as `postgresql://user@host:5432/name`, without a password.
        password_file: File that holds the password, None where none is needed.

    Raises:
        UnavailableError: If the server does not answer.
        ConfigurationError: If the URL names no store that we know, the password
            file cannot be read, or the server refuses the password.
    """
    scheme = urlsplit(url).scheme
    if scheme != "postgresql":
        raise ConfigurationError(
            f"a candle store such as postgresql:// is required, was {scheme}://"
        )
    from tradestream.candle_store.postgres_store import PostgresCandleStore
    from tradestream.postgres import connect

    password = read_secret(password_file)
    store = PostgresCandleStore(
        lambda: connect(url, password, application="tradestream candles")
    )
    store.open()
    return store
