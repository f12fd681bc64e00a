"""Monte Carlo over the trades of one backtest: their order, and missing ones."""

import numpy as np

from tradestream.candles import Floats
from tradestream.robustness.model import Check, fan_of, spread

DRAWS = 1_000
SKIPPED = 0.1
"""Share of trades that a trader misses: downtime, a refused order, sleep."""


def trade_order(returns: Floats, *, seed: int, draws: int = DRAWS) -> Check:
    """Return the maximum drawdowns that the same trades have in another order.

    The final return is the same in every order; how deep it dips on the way
    is luck. Drawdown here is from trade to trade, not within one.

    Args:
        returns: Shape (trades,), net.
        seed: Seed of the shuffles, 0 or more.
        draws: How many orders.
    """
    random = np.random.default_rng([seed, 1])
    orders = np.argsort(random.random((draws, len(returns))), axis=1)
    courses = _courses(returns[orders])
    own = _courses(returns[None, :])
    plain = spread(
        "trade_order",
        "the same trades in another order",
        "drawdown",
        float(_drawdowns(own)[0]),
        _drawdowns(courses) if len(returns) else np.empty(0),
    )
    return _with_fan(plain, courses)


def skipped_trades(
    returns: Floats, *, seed: int, share: float = SKIPPED, draws: int = DRAWS
) -> Check:
    """Return the final returns when each trade is missed with some probability.

    Args:
        returns: Shape (trades,), net.
        seed: Seed of the draws, 0 or more.
        share: Probability that a trade is missed.
        draws: How many draws.
    """
    random = np.random.default_rng([seed, 2])
    taken = random.random((draws, len(returns))) >= share
    courses = _courses(np.where(taken, returns, 0.0))
    plain = spread(
        "skipped_trades",
        f"each trade missed with probability {share:.0%}",
        "return",
        float(np.prod(1 + returns) - 1),
        courses[:, -1] - 1 if len(returns) else np.empty(0),
    )
    return _with_fan(plain, courses)


def _courses(returns: Floats) -> Floats:
    """Return equity after each trade from 1, shape (draws, trades + 1)."""
    grown = np.cumprod(1 + returns, axis=1)
    return np.column_stack([np.ones(len(returns)), grown])


def _drawdowns(courses: Floats) -> Floats:
    peaks = np.maximum.accumulate(courses, axis=1)
    return np.asarray((1 - courses / peaks).max(axis=1))


def _with_fan(check: Check, courses: Floats) -> Check:
    return Check(
        check.name,
        check.what,
        check.unit,
        check.unharmed,
        check.draws,
        check.percentiles,
        check.as_good,
        check.gained,
        fan=fan_of(courses) if check.draws else (),
    )
