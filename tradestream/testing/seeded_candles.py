"""Made-up minutes of four markets, drawn from fixed seeds.

A slow wave over noise: a moving average has something to find. One market lacks
minutes in two places, one of them a hole of the venue.
"""

from datetime import UTC, datetime, timedelta

import numpy as np

from tradestream.candle_store.port import CandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.instruments import Instrument

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
PROVEN, PROBATION, UNPROVEN, BARE = "WAVE-USD", "DRIFT-USD", "BTC-USD", "NEW-USD"
SYMBOLS = (PROVEN, PROBATION, UNPROVEN, BARE)
TICK, LOT = 0.01, 1e-6


def seed_candles(store: CandleStore, *, days: int = 3, now: datetime = NOW) -> None:
    """Write `days` of minute bars of every market, with one gap and one hole."""
    for number, symbol in enumerate(SYMBOLS):
        store.write(
            made_up_candles(symbol, days=days, now=now, seed=number),
            source="made up",
            written_at=now,
        )
        store.write_instruments([Instrument(symbol, TICK, LOT)])
    hole = now - timedelta(hours=8)
    store.record_venue_holes(
        UNPROVEN, [(hole, hole + timedelta(minutes=4))], checked_at=now
    )


def made_up_candles(
    symbol: str, *, days: int, now: datetime = NOW, seed: int = 0
) -> CandleSeries:
    """Return seeded bars up to `now`; UNPROVEN lacks ten minutes in two places."""
    count = days * 1440
    random = np.random.default_rng(seed)
    # A slow wave over noise: a moving average has something to find here.
    wave = 0.012 * np.sin(np.arange(count) / 65.0)
    steps = random.normal(0, 0.0006, count).cumsum() + wave
    closes = np.round(100 * (seed + 1) * np.exp(steps), 2)
    opens = np.concatenate([closes[:1], closes[:-1]])
    spread = np.abs(random.normal(0, 0.05, count)) + TICK
    times = to_seconds(now) - 60 * np.arange(count, 0, -1, dtype=np.int64)
    series = CandleSeries(
        symbol,
        60,
        times,
        opens,
        np.round(np.maximum(opens, closes) + spread, 2),
        np.round(np.minimum(opens, closes) - spread, 2),
        closes,
        np.round(random.gamma(2, 3, count), 6),
    )
    if symbol != UNPROVEN:
        return series
    hole = to_seconds(now - timedelta(hours=8))
    own = to_seconds(now - timedelta(hours=4))
    kept = ~(
        (times >= hole) & (times < hole + 240) | (times >= own) & (times < own + 360)
    )
    return CandleSeries(
        symbol,
        60,
        times[kept],
        series.opens[kept],
        series.highs[kept],
        series.lows[kept],
        series.closes[kept],
        series.volumes[kept],
    )
