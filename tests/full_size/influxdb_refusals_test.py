"""What goes wrong with InfluxDB: one clear line each, and no bar lost."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.full_size.influxdb_buckets import YEAR_SECONDS, Buckets
from tradestream.candle_store.influxdb_bucket import ensure_bucket
from tradestream.candle_store.influxdb_http import InfluxHttp
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.candle_store.influxdb_store import InfluxCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.instruments import Instrument
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.ports import choose
from tradestream.testing.candle_store_contract import WRITTEN, bars, minute
from tradestream.testing.rooms import run_room
from tradestream.testing.servers import temporary_folder

pytestmark = pytest.mark.integration


@pytest.fixture
def buckets(influxdb: InfluxDBServer) -> Buckets:
    return Buckets(influxdb)


@pytest.fixture
def own_server() -> Iterator[InfluxDBServer]:
    """Return a server that a test may kill."""
    with temporary_folder("influxdb") as folder:
        server = InfluxDBServer(folder / "data", choose(1)[0], folder / "influxdb.log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.mark.parametrize(
    ("change", "status", "wanted"),
    [
        ({"candles_password_file": "wrong"}, 1, "a token that it knows is required"),
        ({"candles_password_file": None}, 1, "a token is required in a password file"),
        ({"candles_url": "/nowhere"}, 1, "candles create influxdb://"),
        ({"candles_url": ""}, 1, "its bucket is missing"),
        ({"candles_url": "influxdb://127.0.0.1:1/a/b"}, 75, "did not answer"),
    ],
    ids=["wrong token", "no token", "no such bucket", "no bucket", "no server"],
)
def test_a_room_says_in_one_line_what_is_wrong_with_its_store(
    influxdb: InfluxDBServer,
    redis_url: str,
    tmp_path: Path,
    change: dict[str, str | None],
    status: int,
    wanted: str,
) -> None:
    flags: dict[str, object] = {
        "candles_url": influxdb.url,
        "candles_password_file": influxdb.token_file,
        "bus_url": redis_url,
        "redis_url": redis_url,
        "symbols": "BTC-USD",
        "coinbase_rest_url": "http://127.0.0.1:1",
    }
    if "candles_url" in change:
        asked = change["candles_url"] or ""
        base = influxdb.url.rpartition("/")[0]
        flags["candles_url"] = asked if "://" in asked else base + asked
    elif change["candles_password_file"] is None:
        del flags["candles_password_file"]
    else:
        flags["candles_password_file"] = tmp_path / "token"
        (tmp_path / "token").write_text("wrong")

    finished = run_room("candle_ingestor", flags)

    assert finished.returncode == status, finished.stderr
    assert wanted in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_a_missing_bucket_is_named_with_the_command_that_makes_it(
    influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    url = f"{influxdb.url.rpartition('/')[0]}/nowhere"

    with pytest.raises(ConfigurationError) as missing:
        InfluxCandleStore.open(url, buckets.token)

    assert f"tradestream candles create {url} makes it" in str(missing.value)


def test_a_missing_organization_is_named(
    influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    url = influxdb.url.replace("/tradestream/", "/nobody/")

    with pytest.raises(ConfigurationError, match='organization name "nobody" not'):
        InfluxCandleStore.open(url, buckets.token)


def test_a_bucket_that_forgets_too_early_is_refused_and_can_be_mended(
    buckets: Buckets,
) -> None:
    url = buckets.create(30 * 24 * 3600)

    with pytest.raises(ConfigurationError, match="must keep bars 365 d, was 30 d"):
        InfluxCandleStore.open(url, buckets.token)

    assert ensure(url, buckets.token).endswith("keeps bars 365 d now, was 30 d")
    InfluxCandleStore.open(url, buckets.token).close()


def test_a_bucket_is_made_once_and_a_longer_memory_is_left_alone(
    influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    url = f"{influxdb.url.rpartition('/')[0]}/made_by_command"

    first = ensure(url, buckets.token)
    second = ensure(url, buckets.token)
    longer = ensure(buckets.create(2 * YEAR_SECONDS), buckets.token)

    assert first == "bucket made_by_command made, bars are kept 365 d"
    assert second.endswith("is there, bars are kept 365 d; nothing to do")
    assert longer.endswith("is there, bars are kept 730 d; nothing to do")
    InfluxCandleStore.open(url, buckets.token).close()


def test_a_token_that_may_only_read_reads_and_is_named_on_write(
    buckets: Buckets,
) -> None:
    url = buckets.create()
    token = buckets.restricted_token(url, ["read"])

    with closing(InfluxCandleStore.open(url, token)) as store:
        assert store.symbols() == []
        with pytest.raises(ConfigurationError, match="insufficient permissions"):
            store.write(bars([0]), source="x", written_at=WRITTEN)


def test_a_token_that_may_only_write_cannot_see_the_bucket(buckets: Buckets) -> None:
    url = buckets.create()
    token = buckets.restricted_token(url, ["write"])

    with pytest.raises(ConfigurationError, match="not to be read with this token"):
        InfluxCandleStore.open(url, token)


def test_a_token_for_one_bucket_is_enough(buckets: Buckets) -> None:
    url = buckets.create()
    token = buckets.restricted_token(url, ["read", "write"])

    with closing(InfluxCandleStore.open(url, token)) as store:
        store.write(bars(range(3)), source="x", written_at=WRITTEN)
        store.record_venue_holes(
            "BTC-USD", [(minute(5), minute(6))], checked_at=WRITTEN
        )

        assert len(store.read("BTC-USD", 60, minute(0), minute(9))) == 3


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="did not answer: connection refused"):
        InfluxCandleStore.open("influxdb://127.0.0.1:1/tradestream/candles", "x")


def test_a_bucket_deleted_under_a_store_is_named(buckets: Buckets) -> None:
    url = buckets.create()
    with closing(InfluxCandleStore.open(url, buckets.token)) as store:
        store.write(bars([0]), source="x", written_at=WRITTEN)
        buckets.delete(url)

        with pytest.raises(ConfigurationError, match="tradestream candles create"):
            store.read("BTC-USD", 60, minute(0), minute(9))
        with pytest.raises(ConfigurationError, match="not found; tradestream candles"):
            store.write_instruments([Instrument("BTC-USD", 0.01, 1e-8)])


def test_a_column_of_another_type_is_refused_with_its_bars(buckets: Buckets) -> None:
    url = buckets.create()
    start = minute(0)
    # Somebody wrote closes as texts; a type holds for a week's shard.
    buckets.write(url, f'candles,interval=1m,symbol=X close="1" {to_seconds(start)}')
    series = bars([0, 1, 20_000, 20_001])

    with closing(InfluxCandleStore.open(url, buckets.token)) as store:
        with pytest.raises(Exception, match="refused 2 of 4 bars") as refused:
            store.write(series, source="x", written_at=WRITTEN)
        read = store.read("BTC-USD", 60, minute(15_000), minute(30_000))

    assert "field type conflict" in str(refused.value)
    assert len(read) == 2


def test_a_server_killed_while_bars_are_written_costs_no_bar(
    own_server: InfluxDBServer,
) -> None:
    count = 200_000
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    start = end - count * timedelta(minutes=1)
    closes = np.round(100 + np.arange(count) % 977 / 100, 2)
    series = CandleSeries(
        "BTC-USD", 60, to_seconds(start) + 60 * np.arange(count), closes, closes,
        closes, closes, np.ones(count),
    )  # fmt: skip
    token = own_server.token_file.read_text().strip()
    failures: list[BaseException] = []
    store = InfluxCandleStore.open(own_server.url, token, retry_seconds=60)
    watcher = InfluxCandleStore.open(own_server.url, token)

    def write() -> None:
        try:
            for first in range(0, count, 5_000):
                part = series.slice(first, first + 5_000)
                store.write(part, source="x", written_at=end)
        except BaseException as error:  # noqa: BLE001  told to the test
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    for kill in range(1, 4):
        while thread.is_alive() and _written(watcher, start) < kill * 30_000:
            pass
        assert thread.is_alive(), "the kill must hit a write"
        own_server.kill()
        own_server.start()
    thread.join()
    read = watcher.read("BTC-USD", 60, start, end)
    changes = watcher.changes("BTC-USD", start, end)
    for opened in (store, watcher):
        opened.close()

    assert failures == []
    assert read.fingerprint() == series.fingerprint()
    assert not any(change.corrected for change in changes)


def test_a_server_that_stays_away_ends_the_patience(
    own_server: InfluxDBServer,
) -> None:
    token = own_server.token_file.read_text().strip()
    store = InfluxCandleStore.open(own_server.url, token, retry_seconds=1)
    own_server.kill()

    with pytest.raises(UnavailableError, match="did not answer"):
        store.write(bars([0]), source="x", written_at=WRITTEN)

    own_server.start()
    store.write(bars([0]), source="x", written_at=datetime.now(UTC))
    assert store.last("BTC-USD") == minute(0)
    store.close()


def ensure(url: str, token: str) -> str:
    with closing(InfluxHttp(parse_url(url), token)) as http:
        return ensure_bucket(http)


def _written(store: InfluxCandleStore, start: datetime) -> int:
    last = store.last("BTC-USD")
    return 0 if last is None else (to_seconds(last) - to_seconds(start)) // 60
