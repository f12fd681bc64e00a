"""How honest and how sharp the first exam is: `make benchmark BENCH=gate`.

Seeded markets of 14 days, each examined once at the first exam's size over all
strategy types. Those without an edge are examined at no cost, where costs cannot
hide a broken test. The seeds are fixed: the figures are the same on every run.
Whole lives, with claims and searches, are `tradestream study truth`.
"""

import sys
from time import perf_counter

from benchmarks.figures import Figure, report
from tradestream.backtest.window import Window
from tradestream.discovery.design import design
from tradestream.discovery.exam import run_exam
from tradestream.discovery.exam_schedule import exam_alpha
from tradestream.study.cells import Cell
from tradestream.study.markets import market
from tradestream.testing.markets import recorded

DAYS = 14
MARKETS = 40
PLANTED = 25
FIRST_SEED = 5_000
"""The study lives other markets."""

MOST_FALSE_PERCENT = 5.0
LEAST_FOUND_PERCENT = 80.0

EDGELESS = tuple(
    Cell(kind, free=True) for kind in ("brownian", "drift", "garch", "bootstrap")
)
EDGES = (Cell("trend", 0.62), Cell("revert", 56.0), Cell("volume", 0.9))
"""Each with an annual Sharpe ratio of about 25 or more (docs/truth.md)."""


def validated(cell: Cell, seed: int) -> bool:
    """Return whether the first exam of a market lets anything pass."""
    bars = recorded("BTC-USD_1m", 0, 14 * 1440) if cell.kind == "bootstrap" else None
    series, instrument = market(cell.kind, cell.strength, DAYS, seed, bars)
    window = Window(series, instrument, cell.costs)
    return bool(run_exam(window, design(), alpha=exam_alpha(1), seed=seed).passing)


def main() -> int:
    """Measure, print, and write build/benchmarks/gate.json."""
    began = perf_counter()
    figures = [
        _share(f"{cell.name}: falsely validated", cell, MARKETS) for cell in EDGELESS
    ]
    figures += [_share(f"{cell.name}: found", cell, PLANTED) for cell in EDGES]
    figures.append(Figure("all of it", perf_counter() - began, "s"))
    return report("gate", figures)


def _share(what: str, cell: Cell, markets: int) -> Figure:
    seeds = range(FIRST_SEED, FIRST_SEED + markets)
    count = sum(validated(cell, seed) for seed in seeds)
    return Figure(
        f"{what}, of {markets} markets",
        100 * count / markets,
        "%",
        LEAST_FOUND_PERCENT if cell.planted else MOST_FALSE_PERCENT,
        less_is_better=not cell.planted,
    )


if __name__ == "__main__":
    sys.exit(main())
