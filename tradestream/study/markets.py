"""Seeded markets of minutes whose truth is known: without an edge, or with one.

Log returns, volatilities, and volumes come from a process; bars are made of
them in whole ticks, so that nothing tells a made market from a recorded one
but its history. The same kind, strength, and seed give the same bars.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import CandleSeries, Floats
from tradestream.instruments import Instrument

DAY_BARS = 1440
START = 1_700_002_800
"""A whole hour."""

BASIS_POINT = 1e-4
START_PRICE = 50_000.0
TICK, LOT = 0.01, 1e-4
TYPICAL_VOLUME = 3.0
MEAN_BLOCK_BARS = 60


@dataclass(frozen=True, slots=True)
class Path:
    """What a market does minute by minute.

    Attributes:
        returns: Shape (bars,), log returns.
        volatilities: Shape (bars,), standard deviation within each minute.
        activity: Shape (bars,), factor of the volume; 1 is usual.
    """

    returns: Floats
    volatilities: Floats
    activity: Floats


Draw = Callable[[int, float, np.random.Generator], Path]
"""Gives a path of so many bars at a strength."""


def market(
    kind: str, strength: float, days: int, seed: int, bars: CandleSeries | None = None
) -> tuple[CandleSeries, Instrument]:
    """Return a seeded market and its increments.

    Args:
        kind: One of `EDGELESS` or `PLANTED`.
        strength: Of a planted edge; ignored without one.
        days: Length.
        seed: 0 or more.
        bars: Recorded minutes that `bootstrap` draws from; needed by it alone.

    Raises:
        KeyError: If there is no such kind.
        ValueError: If `bootstrap` has nothing to draw from.
    """
    label = f"{kind}:{strength:g}"
    random = np.random.default_rng([seed, zlib.crc32(label.encode())])
    symbol = f"{kind.upper()}-USD"
    count = days * DAY_BARS
    if kind == "bootstrap":
        if bars is None or len(bars) < DAY_BARS:
            raise ValueError("a day of recorded bars is required to draw from")
        return _resampled(symbol, bars, count, random)
    path = {**EDGELESS, **PLANTED}[kind](count, strength, random)
    return _made(symbol, path, random), Instrument(symbol, TICK, LOT)


def _brownian(count: int, strength: float, random: np.random.Generator) -> Path:
    """Independent normal minutes: nothing to find. Strength: drift a day."""
    volatility = 6 * BASIS_POINT
    noise = volatility * random.standard_normal(count)
    return _steady(noise + strength / DAY_BARS, volatility)


def _garch(count: int, strength: float, random: np.random.Generator) -> Path:
    """GARCH(1,1) with Student's t of 5 degrees: storms, fat tails, no edge."""
    del strength
    alpha, beta, degrees, mean = 0.05, 0.93, 5.0, (6 * BASIS_POINT) ** 2
    shocks = random.standard_t(degrees, count) * np.sqrt((degrees - 2) / degrees)
    factors = (alpha * shocks**2 + beta).tolist()
    omega = mean * (1 - alpha - beta)
    variances = accumulate(factors, lambda v, f: omega + f * v, initial=mean)
    volatilities = np.sqrt(np.fromiter(variances, np.float64, count + 1)[:-1])
    return Path(shocks * volatilities, volatilities, np.ones(count))


def _trend(count: int, strength: float, random: np.random.Generator) -> Path:
    """Spells of drift of exponential length, mean 7 h, up and down in turn.

    Strength: drift a minute in basis points.
    """
    volatility = 6 * BASIS_POINT
    turns = random.random(count) < 1 / 420
    first = 1.0 if random.random() < 0.5 else -1.0
    sign = first * np.where(np.cumsum(turns) % 2, 1.0, -1.0)
    noise = volatility * random.standard_normal(count)
    return _steady(noise + strength * BASIS_POINT * sign, volatility)


def _revert(count: int, strength: float, random: np.random.Generator) -> Path:
    """A deviation that halves in 30 minutes around a wandering level.

    Strength: standing standard deviation of the deviation in basis points.
    """
    wander, deviation = 2 * BASIS_POINT, strength * BASIS_POINT
    keep = 0.5 ** (1 / 30)
    step = deviation * np.sqrt(1 - keep**2)
    shocks = (step * random.standard_normal(count)).tolist()
    begin = deviation * float(random.standard_normal())
    path = accumulate(shocks, lambda x, e: keep * x + e, initial=begin)
    returns = np.diff(np.fromiter(path, np.float64, count + 1))
    returns += wander * random.standard_normal(count)
    return _steady(returns, float(np.hypot(wander, step)))


def _volume(count: int, strength: float, random: np.random.Generator) -> Path:
    """Bursts of volume, each followed by hours of drift; a drift without is none.

    About 4 bursts of 20 minutes a day at 4 times the usual volume; from its
    beginning the price drifts for 4 hours, up or down. Strength: drift a minute
    in basis points.
    """
    volatility = 6 * BASIS_POINT
    drift, activity = np.zeros(count), np.ones(count)
    at = int(random.exponential(DAY_BARS / 4))
    while at < count:
        sign = 1.0 if random.random() < 0.5 else -1.0
        drift[at : at + 240] = sign * strength * BASIS_POINT
        activity[at : at + 20] = 4.0
        at += 240 + int(random.exponential(DAY_BARS / 4 - 240))
    noise = volatility * random.standard_normal(count)
    path = _steady(noise + drift, volatility)
    return Path(path.returns, path.volatilities, activity)


def _steady(returns: Floats, volatility: float) -> Path:
    ones = np.ones(len(returns))
    return Path(returns, volatility * ones, ones)


def _drifting(count: int, strength: float, random: np.random.Generator) -> Path:
    """A random walk that rises by 3 % a day: nobody's skill."""
    del strength
    return _brownian(count, 0.03, random)


def _still(count: int, strength: float, random: np.random.Generator) -> Path:
    """A random walk without drift."""
    del strength
    return _brownian(count, 0.0, random)


EDGELESS: Mapping[str, Draw] = MappingProxyType(
    {"brownian": _still, "drift": _drifting, "garch": _garch, "bootstrap": _still}
)
"""Markets without an edge; `bootstrap` is drawn from recorded bars instead."""

PLANTED: Mapping[str, Draw] = MappingProxyType(
    {"trend": _trend, "revert": _revert, "volume": _volume}
)
"""Markets with an edge."""


def _made(symbol: str, path: Path, random: np.random.Generator) -> CandleSeries:
    """Return bars of a path; extremes are those of a Brownian bridge.

    The maximum is (a + b + √((b − a)² − 2σ²·ln U)) / 2 for U uniform in (0, 1].
    """
    ends = np.cumsum(path.returns)
    starts = np.append(0.0, ends[:-1])
    uniform = 1.0 - random.random((2, len(ends)))
    spread = (ends - starts) ** 2 - 2 * path.volatilities**2 * np.log(uniform)
    reach = np.sqrt(spread)
    excitement = 0.5 + np.abs(path.returns) / path.volatilities
    noise = np.exp(0.6 * random.standard_normal(len(ends)))
    volumes = TYPICAL_VOLUME * path.activity * excitement * noise
    return _bars(
        symbol,
        START_PRICE,
        starts,
        (starts + ends + reach[0]) / 2,
        (starts + ends - reach[1]) / 2,
        ends,
        np.maximum(np.round(volumes, 4), LOT),
        TICK,
    )


def _resampled(
    symbol: str, bars: CandleSeries, count: int, random: np.random.Generator
) -> tuple[CandleSeries, Instrument]:
    """Return a stationary bootstrap of recorded minutes, each with a random sign.

    Blocks have a geometric length of 60 minutes on average: volatility and
    volume cluster as they did, direction is a coin's.
    """
    closes = np.log(bars.closes)
    before = np.append(np.log(bars.opens[0]), closes[:-1])
    top = np.log(bars.highs) - np.maximum(before, closes)
    bottom = np.minimum(before, closes) - np.log(bars.lows)
    above, below = np.maximum(top, 0.0), np.maximum(bottom, 0.0)
    picks = _blocks(len(bars), count, random)
    upright = random.random(count) < 0.5
    ends = np.cumsum(np.where(upright, 1.0, -1.0) * (closes - before)[picks])
    starts = np.append(0.0, ends[:-1])
    up = np.where(upright, above[picks], below[picks])
    down = np.where(upright, below[picks], above[picks])
    series = _bars(
        symbol,
        float(bars.closes[-1]),
        starts,
        np.maximum(starts, ends) + up,
        np.minimum(starts, ends) - down,
        ends,
        bars.volumes[picks].round(8),
        TICK,
    )
    return series, Instrument(symbol, TICK, 1e-8)


def _blocks(length: int, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return positions in [0, length) in blocks that wrap around."""
    fresh = random.random(count) < 1 / MEAN_BLOCK_BARS
    fresh[0] = True
    heads = np.flatnonzero(fresh)
    origins = random.integers(0, length, len(heads))
    block = np.cumsum(fresh) - 1
    return np.asarray((origins[block] + np.arange(count) - heads[block]) % length)


def _bars(
    symbol: str,
    price: float,
    starts: Floats,
    tops: Floats,
    bottoms: Floats,
    ends: Floats,
    volumes: Floats,
    tick: float,
) -> CandleSeries:
    opens, highs, lows, closes = (
        np.maximum(np.round(price * np.exp(column), 2), tick)
        for column in (starts, tops, bottoms, ends)
    )
    times = START + 60 * np.arange(len(ends), dtype=np.int64)
    return CandleSeries(symbol, 60, times, opens, highs, lows, closes, volumes)
