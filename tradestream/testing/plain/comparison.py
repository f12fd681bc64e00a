"""The engine beside the plain loops: what differs, genome by genome."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tradestream.backtest.details import adverse_excursion_p95, equity_of, fills_of
from tradestream.backtest.metrics import METRICS
from tradestream.backtest.window import Window
from tradestream.candles import Floats
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Value
from tradestream.testing.plain.backtest import PlainBacktest
from tradestream.testing.plain.rows import Bars
from tradestream.testing.plain.types import plain_signals

LARGEST_ERROR = 1e-9
"""Allowed in a metric: relative, absolute below 1."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One genome on one market, by the engine and by the plain loops.

    Attributes:
        parameters: The genome.
        trades: Round trips of the plain loops.
        different_fills: Whether a fill is on another bar, or not there.
        errors: Largest error by what was compared, relative or absolute,
            whichever is smaller; infinite where only one of them is defined.
    """

    parameters: dict[str, Value]
    trades: int
    different_fills: bool
    errors: dict[str, float]

    @property
    def worst(self) -> tuple[float, str]:
        """The largest error and what it is of."""
        return max((error, name) for name, error in self.errors.items())

    @property
    def agrees(self) -> bool:
        """Whether trades are the same and numbers within 1e-9."""
        return not self.different_fills and self.worst[0] <= LARGEST_ERROR


def compare(
    window: Window, bars: Bars, name: str, genomes: Floats, *, first: int | None = None
) -> Iterator[Comparison]:
    """Yield how the engine and the plain loops differ on each genome.

    Args:
        window: The market, for the engine.
        bars: The same market, for the plain loops.
        name: Type, e.g. `SMA_RSI`.
        genomes: Shape (g, p), evaluated together.
        first: How many of them to compare; all by default.
    """
    result = window.evaluate(name, genomes)
    searched = window.outcomes(name, genomes)
    year = np.sqrt(365 * 86_400 / window.series.interval_seconds)
    space = Space(CATALOGUE[name])
    for i, genome in enumerate(genomes[:first]):
        parameters = space.parameters(genome)
        signals = plain_signals(bars, name, parameters)
        plain = PlainBacktest(window.series, window.costs, signals)
        fills = fills_of(window, name, genome)
        got = np.column_stack([fills.entries, fills.exits]).ravel().tolist()
        if got != plain.fills:
            yield Comparison(parameters, len(plain.gains), True, {"fills": np.inf})
            continue
        wanted = plain.metrics(window.series, window.costs)
        errors = {
            metric: _error(result.metrics[metric][i], wanted[metric])
            for metric in METRICS
        }
        errors["trades of a search"] = _error(searched[0][i], wanted["trades"])
        errors["excess of a search"] = _error(
            searched[1][i] * year, wanted["excess_sharpe"]
        )
        errors["adverse_excursion_p95"] = _error(
            adverse_excursion_p95(window, name, genome),
            wanted["adverse_excursion_p95"],
        )
        equity = equity_of(window, fills) / 10_000
        errors["equity"] = max(map(_error, equity, plain.equity))
        errors["hourly"] = max(
            map(_error, result.hourly[i], plain.hourly(window.series))
        )
        yield Comparison(parameters, len(plain.gains), False, errors)


def _error(got: float | None, wanted: float | None) -> float:
    missing = [x is None or bool(np.isnan(x)) for x in (got, wanted)]
    if any(missing):
        return 0.0 if all(missing) else np.inf
    assert got is not None
    assert wanted is not None
    return float(abs(got - wanted) / max(1.0, abs(wanted)))
