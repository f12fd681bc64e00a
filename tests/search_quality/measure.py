"""The genetic search beside an exhaustive one, on spaces that allow it.

A search did well if its best find is among the best 0.1 % of all points, or if
its regret is at most 1 % of the distance from the median to the maximum.
"""

from dataclasses import dataclass

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import Floats
from tradestream.discovery.genome import Space, space_of
from tradestream.discovery.objective import excess_sharpe_score
from tradestream.discovery.search import GENETIC, SearchConfig, try_genomes
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.study.markets import DAY_BARS, market
from tradestream.testing.markets import instrument_of, recorded

MOST_POINTS = 1_000_000
BEST_SHARE = 0.001
REGRET = 0.01
_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Measured:
    """The searches of one type on one market.

    Attributes:
        strategy: The type.
        market: Name of the market.
        points: Points of the space.
        seeds: Searches.
        good: How many did well.
        worst_rank: Largest share of points better than the find of a search.
        trials: Mean number of points that a search tried.
    """

    strategy: str
    market: str
    points: int
    seeds: int
    good: int
    worst_rank: float
    trials: float


def windows() -> dict[str, Window]:
    """Return days of minutes, recorded and made, at the default costs."""
    days = {
        f"BTC {place}": recorded("BTC-USD_1m", first, first + DAY_BARS)
        for place, first in enumerate((1000, 7000, 13_000), 1)
    }
    for kind, strength in (("brownian", 0.0), ("trend", 0.9), ("revert", 50.0)):
        days[kind] = market(kind, strength, 1, 7)[0]
    return {
        name: Window(series, instrument_of(series), Costs())
        for name, series in days.items()
    }


def searched_types(most_points: int = MOST_POINTS) -> list[str]:
    """Return the types with at most so many points."""
    return [n for n, kind in CATALOGUE.items() if Space(kind).size() <= most_points]


def measure(window: Window, market_name: str, name: str, seeds: int) -> Measured:
    """Search a type with seeds from 1 on; compare with all of its points."""
    scores = all_scores(window, name)
    line = acceptable(scores)
    found, trials = [], []
    for seed in range(1, seeds + 1):
        tried = try_genomes(window, name, SearchConfig(seed=seed, exhaustive_limit=0))
        if tried.certificate != GENETIC:
            raise AssertionError("a genetic search is to be measured")
        found.append(float(np.max(tried.scores)))
        trials.append(len(tried.scores))
    return Measured(
        name,
        market_name,
        len(scores),
        seeds,
        sum(score >= line for score in found),
        float(np.max([np.mean(scores > score) for score in found])),
        float(np.mean(trials)),
    )


def all_scores(window: Window, name: str) -> Floats:
    """Return the score of every point."""
    genomes = space_of(CATALOGUE[name]).enumerate()
    parts = []
    for first in range(0, len(genomes), _CHUNK):
        trades, sharpes = window.outcomes(name, genomes[first : first + _CHUNK])
        parts.append(excess_sharpe_score(sharpes, trades))
    return np.concatenate(parts)


def acceptable(scores: Floats) -> float:
    """Return the least score with which a search did well."""
    best = float(np.max(scores))
    rank = max(1, int(BEST_SHARE * len(scores)))
    line = float(np.partition(scores, len(scores) - rank)[len(scores) - rank])
    median = float(np.median(scores))
    if np.isfinite(best) and np.isfinite(median):
        return min(line, best - REGRET * (best - median))
    return line
