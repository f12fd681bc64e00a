"""Bars as whole numbers, and the averages and sums that all families share.

Shares no code with the engine: prices are whole ticks and volumes whole lots in
Python's integers; what is no whole number is an 80-bit float. Slow and plain on
purpose. A row is a list with one entry a bar, NaN where it is not warm.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tradestream.candles import CandleSeries
from tradestream.instruments import Instrument

Row = list[Any]
LONG = np.longdouble
NAN = LONG("nan")


class Bars:
    """The columns of one series.

    Attributes:
        count: How many bars there are.
        tick: Price step in the quote currency.
        lot: Volume step in the base currency.
        epsilon: The smallest difference of prices that counts in rules, in ticks.
    """

    def __init__(self, series: CandleSeries, instrument: Instrument) -> None:
        def whole(values: np.ndarray, unit: float) -> list[int]:
            return [round(float(v) / unit) for v in values]

        self.count = len(series)
        self.tick, self.lot = instrument.price_tick, instrument.volume_lot
        self.open = whole(series.opens, self.tick)
        self.high = whole(series.highs, self.tick)
        self.low = whole(series.lows, self.tick)
        self.close = whole(series.closes, self.tick)
        self.volume = whole(series.volumes, self.lot)
        self.epsilon = max(1e-6, 1e-14 * self.close[0])

    def __len__(self) -> int:
        return self.count

    @property
    def typical3(self) -> list[int]:
        """High + low + close: three times the typical price."""
        return [
            h + low + c
            for h, low, c in zip(self.high, self.low, self.close, strict=True)
        ]

    @property
    def median2(self) -> list[int]:
        """High + low: twice the median price."""
        return [h + low for h, low in zip(self.high, self.low, strict=True)]

    @property
    def true_range(self) -> Row:
        """Largest of the three ranges; the first bar has none."""
        high, low, close = self.high, self.low, self.close
        return [NAN] + [
            max(
                high[t] - low[t],
                abs(high[t] - close[t - 1]),
                abs(low[t] - close[t - 1]),
            )
            for t in range(1, self.count)
        ]


def warm(value: Any) -> bool:
    """Return whether a value is one."""
    return bool(value == value)


def ratio(over: int, under: int) -> Any:
    """Return a quotient of whole numbers, rounded to 80 bits."""
    return LONG(over) / LONG(under)


def each(function: Callable[..., Any], *rows: Sequence[Any]) -> Row:
    """Return a function of each bar's values; NaN where one of them is."""
    return [
        function(*values) if all(v == v for v in values) else NAN
        for values in zip(*rows, strict=True)
    ]


def minus(a: Sequence[Any], b: Sequence[Any]) -> Row:
    """Return a − b."""
    return each(lambda x, y: x - y, a, b)


def late(row: Sequence[Any], bars: int = 1) -> Row:
    """Return the values of some bars ago."""
    return [NAN] * min(bars, len(row)) + list(row[: max(len(row) - bars, 0)])


def windows(
    function: Callable[[list[Any]], Any], row: Sequence[Any], period: int
) -> Row:
    """Return a function of the last `period` values, NaN until all are warm."""
    out: Row = []
    for t in range(len(row)):
        window = list(row[max(t - period + 1, 0) : t + 1])
        full = len(window) == period and warm(window[0]) and all(map(warm, window))
        out.append(function(window) if full else NAN)
    return out


def total(row: Sequence[Any], period: int) -> Row:
    """Return the sum of the last `period` values."""
    return windows(sum, row, period)


def sma(row: Sequence[Any], period: int) -> Row:
    """Return the simple average."""
    return windows(lambda window: LONG(sum(window)) / period, row, period)


def highest(row: Sequence[Any], period: int) -> Row:
    """Return the largest of the last `period` values."""
    return windows(max, row, period)


def lowest(row: Sequence[Any], period: int) -> Row:
    """Return the smallest of the last `period` values."""
    return windows(min, row, period)


def smooth(row: Sequence[Any], period: int, weight: Any) -> Row:
    """Return the exponential average from the mean of its first `period` values."""
    out: Row = [NAN] * len(row)
    first = next((t for t, value in enumerate(row) if warm(value)), len(row))
    start = first + period - 1
    if start >= len(row):
        return out
    state = sum((LONG(v) for v in row[first : start + 1]), LONG(0)) / period
    out[start] = state
    for t in range(start + 1, len(row)):
        state = state + weight * (LONG(row[t]) - state)
        out[t] = state
    return out


def ema(row: Sequence[Any], period: int) -> Row:
    """Return the exponential average."""
    return smooth(row, period, LONG(2) / (period + 1))


def wilder(row: Sequence[Any], period: int) -> Row:
    """Return Wilder's average."""
    return smooth(row, period, LONG(1) / period)


def population_sigma(window: Sequence[int]) -> Any:
    """Return the population standard deviation of whole numbers."""
    n = len(window)
    return np.sqrt(LONG(n * sum(x * x for x in window) - sum(window) ** 2)) / n
