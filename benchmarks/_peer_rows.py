"""Signals for the peers, from TA-Lib rows: each period once, genomes by comparison.

Used with `import talib` in the environment of the peers alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import CandleSeries, Floats
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import StrategyType, integer

Bits = NDArray[np.bool_]
Signals = Callable[[Floats], tuple[Bits, Bits]]
"""Returns entries and exits of genomes, shape (g, n) each."""

PRICE_EPSILON, RATIO_EPSILON = 1e-6, 1e-9

RSI_THRESHOLDS = StrategyType(
    name="RSI_THRESHOLDS",
    idea="Buys when momentum is low and sells when it is high.",
    parameters=(
        integer("period", 2, 30),
        integer("oversold", 15, 40),
        integer("overbought", 60, 85),
    ),
    enter="rsi(period) < oversold",
    exit="rsi(period) > overbought",
)
"""A user's own type: the rule that every library shows first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One strategy type as the peers know it.

    Attributes:
        strategy: Our declaration.
        rows: Makes the rows of a series for some genomes, then gives signals.
    """

    strategy: StrategyType
    rows: Callable[[CandleSeries, float, Floats], Signals]


def _each(row: Callable[[int], Floats], periods: Floats) -> Mapping[int, Floats]:
    return {int(period): row(int(period)) for period in np.unique(periods)}


def _crossing_rows(series: CandleSeries, tick: float, genomes: Floats) -> Signals:
    import talib

    ticks = np.rint(series.closes / tick)
    simple = _each(lambda period: talib.SMA(ticks, period), genomes[:, 0])
    smooth = _each(lambda period: talib.EMA(ticks, period), genomes[:, 1])

    def signals(part: Floats) -> tuple[Bits, Bits]:
        enter, leave = np.zeros((2, len(part), len(ticks)), np.bool_)
        for k, (short, long) in enumerate(part):
            difference = simple[int(short)] - smooth[int(long)]
            above, below = difference > PRICE_EPSILON, difference < -PRICE_EPSILON
            warm = ~np.isnan(difference[:-1])
            enter[k, 1:] = above[1:] & ~above[:-1] & warm
            leave[k, 1:] = below[1:] & ~below[:-1] & warm
        return enter, leave

    return signals


def _threshold_rows(series: CandleSeries, tick: float, genomes: Floats) -> Signals:
    import talib

    ticks = np.rint(series.closes / tick)
    rows = _each(lambda period: talib.RSI(ticks, period), genomes[:, 0])

    def signals(part: Floats) -> tuple[Bits, Bits]:
        enter, leave = np.empty((2, len(part), len(ticks)), np.bool_)
        for k, (period, low, high) in enumerate(part):
            np.less(rows[int(period)], low - RATIO_EPSILON, out=enter[k])
            np.greater(rows[int(period)], high + RATIO_EPSILON, out=leave[k])
        return enter, leave

    return signals


CROSSING = Rule(CATALOGUE["SMA_EMA_CROSSOVER"], _crossing_rows)
THRESHOLDS = Rule(RSI_THRESHOLDS, _threshold_rows)
