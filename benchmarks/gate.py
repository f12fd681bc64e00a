"""How honest and how sharp the first exam is: `make benchmark BENCH=gate`.

Seeded markets of 14 days, each examined once at the first exam's size. Markets
without an edge are examined at zero cost too, where costs cannot hide a broken
test. The seeds are fixed: the figures are the same on every run.
"""

import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter

from benchmarks.figures import Figure, report
from services.exchange_simulator.days import Increments
from services.exchange_simulator.market import History, Market
from services.exchange_simulator.processes import (
    Brownian,
    Garch,
    MeanReversion,
    Process,
    TrendPersistence,
)
from services.exchange_simulator.sources import SyntheticDays
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.design import design
from tradestream.discovery.exam import run_exam
from tradestream.discovery.exam_schedule import exam_alpha
from tradestream.instruments import Instrument

SYMBOL = "SEEDED-USD"
BARS = 14 * 1440
MARKETS = 100
PLANTED = 30
MOST_FALSE_PERCENT = 5.0
LEAST_FOUND_PERCENT = 80.0
_BASIS_POINT = 1e-4

FREE, USUAL = Costs(0.0, 0.0), Costs()
EDGELESS: tuple[tuple[str, Process, Costs], ...] = (
    ("Brownian, no costs", Brownian(6 * _BASIS_POINT), FREE),
    ("GARCH-t, no costs", Garch(6 * _BASIS_POINT), FREE),
    (
        "Brownian, +3 % a day, usual costs",
        Brownian(6 * _BASIS_POINT, 0.03 / 1440),
        USUAL,
    ),
    ("GARCH-t, usual costs", Garch(6 * _BASIS_POINT), USUAL),
)
EDGES: tuple[tuple[str, Process, Costs], ...] = (
    (
        "trend persistence, usual costs",
        TrendPersistence(6 * _BASIS_POINT, 0.9 * _BASIS_POINT, 420),
        USUAL,
    ),
    (
        "mean reversion, usual costs",
        MeanReversion(2 * _BASIS_POINT, 50 * _BASIS_POINT, 30),
        USUAL,
    ),
)


def market(process: Process, seed: int) -> CandleSeries:
    """Return 14 days of a process."""
    increments = Increments(2, 4)

    def source() -> SyntheticDays:
        return SyntheticDays(
            SYMBOL,
            process,
            seed=seed,
            start_price=5_000.0,
            typical_volume=3.0,
            increments=increments,
        )

    made = Market(SYMBOL, "seeded", increments, 1.0, 20_000, source)
    return History(made).series(0, BARS)


def validated(process: Process, costs: Costs, seed: int) -> bool:
    """Return whether the first exam of a market lets anything pass."""
    window = Window(market(process, seed), Instrument(SYMBOL, 0.01, 1e-4), costs)
    return bool(run_exam(window, design(), alpha=exam_alpha(1), seed=seed).passing)


def main() -> int:
    """Measure, print, and write build/benchmarks/gate.json."""
    began = perf_counter()
    figures = [
        _share(
            f"{name}: falsely validated", partial(validated, process, costs), MARKETS
        )
        for name, process, costs in EDGELESS
    ]
    figures += [
        _share(f"{name}: found", partial(validated, process, costs), PLANTED)
        for name, process, costs in EDGES
    ]
    figures.append(Figure("all of it", perf_counter() - began, "s"))
    return report("gate", figures)


def _share(what: str, validates: Callable[[int], bool], markets: int) -> Figure:
    count = sum(validates(seed) for seed in range(1, markets + 1))
    false = markets == MARKETS
    return Figure(
        f"{what}, of {markets} markets",
        100 * count / markets,
        "%",
        MOST_FALSE_PERCENT if false else LEAST_FOUND_PERCENT,
        less_is_better=false,
    )


if __name__ == "__main__":
    sys.exit(main())
