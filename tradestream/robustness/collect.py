"""All checks of one strategy on one window, as data that can be stored and shown."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tradestream.backtest.details import fills_of
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.search import SearchConfig
from tradestream.instruments import Instrument
from tradestream.robustness import perturbed
from tradestream.robustness.model import LEVELS, Check
from tradestream.robustness.placebo import random_entries
from tradestream.robustness.trade_draws import skipped_trades, trade_order
from tradestream.robustness.walk_forward import Cell, Subject, walk_forward
from tradestream.strategies.declaration import Value

Others = Mapping[str, tuple[CandleSeries, Instrument]]


@dataclass(frozen=True, slots=True)
class Robustness:
    """Everything beside the gate.

    Attributes:
        checks: In the order in which a page shows them.
        walk_forward: Cells of the matrix.
    """

    checks: tuple[Check, ...]
    walk_forward: tuple[Cell, ...]


def robustness(
    window: Window,
    strategy_name: str,
    parameters: Mapping[str, Value],
    *,
    seed: int,
    others: Others,
) -> Robustness:
    """Return all checks of a strategy; a few seconds on 14 days of minutes.

    Args:
        window: The bars it was judged on.
        strategy_name: Type.
        parameters: All of its parameters.
        seed: Seed of every draw, 0 or more.
        others: Bars and steps of other symbols over the same time, if any.

    Raises:
        ValueError: As `StrategyType.check` does.
    """
    genome = window.genome(strategy_name, parameters)[0]
    returns = fills_of(window, strategy_name, genome).returns
    subject = Subject(
        window.series,
        window.instrument,
        window.costs,
        strategy_name,
        SearchConfig(seed=seed),
    )
    checks = (
        trade_order(returns, seed=seed),
        skipped_trades(returns, seed=seed),
        random_entries(window, strategy_name, genome, seed=seed),
        perturbed.parameter_jitter(window, strategy_name, genome, seed=seed),
        perturbed.price_noise(window, strategy_name, genome, seed=seed),
        perturbed.shifted_start(window, strategy_name, genome),
        perturbed.doubled_costs(window, strategy_name, genome),
        perturbed.one_bar_later(window, strategy_name, genome),
        perturbed.other_symbols(window, strategy_name, genome, others),
    )
    return Robustness(checks, walk_forward(subject))


def as_data(found: Robustness) -> dict[str, Any]:
    """Return the checks as JSON-able data; times in ISO 8601, NaN never."""
    return {
        "levels": list(LEVELS),
        "checks": [asdict(check) for check in found.checks],
        "walk_forward": [
            {
                "training_days": cell.training.total_seconds() / 86_400,
                "test_days": cell.test.total_seconds() / 86_400,
                "efficiency": cell.efficiency,
                "folds": [
                    {
                        "trained_from": fold.trained_from.isoformat(),
                        "tested_from": fold.tested_from.isoformat(),
                        "tested_until": fold.tested_until.isoformat(),
                        "trained": None
                        if fold.trained is None
                        else asdict(fold.trained),
                        "tested": None if fold.tested is None else asdict(fold.tested),
                    }
                    for fold in cell.folds
                ],
            }
            for cell in found.walk_forward
        ],
    }
