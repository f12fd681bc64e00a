"""Random entries of equal exposure: what the same holding times make by chance."""

import numpy as np

from tradestream.backtest.details import Fills, fills_of
from tradestream.backtest.window import Window
from tradestream.candles import Floats
from tradestream.robustness.fills import Bars, measure_fills
from tradestream.robustness.model import Check, spread
from tradestream.robustness.perturbed import measure

DRAWS = 300


def random_entries(
    window: Window, strategy_name: str, genome: Floats, *, seed: int, draws: int = DRAWS
) -> Check:
    """Return how as many trades, held as long, do when entered at random.

    The holding times and the pauses between trades are shuffled, each among
    themselves, and the pauses drawn anew with the same total. So exposure and
    costs are the strategy's; only its timing is gone.

    Args:
        window: The market.
        strategy_name: Type.
        genome: Shape (p,).
        seed: Seed of the draws, 0 or more.
        draws: How many random traders.
    """
    random = np.random.default_rng([seed, 5])
    fills = fills_of(window, strategy_name, genome)
    values = [
        measure_fills(
            window.series, window.costs, *_shuffled(fills, window.bars, random)
        ).excess_sharpe
        for _ in range(draws if len(fills.entries) else 0)
    ]
    return spread(
        "random_entries",
        "as many trades, held as long, entered at random",
        "excess_sharpe",
        measure(window, strategy_name, genome).excess_sharpe,
        np.array(values, np.float64),
    )


def _shuffled(
    fills: Fills, bars: int, random: np.random.Generator
) -> tuple[Bars, Bars]:
    """Return entries and exits of a random trader, in order."""
    held = random.permutation(fills.exits - fills.entries)
    # One bar after each sale belongs to the pause, as a signal needs a bar.
    free = bars - 1 - int(held.sum()) - (len(held) - 1)
    cuts = np.sort(random.integers(0, max(free, 0) + 1, len(held)))
    before = np.concatenate([[0], np.cumsum(held + 1)[:-1]])
    entries = 1 + cuts + before
    exits = np.minimum(entries + held, bars)
    inside = entries < bars
    return entries[inside].astype(np.int64), exits[inside].astype(np.int64)
