"""From `helm upgrade --install` to a signal: real pods, real servers."""

from datetime import UTC, datetime
from functools import partial

import pytest
from psycopg2.extensions import connection as Connection

from tests.full_size.cluster.release import MINUTELY, SYMBOLS, Release
from tests.full_size.cluster.seeding import seed_validated
from tools.full_size.kubernetes.kubectl import eventually
from tradestream.bus.topics import (
    CANDLES,
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    TRADE_SIGNALS,
)
from tradestream.candle_store.port import CandleStore

# The first images and their kernels take minutes.
pytestmark = pytest.mark.timeout(1800)

# Seconds; some two minutes are enough where nothing else runs.
_PATIENCE = 400.0
_ROWS = {
    "an answered search": "SELECT count(*) FROM trials",
    "a found strategy": (
        "SELECT count(*) FROM evaluations WHERE request_id <> 'seeded'"
    ),
    "a signal": "SELECT count(*) FROM trade_signals",
}
_SIGNALS_OF_OTHERS = (
    "SELECT count(*) FROM trade_signals WHERE NOT strategy_id = ANY(%s)"
)


def test_the_chart_goes_from_an_empty_cluster_to_a_signal(installed: Release) -> None:
    release, servers = installed, installed.servers
    # Not on the hour or the quarter: the schedule of the ranking is */15.
    release.run_now("top_crypto_updater")
    release.run_now("candle_ingestor")
    candles = servers.open_candles()
    symbols = candles.symbols()
    assert len(symbols) == SYMBOLS
    newest = {symbol: candles.last(symbol) for symbol in symbols}
    connection = servers.connect()
    seeded = seed_validated(connection, symbols, datetime.now(UTC))

    # From here on everything happens because a minute begins.
    for room in MINUTELY:
        eventually(partial(release.fired, room), f"a run of {room}", _PATIENCE)
    for symbol in symbols:
        newer = partial(has_newer_bar, candles, symbol, newest[symbol])
        eventually(newer, f"a newer bar of {symbol}", _PATIENCE)
    for what, sql in _ROWS.items():
        eventually(partial(count, connection, sql), what, _PATIENCE)

    bus = servers.open_bus()
    for topic in (CANDLES, DISCOVERY_REQUESTS, DISCOVERED_STRATEGIES, TRADE_SIGNALS):
        assert bus.newest(topic, 1), topic
    assert count(connection, _SIGNALS_OF_OTHERS, (seeded,)) == 0
    bus.close()
    connection.close()
    candles.close()
    assert release.events("FailedCreate") == []


def has_newer_bar(candles: CandleStore, symbol: str, than: datetime | None) -> bool:
    newest = candles.last(symbol)
    return newest is not None and (than is None or newest > than)


def count(connection: Connection, sql: str, values: tuple[object, ...] = ()) -> int:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return 0 if row is None else int(row[0])
