"""The size of the pooled exam on symbols that move together.

Lives without an edge: recorded bars of several symbols are drawn again in
blocks of the same hours, every bar upright or upside down with all symbols at
once. Direction is a coin's, so nobody can know it, but what the symbols share
stays shared, and volatility and volume cluster as they did. Each life is
examined as the product does it; of honest p-values, a share of at most p is at
most p.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, Floats
from tradestream.discovery.design import Design, design
from tradestream.discovery.pooled_exam import Hours, Pool, enter
from tradestream.instruments import Instrument
from tradestream.statistics.superior_predictive_ability import superior
from tradestream.study.tallies import Share

MEAN_BLOCK_SECONDS = 6 * 3600
"""Six hours: what the bars remember for longer than the bootstrap is broken."""

RESAMPLE_ALPHA = 0.02
"""A draw of 999 resamples, whose smallest p-value is 0.001."""

NOMINAL = (0.1, 0.05, 0.01, 0.002)
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Life:
    """What one exam of a group without an edge said.

    Attributes:
        costs: Fee and slippage.
        seed: Of the life.
        p: Its p-value; 1 when nothing was in the running.
        correlation: Mean correlation of the symbols' hourly returns.
    """

    costs: Costs
    seed: int
    p: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Size:
    """How often lives at the same costs passed at a nominal level.

    Attributes:
        costs: Fee and slippage.
        nominal: The level.
        passed: Lives with a p-value of at most that, of all lives.
    """

    costs: Costs
    nominal: float
    passed: Share


def shared_hours(series: Sequence[CandleSeries]) -> list[CandleSeries]:
    """Return the bars that all symbols have, of the same times.

    Raises:
        ValueError: If there are fewer than 2 symbols, their intervals differ,
            or they share less than a day.
    """
    if len(series) < 2 or len({one.interval_seconds for one in series}) != 1:
        raise ValueError("2 symbols or more with bars of one length are required")
    times = series[0].open_times
    for one in series[1:]:
        times = np.intersect1d(times, one.open_times)
    if len(times) * series[0].interval_seconds < 86_400:
        raise ValueError(f"a shared day is required, was {len(times)} bars")
    return [_picked(one, np.isin(one.open_times, times)) for one in series]


def resampled(
    series: Sequence[CandleSeries], days: int, seed: int
) -> list[CandleSeries]:
    """Return a life of `days` of symbols that share their hours.

    Args:
        series: Bars at the same times, see `shared_hours`.
        days: Length of the life.
        seed: 0 or more; the same gives the same bars.
    """
    random = np.random.default_rng([seed, len(series)])
    step = series[0].interval_seconds
    count, length = days * 86_400 // step, len(series[0])
    fresh = random.random(count) < step / MEAN_BLOCK_SECONDS
    fresh[0] = True
    heads, block = np.flatnonzero(fresh), np.cumsum(fresh) - 1
    origins = random.integers(0, length, len(heads))
    picks = (origins[block] + np.arange(count) - heads[block]) % length
    upright = random.random(count) < 0.5
    times = _HOUR * 480_000 + step * np.arange(count, dtype=np.int64)
    return [_life(one, picks, upright, times) for one in series]


def _life(
    series: CandleSeries,
    picks: NDArray[np.int64],
    upright: NDArray[np.bool_],
    times: NDArray[np.int64],
) -> CandleSeries:
    closes = np.log(series.closes)
    before = np.append(np.log(series.opens[0]), closes[:-1])
    above = np.maximum(np.log(series.highs) - np.maximum(before, closes), 0.0)
    below = np.maximum(np.minimum(before, closes) - np.log(series.lows), 0.0)
    moves = np.where(upright, 1.0, -1.0) * (closes - before)[picks]
    ends = np.cumsum(moves)
    starts = np.append(0.0, ends[:-1])
    tops = np.maximum(starts, ends) + np.where(upright, above[picks], below[picks])
    bottoms = np.minimum(starts, ends) - np.where(upright, below[picks], above[picks])
    # A price of 50,000 in cents: steps too small to matter.
    opens, highs, lows, ends = (
        np.round(5e4 * np.exp(column), 2) for column in (starts, tops, bottoms, ends)
    )
    return CandleSeries(
        series.symbol, series.interval_seconds, times, opens, highs, lows, ends,
        series.volumes[picks].round(8),
    )  # fmt: skip


def _picked(series: CandleSeries, kept: NDArray[np.bool_]) -> CandleSeries:
    names = ("open_times", "opens", "highs", "lows", "closes", "volumes")
    return replace(series, **{name: getattr(series, name)[kept] for name in names})


def examine(
    life: Sequence[CandleSeries], costs: Costs, seed: int, genomes: Design
) -> Life:
    """Return what the pooled exam says of one life."""
    first = int(life[0].open_times[0])
    seconds = len(life[0]) * life[0].interval_seconds
    hours = Hours(first, seconds // _HOUR)
    pool = Pool(genomes, hours)
    markets = []
    for series in life:
        window = Window(series, Instrument(series.symbol, 0.01, 1e-8), costs)
        markets.append(window.market_hourly)
        pool.add(window)
    entered = enter(pool, len(life))
    able = entered.found.t[entered.gained]
    p = 1.0
    if len(able):
        verdict = superior(
            entered.chunks, entered.found, float(able.max()),
            alpha=RESAMPLE_ALPHA, seed=seed, stop_early=False,
        )  # fmt: skip
        p = (1 + verdict.reached) / (1 + verdict.resamples)
    return Life(costs, seed, p, _mean_correlation(np.array(markets)))


def _mean_correlation(markets: Floats) -> float:
    table = np.atleast_2d(np.corrcoef(markets))
    return float(np.mean(table[np.triu_indices(len(table), 1)]))


def lives(
    series: Sequence[CandleSeries],
    count: int,
    days: int,
    costs: Iterable[Costs],
    genomes: Design | None = None,
) -> Iterator[Life]:
    """Yield the exams of `count` lives, each at every cost.

    Args:
        series: Recorded bars of several symbols.
        count: How many lives.
        days: How long each is.
        costs: Fees and slippages.
        genomes: What is examined; the product's design by default.
    """
    shared, examined, asked = shared_hours(series), genomes or design(), tuple(costs)
    for seed in range(count):
        life = resampled(shared, days, seed)
        for cost in asked:
            yield examine(life, cost, seed, examined)


def sizes(found: Sequence[Life], nominal: Sequence[float] = NOMINAL) -> list[Size]:
    """Return how often lives passed, by costs and nominal level."""
    return [
        Size(cost, level, Share(sum(life.p <= level for life in own), len(own)))
        for cost in dict.fromkeys(life.costs for life in found)
        for own in [[life for life in found if life.costs == cost]]
        for level in nominal
    ]


def entangled(series: CandleSeries, members: int, share: float) -> list[CandleSeries]:
    """Return symbols made of one recording that share part of their moves.

    Each moves by √share of the recording and √(1 − share) of the recording of
    another time, so that two of them correlate by `share`.

    Args:
        series: Recorded bars.
        members: How many symbols to make.
        share: Of the variance, 0 to 1.
    """
    closes = np.log(series.closes)
    before = np.append(np.log(series.opens[0]), closes[:-1])
    moves = closes - before
    above = np.maximum(np.log(series.highs) - np.maximum(before, closes), 0.0)
    below = np.maximum(np.minimum(before, closes) - np.log(series.lows), 0.0)
    made = []
    for number in range(members):
        own = np.roll(moves, (number + 1) * len(moves) // (members + 1))
        ends = np.cumsum(np.sqrt(share) * moves + np.sqrt(1 - share) * own)
        starts = np.append(0.0, ends[:-1])
        opens, highs, lows, ends = (
            np.round(5e4 * np.exp(column), 2)
            for column in (
                starts,
                np.maximum(starts, ends) + above,
                np.minimum(starts, ends) - below,
                ends,
            )
        )
        made.append(
            CandleSeries(
                f"M{number}-USD", series.interval_seconds, series.open_times,
                opens, highs, lows, ends, series.volumes,
            )
        )  # fmt: skip
    return made
