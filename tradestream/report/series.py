"""Making long series short enough for a page without losing what the eye sees. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import CandleSeries, aggregate
from tradestream.report.html import Markup, element

Floats = NDArray[np.float64]

_STEPS_SECONDS = (
    60, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 604_800,
)  # fmt: skip


def fitting_interval(span_seconds: int, own_seconds: int, bars: int) -> int:
    """Return the shortest usual interval that cuts a span into at most `bars` bars."""
    for step in _STEPS_SECONDS:
        if step % own_seconds == 0 and span_seconds <= step * bars:
            return step
    longest = max(_STEPS_SECONDS[-1], own_seconds)
    return longest // own_seconds * own_seconds


def candle_columns(series: CandleSeries, digits: int) -> dict[str, Any]:
    """Return bars as columns for the page: prices rounded, times as `step_times`."""
    return {
        **step_times(series.open_times, series.interval_seconds),
        **{
            name: np.round(values, digits).tolist()
            for name, values in (
                ("o", series.opens),
                ("h", series.highs),
                ("l", series.lows),
                ("c", series.closes),
            )
        },
    }


def step_times(times: NDArray[np.int64], step: int) -> dict[str, Any]:
    """Return times as a start in seconds and the steps from each to the next."""
    return {
        "start": int(times[0]),
        "step": step,
        "gaps": (np.diff(times) // step).tolist(),
    }


def shortened(series: CandleSeries, bars: int) -> CandleSeries:
    """Return `series` as at most about `bars` longer bars."""
    if not len(series):
        return series
    span = int(series.open_times[-1] - series.open_times[0]) + series.interval_seconds
    step = fitting_interval(span, series.interval_seconds, bars)
    return aggregate(series, step)


def equity_columns(series: CandleSeries, equity: Floats, points: int) -> dict[str, Any]:
    """Return equity, buy-and-hold, and drawdowns as fractions, at most `points` long.

    Each point is the last bar of its stretch, but drawdown is the deepest in it,
    so that the figure drawn is the figure reported.

    Args:
        series: The bars backtested, n of them.
        equity: Shape (n,), marked at each close, from 10,000.
        points: How many points to keep.
    """
    hold = series.closes / series.closes[0]
    own = equity / 10_000.0
    ends = np.unique(np.linspace(0, len(own) - 1, min(points, len(own))).astype(int))
    starts = np.concatenate([[0], ends[:-1] + 1])
    times = series.open_times[ends] + series.interval_seconds
    return {
        **step_times(times, series.interval_seconds),
        "own": _short(own[ends] - 1),
        "hold": _short(hold[ends] - 1),
        "own_drawdown": _short(np.minimum.reduceat(_drawdown(own), starts)),
        "hold_drawdown": _short(np.minimum.reduceat(_drawdown(hold), starts)),
    }


def price_digits(tick: float | None, example: float) -> int:
    """Return how many decimals prices of a market are shown with."""
    if tick:
        return int(min(max(np.ceil(-np.log10(tick) - 1e-9), 0), 10))
    return 2 if example >= 100 else 4 if example >= 1 else 8


def sparkline(values: Sequence[float], *, width: int = 120, height: int = 32) -> Markup:
    """Return a small line drawing of `values`, decorative: hidden from readers."""
    if len(values) < 2:
        return element("span")
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    step = width / (len(values) - 1)
    points = " ".join(
        f"{i * step:.1f},{1 + (height - 2) * (1 - (v - low) / spread):.1f}"
        for i, v in enumerate(values)
    )
    return element(
        "svg",
        element("polyline", points=points),
        class_="spark " + ("up" if values[-1] >= values[0] else "down"),
        viewBox=f"0 0 {width} {height}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def spark_values(series: CandleSeries, points: int = 60) -> list[float]:
    """Return about `points` closes spread over the whole series."""
    if not len(series):
        return []
    ends = np.unique(np.linspace(0, len(series) - 1, points).astype(int))
    return [float(v) for v in series.closes[ends]]


def _drawdown(equity: Floats) -> Floats:
    """Return equity below its high so far, as fractions of 0 or less."""
    peaks = np.maximum(np.maximum.accumulate(equity), 1.0)
    return equity / peaks - 1


def _short(values: Floats) -> list[float]:
    return [round(float(v), 4) for v in values]
