"""Indicators bar by bar, in Python integers and 80-bit floats.

Shares no code with the engine; prices are whole ticks. Slow and plain on purpose.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from tradestream.candles import CandleSeries
from tradestream.instruments import Instrument

Row = list[Any]
LONG = np.longdouble
NAN = LONG("nan")


class PlainRows:
    """The indicators of one series, each a list with one entry a bar."""

    def __init__(self, series: CandleSeries, instrument: Instrument) -> None:
        def ticks(prices: np.ndarray) -> list[int]:
            return [round(float(p) / instrument.price_tick) for p in prices]

        self.bars = len(series)
        self.high, self.low = ticks(series.highs), ticks(series.lows)
        self.close = ticks(series.closes)
        self.volume = [round(float(v) / instrument.volume_lot) for v in series.volumes]

    def sma(self, values: Sequence[int], period: int, by: int = 1) -> Row:
        """Simple average of whole numbers, divided by `by`."""
        return [
            NAN
            if t < period - 1
            else LONG(sum(values[t - period + 1 : t + 1])) / (period * by)
            for t in range(self.bars)
        ]

    def smooth(self, values: Row, period: int, weight: Any) -> Row:
        """Exponential average from the mean of the first `period` warm values."""
        out = [NAN] * self.bars
        first = next((t for t, v in enumerate(values) if v == v), self.bars)
        if first + period > self.bars:
            return out
        state = sum((LONG(v) for v in values[first : first + period]), LONG(0)) / period
        out[first + period - 1] = state
        for t in range(first + period, self.bars):
            state = weight * LONG(values[t]) + (1 - weight) * state
            out[t] = state
        return out

    def ema(self, values: Row, period: int) -> Row:
        """Exponential average."""
        return self.smooth(values, period, LONG(2) / (period + 1))

    def rsi(self, period: int) -> Row:
        """Relative strength index; 50 when nothing moved."""
        moves = [self.close[t] - self.close[t - 1] for t in range(1, self.bars)]
        up = self.smooth([NAN] + [max(m, 0) for m in moves], period, LONG(1) / period)
        down = self.smooth(
            [NAN] + [max(-m, 0) for m in moves], period, LONG(1) / period
        )
        return [
            NAN if u != u else 100 * u / (u + d) if u + d > 0 else LONG(50)
            for u, d in zip(up, down, strict=True)
        ]

    def highest(self, period: int) -> Row:
        """Highest high."""
        return [
            NAN if t < period - 1 else LONG(max(self.high[t - period + 1 : t + 1]))
            for t in range(self.bars)
        ]

    def lowest(self, period: int) -> Row:
        """Lowest low."""
        return [
            NAN if t < period - 1 else LONG(min(self.low[t - period + 1 : t + 1]))
            for t in range(self.bars)
        ]

    def williams_r(self, period: int) -> Row:
        """Williams %R; −50 without a range."""
        return [
            NAN if h != h else -100 * (h - c) / (h - low) if h > low else LONG(-50)
            for h, low, c in zip(
                self.highest(period), self.lowest(period), self.close, strict=True
            )
        ]

    def band_position(self, period: int) -> Row:
        """(close − mean) / population sigma; 0 without one."""
        out = [NAN] * self.bars
        for t in range(period - 1, self.bars):
            window = self.close[t - period + 1 : t + 1]
            spread = period * sum(c * c for c in window) - sum(window) ** 2
            offset = period * window[-1] - sum(window)
            out[t] = LONG(offset) / np.sqrt(LONG(spread)) if spread else LONG(0)
        return out

    def vwap(self, period: int) -> Row:
        """Mean typical price by volume; NaN without volume."""
        out = [NAN] * self.bars
        typical = [
            h + low + c
            for h, low, c in zip(self.high, self.low, self.close, strict=True)
        ]
        for t in range(period - 1, self.bars):
            span = range(t - period + 1, t + 1)
            total = sum(self.volume[i] for i in span)
            if total:
                amount = sum(typical[i] * self.volume[i] for i in span)
                out[t] = _long(Fraction(amount, 3 * total))
        return out

    def atr(self, period: int) -> Row:
        """Wilder's average of the true range."""
        ranges = [NAN] + [
            LONG(
                max(self.high[t], self.close[t - 1])
                - min(self.low[t], self.close[t - 1])
            )
            for t in range(1, self.bars)
        ]
        return self.smooth(ranges, period, LONG(1) / period)

    def trailing_line(self, period: int, multiple: float) -> Row:
        """Ratcheting stop m·ATR from the close."""
        ranges, out = self.atr(period), [NAN] * self.bars
        out[period] = self.close[period] - LONG(multiple) * ranges[period]
        for t in range(period + 1, self.bars):
            line, width = out[t - 1], LONG(multiple) * ranges[t]
            was_above = self.close[t - 1] - line > 1e-6
            if self.close[t] - line > 1e-6:
                down = self.close[t] - width
                out[t] = max(line, down) if was_above else down
            else:
                up = self.close[t] + width
                out[t] = up if was_above else min(line, up)
        return out

    def sar(self, start: float, step: float, top: float) -> Row:
        """Parabolic stop and reverse."""
        high, low, out = self.high, self.low, [NAN] * self.bars
        fall, rise = low[0] - low[1], high[1] - high[0]
        long = not (fall > rise and fall > 0)
        first, step_, top_ = LONG(min(start, top)), LONG(min(step, top)), LONG(top)
        factor = first
        extreme = LONG(high[1] if long else low[1])
        stop = LONG(low[0] if long else high[0])
        for t in range(1, self.bars):
            b = max(t - 1, 1)
            hit = low[t] <= stop if long else high[t] >= stop
            if hit:
                worst = max if long else min
                edge = high if long else low
                stop = out[t] = worst(extreme, LONG(edge[b]), LONG(edge[t]))
                long, factor = not long, first
                extreme = LONG(high[t] if long else low[t])
            else:
                out[t] = stop
                further = high[t] > extreme if long else low[t] < extreme
                if further:
                    extreme = LONG(high[t] if long else low[t])
                    factor = min(factor + step_, top_)
            stop = stop + factor * (extreme - stop)
            if long:
                stop = min(stop, LONG(low[b]), LONG(low[t]))
            else:
                stop = max(stop, LONG(high[b]), LONG(high[t]))
        return out


def _long(value: Fraction) -> Any:
    whole = value.numerator // value.denominator
    rest = value - whole
    return LONG(whole) + LONG(rest.numerator) / LONG(rest.denominator)
