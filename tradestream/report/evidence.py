"""One strategy hour by hour: what its timing made, its evidence, and its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from tradestream.candles import (
    HOUR_SECONDS,
    CandleSeries,
    Floats,
    to_datetime,
    to_seconds,
)
from tradestream.report.story import Part

if TYPE_CHECKING:
    from tradestream.backtest.report import Backtest

MOST_POINTS = 1_500
_HOURS_A_YEAR = 8_760


@dataclass(frozen=True, slots=True)
class Path:
    """Evidence after each hour from a birth on, and the line it must cross."""

    born_at: datetime
    values: Sequence[float]
    line: float


def hourly_excess(result: "Backtest", exposure: float) -> Floats:
    """Return x = R − p̄·M of every hour, shape (hours,)."""
    return np.asarray(result.hourly - exposure * result.market_hourly)


def evidence_columns(
    first_hour: int, excess: Floats, path: Path | None
) -> dict[str, Any]:
    """Return the hourly excess and the evidence as columns for the page.

    Long lives are told in blocks of hours: the sum of the excess, and the
    evidence at the end of each block.

    Args:
        first_hour: Start of the first hour, seconds since 1970.
        excess: Shape (hours,).
        path: The evidence, if there is a claim.
    """
    block = max(1, -(-len(excess) // MOST_POINTS))
    starts = np.arange(0, len(excess), block)
    found: dict[str, Any] = {
        "start": first_hour,
        "step": HOUR_SECONDS,
        "gaps": [block] * (len(starts) - 1),
        "block": block,
        "x": [round(float(v), 5) for v in np.add.reduceat(excess, starts)]
        if len(excess)
        else [],
    }
    if path is None:
        return found
    known: list[float | None] = [None] * len(excess)
    begin = (to_seconds(path.born_at) - first_hour) // HOUR_SECONDS
    for hour, value in enumerate(path.values):
        if 0 <= begin + hour < len(known):
            known[begin + hour] = value
    ends = np.minimum(starts + block, len(excess)) - 1
    # A logarithmic axis has no place for nil: a ruined bet stays at its floor.
    found["e"] = [_short(known[end]) for end in ends]
    found["line"] = path.line
    return found


def parts_of(
    bars: CandleSeries, result: "Backtest", excess: Floats, born_at: datetime | None
) -> tuple[Part, ...]:
    """Return what was made before birth, after it, and on all bars."""
    whole = _part("All bars", bars, result, excess, 0, len(bars))
    if born_at is None:
        return (whole,)
    cut = int(np.searchsorted(bars.open_times, to_seconds(born_at)))
    spans = (("Before birth", 0, cut), ("After birth", cut, len(bars)))
    return (
        *(_part(n, bars, result, excess, a, b) for n, a, b in spans if b - a > 1),
        whole,
    )


def _part(
    label: str,
    bars: CandleSeries,
    result: "Backtest",
    excess: Floats,
    first: int,
    last: int,
) -> Part:
    """Return bars [first, last) as a part; equity counts from the close before."""
    equity = result.equity[first:last]
    before = result.equity[first - 1] if first else 10_000.0
    market = bars.closes[last - 1] / bars.closes[max(first - 1, 0)] - 1
    peaks = np.maximum(np.maximum.accumulate(equity), before)
    start = int(bars.open_times[first])
    end = int(bars.open_times[last - 1]) + bars.interval_seconds
    hours = excess[
        -(-(start - result.first_hour) // HOUR_SECONDS) : (end - result.first_hour)
        // HOUR_SECONDS
    ]
    entered = [to_seconds(trade.entry_time) for trade in result.trades]
    return Part(
        label,
        to_datetime(start),
        to_datetime(end),
        float(equity[-1] / before - 1),
        float(market),
        float((1 - equity / peaks).max()),
        annual_sharpe(hours),
        sum(start <= at < end for at in entered),
    )


def annual_sharpe(hours: Floats) -> float | None:
    """Return the annual Sharpe ratio of hourly values, None if undefined."""
    if len(hours) < 2:
        return None
    deviation = float(np.std(hours, ddof=1))
    if not deviation > 0:
        return None
    return float(np.mean(hours)) / deviation * float(np.sqrt(_HOURS_A_YEAR))


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{max(value, 1e-6):.4g}")
