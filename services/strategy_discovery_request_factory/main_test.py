"""The room as a process, against real servers."""

import json

import numpy as np
import pytest

from protos.discovery.v1.request_pb2 import StrategyDiscoveryRequest
from services.strategy_discovery_request_factory.redis_state import WATERMARKS_KEY
from tradestream.bus.codec import decode
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import CandleSeries, to_datetime
from tradestream.redis import Redis
from tradestream.testing.rooms import KILLED, run_room

ROOM = "strategy_discovery_request_factory"
END = 1_772_452_800


def flags(redis_url: str, postgres_url: str) -> dict[str, object]:
    return {
        "bus_url": redis_url,
        "redis_url": redis_url,
        "candles_url": postgres_url,
        "windows": "100,200",
        "strategies": "SMA_RSI,EMA_MACD",
        "now": to_datetime(END).isoformat(),
    }


def fill_store(postgres_url: str) -> None:
    store = open_candle_store(postgres_url)
    times = np.arange(END - 300 * 60, END, 60)
    price = np.full(len(times), 100.0)
    bars = CandleSeries("BTC-USD", 60, times, price, price, price, price, price)
    store.write(bars, source="test", written_at=to_datetime(END))
    store.close()


def requests(bus: RedisStreamsBus) -> list[str]:
    return [
        decode(record, StrategyDiscoveryRequest).request_id
        for record in bus.newest(DISCOVERY_REQUESTS, 100)
    ]


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("windows", "100,x", "minutes are required"),
        ("strategies", "ASTROLOGY", "types of the catalogue"),
        ("objective", "luck", "objective"),
        ("max_lag", -1, "max_lag"),
        ("population_size", 3, "population_size"),
    ],
)
def test_refuses_an_impossible_flag(flag: str, value: object, words: str) -> None:
    given = {**flags("redis://h", "postgresql://h/d"), flag: value}

    finished = run_room(ROOM, given)

    assert finished.returncode == 1
    assert words in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.integration
def test_without_a_list_of_symbols_it_is_too_early(
    redis_url: str, postgres_url: str
) -> None:
    finished = run_room(ROOM, flags(redis_url, postgres_url))

    assert finished.returncode == 75
    assert "top_cryptocurrencies was not written yet" in finished.stderr


@pytest.mark.integration
def test_a_list_of_symbols_that_is_none_is_an_error(
    redis_url: str, redis_client: Redis, postgres_url: str
) -> None:
    redis_client.set("top_cryptocurrencies", "BTC")

    finished = run_room(ROOM, flags(redis_url, postgres_url))

    assert finished.returncode == 1
    assert "a JSON list of symbols is required" in finished.stderr


@pytest.mark.integration
def test_a_kill_between_publishing_and_the_watermark_asks_the_same_again(
    redis_url: str, redis_client: Redis, redis_bus: RedisStreamsBus, postgres_url: str
) -> None:
    fill_store(postgres_url)
    redis_client.set("top_cryptocurrencies", json.dumps(["BTC-USD"]))
    arguments = flags(redis_url, postgres_url)

    killed = run_room(ROOM, arguments, failpoint="factory.published")
    after_kill = requests(redis_bus), redis_client.exists(WATERMARKS_KEY)
    second = run_room(ROOM, arguments)
    third = run_room(ROOM, arguments)

    assert killed.returncode == KILLED
    assert after_kill[1] == 0
    assert (second.returncode, third.returncode) == (0, 0), second.stderr
    assert requests(redis_bus) == after_kill[0] * 2
    assert len(set(after_kill[0])) == 4
    # Two windows, and up to when corrections were looked at.
    assert redis_client.hlen(WATERMARKS_KEY) == 3
