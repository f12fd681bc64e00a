"""What a search maximizes."""

from collections.abc import Sequence

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined

OBJECTIVES = ("excess_sharpe",)
ENOUGH_TRADES = 10.0


def excess_sharpe_score(sharpe: Floats | Sequence[float], trades: Floats) -> Floats:
    """Return the score of genomes: the larger, the better.

    The Sharpe ratio a bar of the excess return × min(1, trades ÷ 10), a
    negative one divided by it instead; −inf without a trade.

    Args:
        sharpe: Shape (g,), NaN allowed where nothing was traded.
        trades: Shape (g,), round trips.
    """
    ratio = np.asarray(sharpe, np.float64)
    trust = np.minimum(1.0, trades / ENOUGH_TRADES)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(ratio >= 0, ratio * trust, ratio / trust)
    return np.where(trades > 0, score, -np.inf)


@inlined
def score_of(sharpe: float, trades: float) -> float:
    """Return the same for one genome, inside a kernel."""
    if trades < 1.0:
        return -np.inf
    trust = min(1.0, trades / ENOUGH_TRADES)
    return sharpe * trust if sharpe >= 0.0 else sharpe / trust
