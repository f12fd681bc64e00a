"""A market with an edge, and settings of a search that finds it in seconds."""

import numpy as np

from tradestream.candles import CandleSeries
from tradestream.discovery.life import LifeSettings

START = 1_700_002_800
"""A whole hour."""

QUICK = LifeSettings(
    strategies=("SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT"),
    population_size=20,
    max_generations=4,
)


def trending(bars: int, seed: int) -> CandleSeries:
    """Return a market that drifts up or down for hours: an edge for trend followers."""
    random = np.random.default_rng(seed)
    turns = random.random(bars) < 1 / 300
    drift = 0.0004 * np.where(np.cumsum(turns) % 2, 1, -1)
    closes = np.round(5e4 * np.exp(np.cumsum(drift + random.normal(0, 5e-4, bars))), 2)
    opens = np.append(closes[0], closes[:-1])
    return CandleSeries(
        "TREND-USD",
        60,
        START + 60 * np.arange(bars),
        opens,
        np.maximum(opens, closes),
        np.minimum(opens, closes),
        closes,
        np.ones(bars),
    )
