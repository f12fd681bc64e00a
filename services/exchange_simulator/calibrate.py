"""Measure the planted edges: `python -m services.exchange_simulator.calibrate`.

A year of each planted market, made by the code that serves it but from another
seed, is traded by the whole design of the history exam at default costs. Then
the first exam is held on windows of that year, as long as the demo's history:
how often it validates anything is what a user will see.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.exchange_simulator.market import Market
from services.exchange_simulator.venue import (
    PLANTED,
    RECORDED_DAYS_BEHIND,
    synthetic_markets,
)
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, Floats
from tradestream.discovery.design import design
from tradestream.discovery.exam import excess_returns, named_parameters, run_exam
from tradestream.discovery.exam_schedule import exam_alpha
from tradestream.instruments import Instrument

YEAR_DAYS = 365
YEAR_HOURS = 8766
MINUTES = 1440
SEED = 1_000_003
"""Of the measured year; no venue is served with it by default."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best design genome of a window.

    Attributes:
        sharpe: Annual Sharpe ratio of its hourly excess return.
        strategy_name: Its type.
        parameters: By name.
    """

    sharpe: float
    strategy_name: str
    parameters: dict[str, int | float]


def window_of(market: Market, first_day: int, days: int) -> Window:
    """Return days of a market as the exam sees them, at default costs."""
    first = first_day * MINUTES
    series: CandleSeries = market.history.series(first, first + days * MINUTES)
    increments = market.increments
    instrument = Instrument(
        market.symbol,
        10.0**-increments.price_decimals,
        10.0**-increments.volume_decimals,
    )
    return Window(series, instrument, Costs())


def excess_sharpes(window: Window, strategy_name: str, genomes: Floats) -> Floats:
    """Return each genome's annual Sharpe of x = R − p̄·M, −inf without a trade.

    x is hourly; its Sharpe is mean ÷ standard deviation · √8766.
    """
    result = window.evaluate(strategy_name, genomes)
    excess = excess_returns(result, window.market_hourly)
    means, spreads = excess.mean(axis=1), excess.std(axis=1)
    none = np.full(len(means), -np.inf)
    ratios = np.divide(means, spreads, out=none, where=spreads > 0)
    return np.asarray(ratios * YEAR_HOURS**0.5)


def best_genome(window: Window) -> Best:
    """Return the genome of the exam's design with the highest annual Sharpe."""
    best = Best(-np.inf, "", {})
    for name, genomes in design().genomes.items():
        sharpes = excess_sharpes(window, name, genomes)
        row = int(np.argmax(sharpes))
        if sharpes[row] > best.sharpe:
            best = Best(float(sharpes[row]), name, named_parameters(name, genomes[row]))
    return best


def validated(market: Market, first_day: int) -> bool:
    """Return whether the first exam of a window of the demo's length passes any."""
    window = window_of(market, first_day, RECORDED_DAYS_BEHIND)
    outcome = run_exam(window, design(), alpha=exam_alpha(1), seed=first_day)
    return bool(outcome.passing)


def table(symbols: Sequence[str], *, days: int, exams: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table, one a market, as they are measured."""
    yield "market        named   annual Sharpe   exams validating   best design genome"
    for market in synthetic_markets(0, seed):
        if market.symbol not in symbols:
            continue
        best = best_genome(window_of(market, 0, days)) if days else None
        sharpe = f"{best.sharpe:.1f}" if best else ""
        starts = range(0, exams * RECORDED_DAYS_BEHIND, RECORDED_DAYS_BEHIND)
        hits = sum(validated(market, start) for start in starts)
        genome = f"{best.strategy_name} {best.parameters}" if best else ""
        named = PLANTED[market.symbol][1]
        yield (
            f"{market.symbol:12}  {named:5}   {sharpe:>13}   "
            f"{f'{hits} of {exams}':>16}   {genome}"
        )


def main(argv: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("symbols", nargs="*", default=list(PLANTED))
    parser.add_argument("--days", type=int, default=YEAR_DAYS)
    parser.add_argument("--exams", type=int, default=YEAR_DAYS // RECORDED_DAYS_BEHIND)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(argv)
    unknown = ", ".join(symbol for symbol in given.symbols if symbol not in PLANTED)
    if unknown:
        parser.error(
            f"planted markets ({', '.join(PLANTED)}) are required, was {unknown}"
        )
    lines = table(given.symbols, days=given.days, exams=given.exams, seed=given.seed)
    for line in lines:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
