"""What tests of the job on Flink share: bars, requests, poison, and results."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from protos.discovery.v1.request_pb2 import (
    GAConfig,
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from tradestream.bus.codec import ANSWERED_BY, encode
from tradestream.bus.dead_letter import POSITION
from tradestream.bus.port import Bus, Message
from tradestream.candle_store.port import CandleStore
from tradestream.candles import to_datetime
from tradestream.discovery.design import design
from tradestream.discovery.requests import request_id, timestamp
from tradestream.instruments import Instrument
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import random_walk

SYMBOLS = tuple(f"WALK{number}-USD" for number in range(1, 7))
DAY_MINUTES = 1_440
BARS = 2 * DAY_MINUTES
HOUR = 3_600
START = (int(random_walk(2).open_times[0]) // HOUR + 1) * HOUR
WRITTEN_AT = datetime(2026, 1, 1, tzinfo=UTC)

Seen = Counter[tuple[str, bytes, tuple[tuple[str, str], ...]]]
"""How often each message is there: key, value, and headers but for who answered."""


def fill(
    store: CandleStore, symbols: Sequence[str] = SYMBOLS, minutes: int = BARS
) -> None:
    """Write two days of bars, or more, and the increments of each symbol."""
    for number, symbol in enumerate(symbols):
        walk = replace(random_walk(minutes + 60, seed=number), symbol=symbol)
        store.write(walk, source="test", written_at=WRITTEN_AT)
    store.write_instruments([Instrument(symbol, 0.01, 0.001) for symbol in symbols])


def search(
    symbol: str, strategy_name: str, minutes: int = DAY_MINUTES, *, seed: int = 1
) -> Message:
    """Return a request for a small search."""
    message = StrategyDiscoveryRequest(
        symbol=symbol,
        interval="1m",
        start_time=timestamp(to_datetime(START)),
        end_time=timestamp(to_datetime(START + 60 * minutes)),
        strategy_name=strategy_name,
        top_n=3,
        ga_config=GAConfig(population_size=20, max_generations=5, seed=seed),
        fee_bps=1,
        objective="excess_sharpe",
    )
    return _asked(message)


def exam(symbol: str) -> Message:
    """Return a request for an exam of a day."""
    message = HistoryExamRequest(
        symbol=symbol,
        interval="1m",
        start_time=timestamp(to_datetime(START)),
        end_time=timestamp(to_datetime(START + 24 * HOUR)),
        design_hash=design().hash,
        exam_number=1,
        alpha=0.0076,
        seed=5,
    )
    return _asked(message)


def searches(
    count: int, *, seed: int = 1, symbols: Sequence[str] = SYMBOLS
) -> list[Message]:
    """Return as many different searches, symbol by symbol, as the factory asks."""
    per_symbol = -(-count // len(symbols))
    names = list(CATALOGUE)
    asked = [
        search(
            symbol,
            names[number % len(names)],
            DAY_MINUTES + HOUR // 60 * (number // len(names)),
            seed=seed,
        )
        for symbol in symbols
        for number in range(per_symbol)
    ]
    return asked[:count]


def poison() -> dict[str, Message]:
    """Return what cannot be answered, by a word of the reason."""
    good = search(SYMBOLS[0], "SMA_RSI")
    return {
        "do not parse": Message("k", good.value[:-3], good.headers),
        "of type": Message("k", b"?", {"type": "somebody.else.v1.Thing"}),
        "strategy_name": search(SYMBOLS[0], "ASTROLOGY"),
        "missing": search("NONE-USD", "SMA_RSI"),
    }


def seen(bus: Bus, topic: str, but: Seen | None = None) -> Seen:
    """Return what is committed in a topic, without what was there before."""
    found = Counter(
        (record.message.key, record.message.value, _headers(record.message))
        for record in bus.newest(topic, 100_000)
    )
    return found - (but or Counter())


def without_position(letters: Seen) -> Seen:
    """Return dead letters without where each lay: asked twice, it lies elsewhere."""
    found: Seen = Counter()
    for (key, value, headers), count in letters.items():
        found[key, value, tuple(h for h in headers if h[0] != POSITION)] += count
    return found


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    kept = {k: v for k, v in message.headers.items() if k != ANSWERED_BY}
    return tuple(sorted(kept.items()))


def _asked(message: StrategyDiscoveryRequest | HistoryExamRequest) -> Message:
    message.request_id = request_id(message)
    return encode(
        message,
        key=message.symbol,
        request_id=message.request_id,
        correlation_id=message.request_id,
    )
