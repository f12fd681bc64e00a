"""Types on bands and channels around the price."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tradestream.testing.plain.rows import (
    LONG,
    Bars,
    Row,
    each,
    highest,
    lowest,
    windows,
)
from tradestream.testing.plain.signals import (
    RATIO,
    Signals,
    above,
    all_warm,
    both,
    either,
)


def band_position(bars: Bars, period: int) -> Row:
    """Return (close − mean) / population sigma; 0 without one."""

    def position(window: list[int]) -> Any:
        spread = period * sum(c * c for c in window) - sum(window) ** 2
        offset = period * window[-1] - sum(window)
        return LONG(offset) / np.sqrt(LONG(spread)) if spread else LONG(0)

    return windows(position, bars.close, period)


def williams_r(bars: Bars, period: int) -> Row:
    """Return Williams %R; −50 without a range."""
    return each(
        lambda h, low, c: LONG(-100) * (h - c) / (h - low) if h > low else LONG(-50),
        highest(bars.high, period),
        lowest(bars.low, period),
        bars.close,
    )


def _bands(bars: Bars, period: int, lookback: int, multiple: float) -> Signals:
    z, w = band_position(bars, period), williams_r(bars, lookback)
    enter = both(above(-multiple, z, RATIO), above(-80, w, RATIO))
    leave = either(above(z, multiple, RATIO), above(w, -20, RATIO))
    return enter, both(leave, all_warm(z, w))


TYPES: dict[str, Callable[..., Signals]] = {"BBAND_W_R": _bands}
