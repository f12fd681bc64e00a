"""Bars as rows of whole ticks, aligned for vector loads."""

from math import prod

import numpy as np

from tradestream.backtest.layout import PADDING
from tradestream.candles import CandleSeries, Floats
from tradestream.indicators.registry import COLUMNS, SUM_SCALE
from tradestream.instruments import Instrument

_EPSILON = 1e-6
_TRUSTED = 1e-14
"""Relative error of an average of floats; ε follows it above 1e8 ticks."""


def aligned(*shape: int) -> Floats:
    """Return an array that begins on a 64-byte boundary, contents undefined."""
    size = prod(shape)
    block = np.empty(size + 8)
    skip = -(block.ctypes.data // 8) % 8
    return block[skip : skip + size].reshape(shape)


def price_epsilon(series: CandleSeries, instrument: Instrument) -> float:
    """Return the smallest difference of prices that counts, in ticks.

    A millionth of a tick; more where the first close is above 1e8 ticks, for
    which a float cannot tell so small a difference. It depends on the first bar
    alone, so that a longer window has the same.
    """
    return max(_EPSILON, _TRUSTED * float(series.closes[0]) / instrument.price_tick)


def write_columns(rows: Floats, series: CandleSeries, instrument: Instrument) -> None:
    """Write the columns into the first rows.

    Args:
        rows: Shape (len(COLUMNS) or more, PADDING + n + 1 or more).
        series: The bars, n of them.
        instrument: What prices and volumes are multiples of.
    """
    n = len(series)
    tick, lot = instrument.price_tick, instrument.volume_lot
    if rows.shape[1] < PADDING + n + 1:
        raise AssertionError("columns and rows must fit each other")
    own = {
        name: rows[place, PADDING : PADDING + n] for place, name in enumerate(COLUMNS)
    }
    # One after the other and in place: a year of minutes is not held twice.
    for name, values in (
        ("open", series.opens),
        ("high", series.highs),
        ("low", series.lows),
        ("close", series.closes),
    ):
        np.rint(values / tick, out=own[name])
    np.rint(series.volumes / lot, out=own["volume"])
    highs, lows, closes = own["high"], own["low"], own["close"]
    np.divide(highs + lows, 2, out=own["median"])
    own["true_range"][0] = np.nan
    np.subtract(
        np.maximum(highs[1:], closes[:-1]),
        np.minimum(lows[1:], closes[:-1]),
        out=own["true_range"][1:],
    )
    for name, values in (
        ("close_sums", closes * SUM_SCALE),
        ("median_sums", (highs + lows) * (SUM_SCALE // 2)),
    ):
        rows[COLUMNS.index(name), PADDING : PADDING + n + 1] = _sums(values)


def _sums(values: Floats) -> Floats:
    """Return prefix sums as int64 in the bits of floats, one longer."""
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values.astype(np.int64), out=sums[1:])
    return sums.view(np.float64)
