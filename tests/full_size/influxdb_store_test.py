"""Bars in a real InfluxDB: the contract, and what only this adapter promises."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.full_size.influxdb_buckets import YEAR_SECONDS, Buckets
from tradestream.candle_store.influxdb_store import InfluxCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.errors import InvalidCandleError
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.testing.candle_store_contract import (
    LATER,
    START,
    WRITTEN,
    CandleStoreContract,
    bars,
)

pytestmark = pytest.mark.integration

MINUTE = timedelta(minutes=1)


@pytest.fixture
def buckets(influxdb: InfluxDBServer) -> Buckets:
    return Buckets(influxdb)


@pytest.fixture
def store(buckets: Buckets) -> Iterator[InfluxCandleStore]:
    """Return an empty store that keeps bars for ever: the tests' bars grow old."""
    store = InfluxCandleStore.open(buckets.create(), buckets.token)
    yield store
    store.close()


@pytest.fixture
def yearly(buckets: Buckets) -> Iterator[InfluxCandleStore]:
    """Return an empty store that keeps bars a year, as declared."""
    store = InfluxCandleStore.open(buckets.create(YEAR_SECONDS), buckets.token)
    yield store
    store.close()


class TestInfluxCandleStore(CandleStoreContract):
    """Every test of the contract."""


def a_year_ago() -> datetime:
    """Return a whole minute as old as the bucket keeps."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return now - timedelta(seconds=YEAR_SECONDS)


def bars_from(start: datetime, count: int) -> CandleSeries:
    """Return bars that follow each other."""
    made = bars(range(count))
    times = to_seconds(start) + 60 * np.arange(count)
    return CandleSeries(
        made.symbol, 60, times, made.opens, made.highs, made.lows, made.closes,
        made.volumes,
    )  # fmt: skip


def test_numbers_come_back_bit_for_bit(store: InfluxCandleStore) -> None:
    random = np.random.default_rng(7)
    count = 5_000
    size = 10.0 ** random.uniform(-9, 12, count)
    opens = np.maximum(np.round(size * random.random(count), 10), 1e-10)
    closes = np.maximum(np.round(opens * random.uniform(0.5, 2, count), 10), 1e-10)
    times = to_seconds(START) + 60 * np.arange(count)
    series = CandleSeries(
        "BTC-USD", 60, times, opens, np.maximum(opens, closes),
        np.minimum(opens, closes), closes, np.round(size, 8),
    )  # fmt: skip

    store.write(series, source="x", written_at=WRITTEN)
    again = store.write(series, source="x", written_at=LATER)

    read = store.read("BTC-USD", 60, START, START + count * MINUTE)
    assert again.unchanged == count
    for mine, theirs in (
        (series.opens, read.opens), (series.highs, read.highs),
        (series.lows, read.lows), (series.closes, read.closes),
        (series.volumes, read.volumes),
    ):  # fmt: skip
        assert [round(x, 10) for x in mine.tolist()] == theirs.tolist()


def test_a_bar_older_than_the_retention_is_named_and_the_others_are_stored(
    yearly: InfluxCandleStore,
) -> None:
    # A shard is a week: a bar just too old would be let in with its neighbours.
    old = a_year_ago() - timedelta(days=20)
    mixed = bars_from(a_year_ago() + timedelta(days=1), 10)
    mixed.open_times[0] = to_seconds(old)

    with pytest.raises(InvalidCandleError) as refused:
        yearly.write(mixed, source="x", written_at=WRITTEN)

    text = str(refused.value)
    assert "influxdb refused 1 of 10 bars, the others are stored" in text
    assert old.isoformat() in text
    assert "outside retention policy" in text
    read = yearly.read("BTC-USD", 60, old, a_year_ago() + timedelta(days=2))
    assert read.open_times.tolist() == mixed.open_times[1:].tolist()


def test_minutes_that_expire_are_nobodys_to_fetch(yearly: InfluxCandleStore) -> None:
    start, end = a_year_ago() - 60 * MINUTE, a_year_ago() + 180 * MINUTE
    yearly.write(bars_from(end - 10 * MINUTE, 10), source="x", written_at=WRITTEN)

    gaps = yearly.gaps("BTC-USD", start, end)

    assert [gap.at_venue for gap in gaps] == [True, False]
    assert gaps[0].start == start
    assert gaps[0].end - a_year_ago() in (60 * MINUTE, 61 * MINUTE, 62 * MINUTE)
    assert gaps[1].end == end - 10 * MINUTE


def test_holes_and_increments_outlive_the_bars(yearly: InfluxCandleStore) -> None:
    start = datetime(2016, 1, 1, tzinfo=UTC)
    hole = (start, a_year_ago() + timedelta(days=9))

    yearly.record_venue_holes("BTC-USD", [hole], checked_at=WRITTEN)

    assert [(h.start, h.end) for h in yearly.checked_holes("BTC-USD")] == [hole]
    gaps = yearly.gaps("BTC-USD", a_year_ago() + timedelta(days=1), hole[1] + MINUTE)
    assert [gap.at_venue for gap in gaps] == [True, False]


@pytest.mark.parametrize("name", ["", "A\\", "A\nB", "A\x00"])
def test_a_symbol_that_cannot_be_a_tag_is_refused_before_anything_is_sent(
    store: InfluxCandleStore, name: str
) -> None:
    with pytest.raises(InvalidCandleError, match="a symbol of printable characters"):
        store.write(bars([0], symbol=name), source="x", written_at=WRITTEN)

    assert store.symbols() == []


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_stops_the_whole_write(
    store: InfluxCandleStore, number: float
) -> None:
    broken = bars(range(5))
    broken.volumes[3] = number

    with pytest.raises(InvalidCandleError, match=r"10:03.*volume must be finite"):
        store.write(broken, source="x", written_at=WRITTEN)

    assert store.symbols() == []


def test_a_price_below_the_tenth_decimal_is_none(store: InfluxCandleStore) -> None:
    tiny = bars(range(2))
    tiny.lows[1] = 1e-12

    with pytest.raises(InvalidCandleError, match="prices must be positive"):
        store.write(tiny, source="x", written_at=WRITTEN)
