"""Markets for tests: seeded, in whole ticks, some of them unpleasant."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tradestream.candle_files import read_candles
from tradestream.candles import CandleSeries
from tradestream.instruments import Instrument, infer_increment

START = 1_700_000_100
"""A multiple of 300 seconds that is no whole hour."""

RECORDINGS = (
    Path(__file__).resolve().parents[2]
    / "services"
    / "exchange_simulator"
    / "recordings"
)


def random_walk(
    bars: int, *, seed: int = 7, interval_seconds: int = 60, price: float = 50_000.0
) -> CandleSeries:
    """Return a geometric random walk in cents, opening where it closed."""
    random = np.random.default_rng(seed)
    closes = np.round(price * np.exp(np.cumsum(random.normal(0, 0.0012, bars))), 2)
    opens = np.append(closes[0], closes[:-1])
    above, below = np.abs(random.normal(0, 0.0003, (2, bars)))
    return CandleSeries(
        "WALK-USD",
        interval_seconds,
        START + interval_seconds * np.arange(bars),
        opens,
        np.round(np.maximum(opens, closes) * (1 + above), 2),
        np.round(np.minimum(opens, closes) * (1 - below), 2),
        closes,
        np.round(random.uniform(1, 10, bars), 3),
    )


def quiet_market(bars: int, *, seed: int = 7) -> CandleSeries:
    """Return a market of few ticks: flat minutes, no volume in them, and holes."""
    random = np.random.default_rng(seed)
    moves = random.integers(-3, 4, bars) * (random.random(bars) < 0.3)
    stretch = np.repeat(random.random(bars // 40 + 1) < 0.5, 40)[:bars]
    closes = 10.0 + np.round(0.01 * np.cumsum(moves * stretch), 2)
    closes = np.maximum(closes, 1.0).astype(np.float64)
    opens = np.append(closes[0], closes[:-1])
    tail = 0.01 * random.integers(0, 2, (2, bars)) * (moves != 0) * stretch
    present = np.flatnonzero(random.random(bars) > 0.04)
    series = CandleSeries(
        "QUIET-USD",
        60,
        START + 60 * np.arange(bars),
        opens,
        np.round(np.maximum(opens, closes) + tail[0], 2),
        np.round(np.minimum(opens, closes) - tail[1], 2),
        closes,
        np.round(random.uniform(0, 5, bars), 2) * (opens != closes),
    )
    return CandleSeries(
        series.symbol,
        series.interval_seconds,
        series.open_times[present],
        series.opens[present],
        series.highs[present],
        series.lows[present],
        series.closes[present],
        series.volumes[present],
    )


def bouncing_market(
    bars: int, *, seed: int = 7, prices: int = 3, lowest: float = 1.0
) -> CandleSeries:
    """Return a market of a few prices, volumes of 0 to 2 lots, and long pauses."""
    random = np.random.default_rng(seed)
    awake = np.repeat(random.random(bars) < 0.4, random.integers(1, 30, bars))[:bars]
    picks = random.integers(0, prices, bars)
    last = np.maximum.accumulate(np.where(awake, np.arange(bars), 0))
    closes = np.round(lowest + 0.01 * picks[last], 2)
    opens = np.append(closes[0], closes[:-1])
    tails = 0.01 * random.integers(0, 2, (2, bars)) * awake
    return CandleSeries(
        "BOUNCE-USD",
        60,
        START + 60 * np.arange(bars),
        opens,
        np.round(np.maximum(opens, closes) + tails[0], 2),
        np.round(np.minimum(opens, closes) - tails[1], 2),
        closes,
        (random.integers(0, 3, bars) * awake).astype(np.float64),
    )


def jumping_market(bars: int, *, factor: float, seed: int = 7) -> CandleSeries:
    """Return a random walk whose price is multiplied within one early bar."""
    walk = random_walk(bars, seed=seed, price=100.0)
    scale = np.where(np.arange(bars) < bars // 6, 1.0, factor)
    opens = np.round(walk.opens * np.append(1.0, scale[:-1]), 2)
    closes = np.round(walk.closes * scale, 2)
    return replace(
        walk,
        opens=opens,
        highs=np.maximum(np.round(walk.highs * scale, 2), np.maximum(opens, closes)),
        lows=np.minimum(np.round(walk.lows * scale, 2), np.minimum(opens, closes)),
        closes=closes,
    )


def recorded(name: str, first: int, last: int) -> CandleSeries:
    """Return bars `first` to `last` of a recording, e.g. `BTC-USD_1m`."""
    (path,) = RECORDINGS.glob(f"{name}_*.csv.gz")
    return read_candles(path).slice(first, last)


def instrument_of(series: CandleSeries) -> Instrument:
    """Return the increments that the bars of a series use."""
    prices = np.concatenate([series.opens, series.highs, series.lows, series.closes])
    return Instrument(
        series.symbol, infer_increment(prices), infer_increment(series.volumes)
    )
