"""The gate's own score: how strategies did on paper after its verdicts.

If the gate is right, what it validated goes on earning more than the market at
the same exposure, and what it refused does not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

VERDICTS = ("validated", "unproven", "refused")
HOURS_A_YEAR = 8_760
LEAST_HOURS = 24
"""Fewer say nothing about a Sharpe ratio."""

LEAST_SYMBOLS = 3
"""So many give a spread between symbols; with fewer the error is the formula's."""


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A strategy after one verdict.

    Attributes:
        verdict: `unproven` (claimed), `refused`, or `validated`.
        symbol: Its market.
        hours: Hours since the verdict.
        excess_sum: Σ of the hourly excess over exposure × market.
        excess_square_sum: Σ of its squares.
        raw_return: Σ of the hourly net returns.
    """

    verdict: str
    symbol: str
    hours: int
    excess_sum: float
    excess_square_sum: float
    raw_return: float

    @property
    def sharpe(self) -> float | None:
        """Annual Sharpe ratio of the excess; None where nothing can be said."""
        if self.hours < LEAST_HOURS:
            return None
        mean = self.excess_sum / self.hours
        variance = self.excess_square_sum / self.hours - mean * mean
        if variance <= 1e-18:
            return None
        return mean / math.sqrt(variance) * math.sqrt(HOURS_A_YEAR)


@dataclass(frozen=True, slots=True)
class VerdictScore:
    """How all strategies did after one kind of verdict.

    Attributes:
        verdict: Which.
        strategies: How many records there are.
        symbols: On how many symbols.
        hours: Hours of all of them together.
        excess_bps: Mean excess an hour in basis points; None without an hour.
        gained: Share of records whose excess is above 0.
        sharpe: Mean annual Sharpe ratio of the excess, symbols weighing alike.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    verdict: str
    strategies: int
    symbols: int
    hours: int
    excess_bps: float | None
    gained: float | None
    sharpe: float | None
    low: float | None
    high: float | None


def score_verdicts(records: Sequence[PaperRecord]) -> list[VerdictScore]:
    """Return one score a verdict, also of those that nobody got."""
    return [
        _score(verdict, [record for record in records if record.verdict == verdict])
        for verdict in VERDICTS
    ]


def _score(verdict: str, records: Sequence[PaperRecord]) -> VerdictScore:
    symbols = {record.symbol for record in records}
    hours = sum(record.hours for record in records)
    if not hours:
        return VerdictScore(
            verdict, len(records), len(symbols), 0, None, None, None, None, None
        )
    excess = sum(record.excess_sum for record in records) / hours
    gained = sum(record.excess_sum > 0 for record in records) / len(records)
    means = _by_symbol(records)
    low = sharpe = high = None
    if means:
        sharpe = math.fsum(means) / len(means)
        error = _error(means, sharpe, hours)
        low, high = sharpe - 1.96 * error, sharpe + 1.96 * error
    return VerdictScore(
        verdict, len(records), len(symbols), hours, excess * 1e4, gained, sharpe,
        low, high,
    )  # fmt: skip


def _by_symbol(records: Sequence[PaperRecord]) -> list[float]:
    """Return the mean Sharpe ratio of each symbol's strategies, which move alike."""
    found: dict[str, list[float]] = {}
    for record in records:
        if record.sharpe is not None:
            found.setdefault(record.symbol, []).append(record.sharpe)
    return [math.fsum(own) / len(own) for _, own in sorted(found.items())]


def _error(means: Sequence[float], mean: float, hours: int) -> float:
    if len(means) < LEAST_SYMBOLS:
        return math.sqrt(HOURS_A_YEAR / hours)
    variance = math.fsum((one - mean) ** 2 for one in means) / (len(means) - 1)
    return math.sqrt(variance / len(means))
