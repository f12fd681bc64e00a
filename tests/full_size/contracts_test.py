"""Row T9 of the contract table, seen as an outsider sees it: by InfluxDB's client."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from influxdb_client.client.influxdb_client import InfluxDBClient

from tests.full_size.influxdb_buckets import YEAR_SECONDS, Buckets
from tradestream.candle_store.influxdb_settings import InfluxSettings, parse_url
from tradestream.candle_store.influxdb_store import InfluxCandleStore
from tradestream.candles import CandleSeries
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.testing.candle_store_contract import LATER, WRITTEN, bars, minute
from tradestream.testing.command import run_command

pytestmark = pytest.mark.integration

FLOATS = ("open", "high", "low", "close", "volume")


@pytest.fixture
def buckets(influxdb: InfluxDBServer) -> Buckets:
    return Buckets(influxdb)


@pytest.fixture
def client(influxdb: InfluxDBServer, buckets: Buckets) -> Iterator[InfluxDBClient]:
    """Return the client of everybody else."""
    at = parse_url(influxdb.url)
    with InfluxDBClient(at.base_url, buckets.token, org=at.org) as client:
        yield client


def write(
    url: str, token: str, series: CandleSeries, source: str, at: datetime
) -> None:
    """Store bars as the ingestor does."""
    with closing(InfluxCandleStore.open(url, token)) as store:
        store.write(series, source=source, written_at=at)


def rows(client: InfluxDBClient, at: InfluxSettings) -> list[dict[str, Any]]:
    """Return every point of a bucket, a row with all its fields, by Flux."""
    found = client.query_api().query(
        f'from(bucket: "{at.bucket}") |> range(start: {minute(-60).isoformat()})'
        ' |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")'
        ' |> group() |> sort(columns: ["_time"])'
    )
    return [record.values for table in found for record in table.records]


def test_T09_a_bar_is_a_point_of_candles_with_floats_and_its_history(
    client: InfluxDBClient, buckets: Buckets
) -> None:
    url = buckets.create()
    series = bars(range(3))

    write(url, buckets.token, series, "coinbase", WRITTEN)

    found = rows(client, parse_url(url))
    assert {row["_measurement"] for row in found} == {"candles"}
    assert [row["_time"] for row in found] == [minute(0), minute(1), minute(2)]
    assert {(row["symbol"], row["interval"]) for row in found} == {("BTC-USD", "1m")}
    for name in FLOATS:
        values = [row[name] for row in found]
        assert all(type(value) is float for value in values), name
        assert values == getattr(series, f"{name}s").tolist(), name
    assert {row["source"] for row in found} == {"coinbase"}
    micros = timedelta(microseconds=1)
    since = {(WRITTEN - datetime(1970, 1, 1, tzinfo=UTC)) // micros}
    assert {row["written_at"] for row in found} == since


def test_T09_nothing_but_symbol_and_interval_is_identity(
    client: InfluxDBClient, buckets: Buckets
) -> None:
    url = buckets.create()
    write(url, buckets.token, bars(range(2)), "coinbase", WRITTEN)

    write(url, buckets.token, bars([1], close=90.25), "kraken", LATER)

    assert [
        (row["_time"], row["close"], row["source"])
        for row in rows(client, parse_url(url))
    ] == [(minute(0), 100.5, "coinbase"), (minute(1), 90.25, "kraken")]


def test_T09_the_bucket_keeps_bars_365_days(
    client: InfluxDBClient, influxdb: InfluxDBServer
) -> None:
    url = f"{influxdb.url.rpartition('/')[0]}/t09"

    made = run_command("candles", "create", url, "--password_file", influxdb.token_file)

    assert made.returncode == 0, made.stderr
    bucket = client.buckets_api().find_bucket_by_name("t09")  # type: ignore[no-untyped-call]  # untyped
    assert [rule.every_seconds for rule in bucket.retention_rules] == [YEAR_SECONDS]
