import json
from datetime import UTC, datetime, timedelta

import pytest

from services.candle_ingestor.memory_watermarks import MemoryWatermarks
from services.candle_ingestor.watermarks import (
    WATERMARKS_KEY,
    RedisWatermarks,
    Watermarks,
    read_symbols,
)
from tradestream.errors import InvalidDataError, UnavailableError
from tradestream.redis import Redis
from tradestream.traded_symbols import RETIRED_KEY, SYMBOLS_KEY

NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.integration)])
def watermarks(request: pytest.FixtureRequest) -> Watermarks:
    if request.param == "memory":
        return MemoryWatermarks()
    return RedisWatermarks(request.getfixturevalue("redis_client"))


def test_there_is_no_watermark_at_first(watermarks: Watermarks) -> None:
    assert watermarks.read("BTC-USD") is None


def test_a_watermark_is_kept_to_the_microsecond(watermarks: Watermarks) -> None:
    exact = NOW.replace(microsecond=123_456)

    watermarks.write("BTC-USD", exact)

    assert watermarks.read("BTC-USD") == exact
    assert watermarks.read("ETH-USD") is None


@pytest.mark.parametrize("step", [timedelta(microseconds=1), SECOND])
def test_a_watermark_never_goes_back(watermarks: Watermarks, step: timedelta) -> None:
    watermarks.write("BTC-USD", NOW + step)

    watermarks.write("BTC-USD", NOW)

    assert watermarks.read("BTC-USD") == NOW + step
    watermarks.write("BTC-USD", NOW + 2 * step)
    assert watermarks.read("BTC-USD") == NOW + 2 * step


@pytest.mark.integration
def test_watermarks_rest_in_the_hash_of_the_room(redis_client: Redis) -> None:
    RedisWatermarks(redis_client).write("BTC-USD", NOW)

    held = dict(redis_client.hscan_iter(WATERMARKS_KEY))
    assert held == {"BTC-USD": "2026-03-10T12:00:30.000000+00:00"}


@pytest.mark.integration
def test_reads_the_listed_symbols_and_those_that_left_not_long_ago(
    redis_client: Redis,
) -> None:
    redis_client.set(SYMBOLS_KEY, json.dumps(["BTC-USD", "ETH-USD"]))
    retired = {
        "XRP-USD": NOW + SECOND,
        "ADA-USD": NOW + SECOND,
        "OLD-USD": NOW,
        "ETH-USD": NOW + SECOND,
    }
    for symbol, until in retired.items():
        redis_client.hset(RETIRED_KEY, symbol, until.isoformat())

    found = read_symbols(redis_client, NOW)

    assert found == ["BTC-USD", "ETH-USD", "ADA-USD", "XRP-USD"]


@pytest.mark.integration
def test_a_list_that_was_never_written_may_still_come(redis_client: Redis) -> None:
    with pytest.raises(UnavailableError, match="top_crypto_updater writes it"):
        read_symbols(redis_client, NOW)


@pytest.mark.integration
@pytest.mark.parametrize("text", ["", "BTC-USD", "{}", "[1]", '"BTC-USD"', "null"])
def test_a_list_of_another_shape_is_refused(redis_client: Redis, text: str) -> None:
    redis_client.set(SYMBOLS_KEY, text)

    with pytest.raises(InvalidDataError, match="a JSON list of symbols is required"):
        read_symbols(redis_client, NOW)
