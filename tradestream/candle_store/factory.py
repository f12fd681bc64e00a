"""Opens the candle store that a URL names."""

from urllib.parse import urlsplit

from tradestream.candle_store.port import CandleStore
from tradestream.errors import ConfigurationError
from tradestream.runtime.secrets import read_secret


def open_candle_store(url: str, password_file: str | None = None) -> CandleStore:
    """Connect to a store and return it.

    Args:
        url: Such as `postgresql://user@host:5432/name`, without a password, or
            `influxdb://host:8086/org/bucket` (`influxdbs://` over TLS).
        password_file: File that holds the password, or the token of InfluxDB;
            None where none is needed.

    Raises:
        UnavailableError: If the server does not answer.
        ConfigurationError: If the URL names no store that we know, the password
            file cannot be read, or the server refuses the password.
    """
    scheme = urlsplit(url).scheme
    if scheme == "postgresql":
        return _open_postgres(url, read_secret(password_file))
    if scheme in ("influxdb", "influxdbs"):
        from tradestream.candle_store.influxdb_store import InfluxCandleStore

        return InfluxCandleStore.open(url, read_secret(password_file))
    raise ConfigurationError(
        "a candle store such as postgresql:// or influxdb:// is required,"
        f" was {scheme}://"
    )


def _open_postgres(url: str, password: str | None) -> CandleStore:
    from tradestream.candle_store.postgres_store import PostgresCandleStore
    from tradestream.postgres import connect

    store = PostgresCandleStore(
        lambda: connect(url, password, application="tradestream candles")
    )
    store.open()
    return store
