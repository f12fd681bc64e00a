"""Bars in a real PostgreSQL: the contract, and what only this adapter promises."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.postgres_store import SPAN, PostgresCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.errors import (
    ConfigurationError,
    InvalidCandleError,
    UnavailableError,
)
from tradestream.postgres import connect
from tradestream.testing.candle_store_contract import (
    LATER,
    START,
    WRITTEN,
    CandleStoreContract,
    bars,
    minute,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresCandleStore]:
    store = PostgresCandleStore(lambda: connect(postgres_url))
    yield store
    store.close()


class TestPostgresCandleStore(CandleStoreContract):
    """Every test of the contract."""


def test_rows_know_their_source_and_when_they_were_written(
    store: PostgresCandleStore, postgres: Connection
) -> None:
    store.write(bars([0, 1]), source="coinbase", written_at=WRITTEN)
    store.write(bars([1], close=99.0), source="kraken", written_at=LATER)

    assert _provenance(postgres) == [
        ("coinbase", WRITTEN, None),
        ("kraken", LATER, LATER),
    ]


def test_a_range_scan_uses_the_index(
    store: PostgresCandleStore, postgres: Connection
) -> None:
    for symbol in ("A-USD", "B-USD", "C-USD"):
        store.write(bars(range(5000), symbol=symbol), source="x", written_at=WRITTEN)
    keys = {"symbol": "B-USD", "start": minute(100), "end": minute(400)}

    with postgres.cursor() as cursor:
        cursor.execute("ANALYZE market_data")
        cursor.execute(f"EXPLAIN SELECT close {SPAN} ORDER BY timestamp", keys)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Scan" in plan
    assert "Seq Scan" not in plan


def test_numbers_too_large_for_the_table_are_refused(
    store: PostgresCandleStore,
) -> None:
    huge = bars([0], close=1e12)

    with pytest.raises(InvalidCandleError, match="that fit the store"):
        store.write(huge, source="x", written_at=WRITTEN)

    assert store.symbols() == []


def test_a_connection_that_the_server_broke_is_named_and_replaced(
    store: PostgresCandleStore, postgres: Connection
) -> None:
    store.write(bars([0]), source="x", written_at=WRITTEN)
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )

    with pytest.raises(UnavailableError, match="postgres went away"):
        store.last("BTC-USD")

    assert store.last("BTC-USD") == minute(0)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="did not answer"):
        open_candle_store("postgresql://nobody@127.0.0.1:1/none")


def test_an_unknown_kind_of_store_is_named() -> None:
    with pytest.raises(ConfigurationError, match="was mysql://"):
        open_candle_store("mysql://127.0.0.1/x")


def test_the_factory_opens_a_store(postgres_url: str) -> None:
    store = open_candle_store(postgres_url)

    assert store.symbols() == []
    store.close()


def test_ninety_days_come_back_bit_for_bit(store: PostgresCandleStore) -> None:
    count = 90 * 1440
    times = to_seconds(START) + 60 * np.arange(count)
    random = np.random.default_rng(1)
    closes = np.round(100 + np.cumsum(random.normal(0, 0.01, count)) / 100, 4)
    series = CandleSeries(
        "BTC-USD", 60, times, closes, closes, closes, closes, np.full(count, 0.1)
    )

    store.write(series, source="x", written_at=WRITTEN)
    read = store.read("BTC-USD", 60, START, START + timedelta(days=90))

    assert read.fingerprint() == series.fingerprint()


def _provenance(postgres: Connection) -> list[tuple[str, datetime, datetime | None]]:
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "SELECT source, written_at, corrected_at FROM market_data"
            " ORDER BY timestamp"
        )
        return list(cursor.fetchall())
