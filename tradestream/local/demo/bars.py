"""How many bars are stored, asked of whichever store has them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tradestream.candle_store.factory import open_candle_store
from tradestream.local.demo.figures import count
from tradestream.local.place import Place
from tradestream.runtime.secrets import read_secret


@contextmanager
def bar_counter(store: Place) -> Iterator[Callable[[], int]]:
    """Yield what counts the stored bars, quickly enough to be asked often."""
    secret = read_secret(store.password_file)
    if urlsplit(store.url).scheme == "postgresql":
        from tradestream.postgres import connect

        connection = connect(store.url, secret)
        try:
            yield count(connection, "market_data")
        finally:
            connection.close()
        return
    from tradestream.candle_store.influxdb_http import InfluxHttp
    from tradestream.candle_store.influxdb_lines import CANDLES
    from tradestream.candle_store.influxdb_query import InfluxQuery
    from tradestream.candle_store.influxdb_settings import parse_url

    http = InfluxHttp(parse_url(store.url), secret)
    query = InfluxQuery(http)
    try:
        yield lambda: sum(
            n for _, n in query.select("count(close)", CANDLES, "time > 0")
        )
    finally:
        http.close()


def symbols_with_bars(store: Place) -> list[str]:
    """Return the symbols that have bars, sorted."""
    file = store.password_file
    candles = open_candle_store(store.url, None if file is None else str(file))
    try:
        return candles.symbols()
    finally:
        candles.close()
