"""Rows of indicators from TA-Lib, pandas, and numpy, and crossings of them.

Shares nothing with the engine. Prices are whole ticks and volumes whole lots, as
floats; a row has one value a bar, NaN where it is not warm.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import talib
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tradestream.candles import CandleSeries
from tradestream.instruments import Instrument

Row = NDArray[np.float64]
Bits = NDArray[np.bool_]
Rules = tuple[Bits, Bits]

PRICE = 1e-6
"""The smallest difference of prices that counts, in ticks."""
RATIO = 1e-9
"""The smallest difference of ratios that counts."""


class Frame:
    """The columns of a market."""

    def __init__(self, series: CandleSeries, instrument: Instrument) -> None:
        tick, lot = instrument.price_tick, instrument.volume_lot
        self.open = np.rint(series.opens / tick)
        self.high = np.rint(series.highs / tick)
        self.low = np.rint(series.lows / tick)
        self.close = np.rint(series.closes / tick)
        self.volume = np.rint(series.volumes / lot)
        self.typical3 = self.high + self.low + self.close

    def highest(self, period: int) -> Row:
        """Return the highest high."""
        return np.asarray(talib.MAX(self.high, period))

    def lowest(self, period: int) -> Row:
        """Return the lowest low."""
        return np.asarray(talib.MIN(self.low, period))

    def middle(self, period: int) -> Row:
        """Return the middle of the highest high and the lowest low."""
        return np.asarray(talib.MIDPRICE(self.high, self.low, period))

    def atr(self, period: int) -> Row:
        """Return Wilder's average of the true range."""
        return np.asarray(talib.ATR(self.high, self.low, self.close, period))

    def sar(self, start: float, increment: float, top: float) -> Row:
        """Return the parabolic stop and reverse."""
        both = (start, increment, top) * 2
        return np.abs(talib.SAREXT(self.high, self.low, 0, 0, *both))

    def mfi(self, period: int) -> Row:
        """Return the money flow index."""
        high, low, close = (3 * x for x in (self.high, self.low, self.close))
        return np.asarray(talib.MFI(high, low, close, self.volume, period))

    def fast_k(self, period: int) -> Row:
        """Return the fast %K."""
        return in_range(self.close, self.lowest(period), self.highest(period))

    def vwap(self, period: int) -> Row:
        """Return the mean typical price by volume."""
        return over(
            rolling_sum(self.typical3 * self.volume, period),
            3 * rolling_sum(self.volume, period),
        )


def late(row: Row, bars: int = 1) -> Row:
    """Return the row of some bars ago."""
    return np.concatenate([np.full(bars, np.nan), row[:-bars]])


def sma(row: Row, period: int) -> Row:
    """Return the simple average."""
    return np.asarray(talib.SMA(row, period))


def ema(row: Row, period: int) -> Row:
    """Return the exponential average."""
    return np.asarray(talib.EMA(row, period))


def wilder(row: Row, period: int) -> Row:
    """Return Wilder's average, from the mean of the first n values."""
    first = int(np.argmax(~np.isnan(row))) + period - 1
    seeded = row[first:].copy()
    seeded[0] = np.mean(row[first - period + 1 : first + 1])
    smooth = pd.Series(seeded).ewm(alpha=1 / period, adjust=False).mean()
    return np.concatenate([np.full(first, np.nan), smooth.to_numpy()])


def rolling_sum(row: Row, period: int) -> Row:
    """Return the sum of each window, taken anew."""
    return _each_window(np.sum, row, period)


def sigma(row: Row, period: int) -> Row:
    """Return the population standard deviation of each window."""
    return _each_window(np.std, row, period)


def _each_window(function: Callable[..., Row], row: Row, period: int) -> Row:
    values = function(sliding_window_view(row, period), axis=1)
    return np.concatenate([np.full(period - 1, np.nan), values])


def over(a: Row, b: Row, otherwise: float = np.nan) -> Row:
    """Return a / b, or `otherwise` where b is 0."""
    quotient = a / np.where(b == 0, 1.0, b)
    return np.where(b == 0, otherwise, quotient)


def in_range(row: Row, low: Row, high: Row) -> Row:
    """Return 0 at the low, 100 at the high, 50 without a range."""
    return over(100 * (row - low), high - low, 50.0)


def above(a: Row | float, b: Row | float, epsilon: float) -> Bits:
    """Return where a > b by more than epsilon."""
    return np.asarray(np.subtract(a, b) > epsilon)


def up(a: Row | float, b: Row | float, epsilon: float) -> Bits:
    """Return where a crosses above b."""
    difference = np.asarray(np.subtract(a, b))
    return np.asarray((difference > epsilon) & (late(difference) <= epsilon))


def down(a: Row | float, b: Row | float, epsilon: float) -> Bits:
    """Return where a crosses below b."""
    return up(b, a, epsilon)


def crossing(a: Row | float, b: Row | float, epsilon: float) -> Rules:
    """Return where a crosses above b, and where below."""
    return up(a, b, epsilon), down(a, b, epsilon)


def warm(*rows: Row) -> Bits:
    """Return where no row is NaN."""
    return np.asarray(~np.any(np.isnan(np.stack(rows)), axis=0))
