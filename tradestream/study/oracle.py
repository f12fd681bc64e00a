"""How strong a planted edge is: the annual Sharpe ratio of its oracle genome.

The oracle knows the process. It takes the best of the design and of searches on
long markets of their own, judged on further ones; its ratio is measured on yet
others, so that it holds no luck of the choice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, Floats
from tradestream.discovery.claim_proposals import Find
from tradestream.discovery.design import design
from tradestream.discovery.exam import excess_returns, named_parameters
from tradestream.discovery.search import SearchConfig, search
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.study.cells import Cell
from tradestream.study.markets import market

HOURS_A_YEAR = 8760
FIRST_SEED = 1_000_000
"""Markets of oracles are never those of lives."""

CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Scale:
    """How many markets of how many days each stage takes; types, all when empty."""

    days: int = 42
    searched: int = 1
    judged: int = 3
    measured: int = 10
    types: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return the types that are searched."""
        return tuple(n for n in CATALOGUE if not self.types or n in self.types)


@dataclass(frozen=True, slots=True)
class Oracle:
    """The best that is known of a process.

    Attributes:
        find: The genome.
        sharpe: Annual Sharpe ratio of hourly excess x, net of costs.
        error: Its standard error.
    """

    find: Find
    sharpe: float
    error: float


def oracle(
    cell: Cell, bars: CandleSeries | None = None, scale: Scale | None = None
) -> Oracle:
    """Return the oracle of a planted cell."""
    scale = scale or Scale()
    seeds = iter(range(FIRST_SEED, FIRST_SEED + 10_000))

    def windows(count: int) -> list[Window]:
        return [_window(cell, scale.days, next(seeds), bars) for _ in range(count)]

    candidates = _candidates(windows(scale.searched), scale.names())
    judged = sharpe_ratios(windows(scale.judged), candidates)
    best = candidates[int(np.argmax(judged))]
    years = scale.measured * scale.days / 365
    sharpe = sharpe_ratios(windows(scale.measured), [best])[0]
    return Oracle(best, float(sharpe), math.sqrt(1 / years))


def _window(cell: Cell, days: int, seed: int, bars: CandleSeries | None) -> Window:
    series, instrument = market(cell.kind, cell.strength, days, seed, bars)
    return Window(series, instrument, cell.costs)


def _candidates(windows: Sequence[Window], names: Sequence[str]) -> list[Find]:
    """Return the best of the design, and what searches find, on some markets."""
    finds = [
        Find(name, named_parameters(name, genome))
        for name in names
        for genome in design().genomes[name]
    ]
    order = np.argsort(-sharpe_ratios(windows, finds), kind="stable")
    kept = [finds[place] for place in order[:CANDIDATES]]
    config = SearchConfig(max_generations=15, top_n=3)
    for name in names:
        found = search(windows[0], name, config).found
        kept += [Find(name, one.parameters) for one in found]
    return list({find.key: find for find in kept}.values())


def sharpe_ratios(windows: Sequence[Window], finds: Sequence[Find]) -> Floats:
    """Return annual Sharpe ratios of hourly excess over all windows, in order.

    A find that hardly trades, or not at all, has −∞.
    """
    order = sorted(range(len(finds)), key=lambda i: finds[i].strategy_name)
    ratios = np.full(len(finds), -np.inf)
    for name, group in groupby(order, key=lambda i: finds[i].strategy_name):
        places = list(group)
        declared = [parameter.name for parameter in CATALOGUE[name].parameters]
        genomes = np.array(
            [[float(finds[i].parameters[n]) for n in declared] for i in places]
        )
        ratios[places] = _of_type(windows, name, genomes)
    return ratios


def _of_type(windows: Sequence[Window], name: str, genomes: Floats) -> Floats:
    total, square, trades = np.zeros((3, len(genomes)))
    hours = 0
    for window in windows:
        result = window.evaluate(name, genomes)
        excess = excess_returns(result, window.market_hourly)
        total += excess.sum(axis=1)
        square += (excess**2).sum(axis=1)
        trades += result.trades
        hours += excess.shape[1]
    mean = total / hours
    deviation = np.sqrt(np.maximum(square / hours - mean**2, 0.0))
    known = (deviation > 0) & (trades >= 10)
    ratios = np.full(len(genomes), -np.inf)
    np.divide(mean * math.sqrt(HOURS_A_YEAR), deviation, out=ratios, where=known)
    return ratios
