"""How far a price may move against a position, and which symbols move together.

Pure; market statistics are floats.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from itertools import combinations, pairwise

from tradestream.portfolio.correlation import pearson

HOUR_SECONDS = 3600
ATR_BARS = 14
ATR_MULTIPLE = 3.0
GROUP_CORRELATION = 0.7
FEWEST_COMMON_HOURS = 48
"""Two symbols with fewer common hours count as moving together."""
DISTANCE_STEP = Decimal("0.00000001")
HIGHEST = 1e100
"""No price is as high; sums of what is below cannot overflow."""
LONGEST_DISTANCE = Decimal(1)
"""A long position cannot lose more than all of itself."""


@dataclass(frozen=True, slots=True)
class HourlyBars:
    """Closed hourly bars of one symbol, oldest first; missing ones are not there.

    Attributes:
        open_times: Seconds since 1970, ascending.
        highs: Quote currency.
        lows: Quote currency.
        closes: Quote currency.
    """

    open_times: Sequence[int]
    highs: Sequence[float]
    lows: Sequence[float]
    closes: Sequence[float]


def atr_fraction(bars: HourlyBars) -> float | None:
    """Return Wilder's ATR(14) of the newest bar as a fraction of its close.

    The average starts from the simple mean of its first 14 true ranges; a true
    range needs the close before it. None with fewer than 15 bars, or when a
    number is not a possible price.
    """
    columns = zip(bars.highs, bars.lows, bars.closes, strict=True)
    rows = [(float(h), float(low), float(c)) for h, low, c in columns]
    if len(rows) <= ATR_BARS or not all(0 < x < HIGHEST for r in rows for x in r):
        return None
    ranges = [
        max(high, before[2]) - min(low, before[2])
        for before, (high, low, _) in pairwise(rows)
    ]
    average = math.fsum(ranges[:ATR_BARS]) / ATR_BARS
    for value in ranges[ATR_BARS:]:
        average = average + (value - average) / ATR_BARS
    fraction = average / rows[-1][2]
    return fraction if math.isfinite(fraction) else None


def risk_distance(atr: float, adverse_excursion_p95: float) -> Decimal | None:
    """Return the larger of 3·ATR and the adverse excursion, a fraction of the price.

    Rounded up to eight decimals, at most 1. None when both are nil: a price that
    never moved tells nothing about risk.

    Raises:
        ValueError: If one is negative or not finite.
    """
    for name, value in (("atr", atr), ("adverse excursion", adverse_excursion_p95)):
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"a finite {name} of at least 0 is required, was {value}")
    # min() before Decimal: a float may be larger than quantize can hold.
    widest = min(max(ATR_MULTIPLE * atr, adverse_excursion_p95), 1.0)
    distance = Decimal(widest).quantize(DISTANCE_STEP, rounding=ROUND_UP)
    return min(distance, LONGEST_DISTANCE) if distance > 0 else None


def groups(
    bars: Mapping[str, HourlyBars], *, above: float = GROUP_CORRELATION
) -> dict[str, str]:
    """Return the group of each symbol, named after its first member.

    Two symbols are in one group when their hourly returns correlate above
    `above`, or when a chain of such pairs joins them. What is not known (fewer
    than 48 common hours, a price that did not move) counts as correlated: a cap
    that is shared too widely only makes positions smaller.

    Args:
        bars: Hourly bars by symbol.
        above: Correlation from which symbols count as one.
    """
    returns = {symbol: _returns(b) for symbol, b in bars.items()}
    leader = {symbol: symbol for symbol in bars}
    for a, b in combinations(sorted(bars), 2):
        if _together(returns[a], returns[b], above):
            first, second = sorted((_find(leader, a), _find(leader, b)))
            leader[second] = first
    return {symbol: _find(leader, symbol) for symbol in sorted(bars)}


def _find(leader: Mapping[str, str], symbol: str) -> str:
    while leader[symbol] != symbol:
        symbol = leader[symbol]
    return symbol


def _returns(bars: HourlyBars) -> dict[int, float]:
    """Return log returns by the hour they end in, across one hour only."""
    rows = list(zip(bars.open_times, bars.closes, strict=True))
    return {
        int(time): math.log(close) - math.log(before)
        for (earlier, before), (time, close) in pairwise(rows)
        if time - earlier == HOUR_SECONDS and 0 < before < HIGHEST > close > 0
    }


def _together(a: Mapping[int, float], b: Mapping[int, float], above: float) -> bool:
    hours = sorted(a.keys() & b.keys())
    if len(hours) < FEWEST_COMMON_HOURS:
        return True
    rho = pearson([a[h] for h in hours], [b[h] for h in hours])
    return rho is None or not rho <= above
