"""Monte Carlo over the trades of one backtest: their order, and missing ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tradestream.candles import Floats
from tradestream.robustness.model import Check, fan_of, fan_points, spread

DRAWS = 1_000
SKIPPED = 0.1
"""Share of trades that a trader misses: downtime, a refused order, sleep."""
_AT_ONCE = 50
"""Draws whose courses are in memory together."""


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
    shuffled = _Drawn.of(
        _courses(returns[np.argsort(numbers, axis=1)])
        for numbers in _numbers(random, draws, len(returns))
    )
    own = _courses(returns[None, :])
    plain = spread(
        "trade_order",
        "the same trades in another order",
        "drawdown",
        float(_drawdowns(own)[0]),
        shuffled.drawdowns if len(returns) else np.empty(0),
    )
    return _with_fan(plain, shuffled)


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
    fewer = _Drawn.of(
        _courses(np.where(numbers >= share, returns, 0.0))
        for numbers in _numbers(random, draws, len(returns))
    )
    plain = spread(
        "skipped_trades",
        f"each trade missed with probability {share:.0%}",
        "return",
        float(np.prod(1 + returns) - 1),
        fewer.points[:, -1] - 1 if len(returns) else np.empty(0),
    )
    return _with_fan(plain, fewer)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What is kept of the courses of all draws: they themselves take 8 bytes a trade.

    Attributes:
        drawdowns: Shape (draws,).
        points: Shape (draws, points), the courses where a fan shows them.
    """

    drawdowns: Floats
    points: Floats

    @classmethod
    def of(cls, blocks: Iterable[Floats]) -> "_Drawn":
        """Keep what is needed of courses that come some at a time."""
        kept = [(_drawdowns(b), b[:, fan_points(b.shape[1])]) for b in blocks]
        drawdowns, points = zip(*kept, strict=True)
        return cls(np.concatenate(drawdowns), np.concatenate(points))


def _numbers(random: np.random.Generator, draws: int, trades: int) -> Iterator[Floats]:
    """Yield random numbers of shape (some draws, trades), few at a time."""
    for first in range(0, draws, _AT_ONCE):
        yield random.random((min(_AT_ONCE, draws - first), trades))


def _courses(returns: Floats) -> Floats:
    """Return equity after each trade from 1, shape (draws, trades + 1)."""
    grown = np.cumprod(1 + returns, axis=1)
    return np.column_stack([np.ones(len(returns)), grown])


def _drawdowns(courses: Floats) -> Floats:
    peaks = np.maximum.accumulate(courses, axis=1)
    return np.asarray((1 - courses / peaks).max(axis=1))


def _with_fan(check: Check, drawn: _Drawn) -> Check:
    return Check(
        check.name,
        check.what,
        check.unit,
        check.unharmed,
        check.draws,
        check.percentiles,
        check.as_good,
        check.gained,
        fan=fan_of(drawn.points) if check.draws else (),
    )
