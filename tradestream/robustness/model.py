"""What a check says: one number unharmed, and how it spreads when disturbed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.backtest.window import Evaluation
from tradestream.candles import Floats

LEVELS = (5, 25, 50, 75, 95)
"""Percentiles of every spread and fan."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A backtest in three numbers.

    Attributes:
        total_return: Net, a fraction.
        excess_sharpe: Annual Sharpe ratio of the excess return; None if undefined.
        trades: Round trips.
    """

    total_return: float
    excess_sharpe: float | None
    trades: int


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: Its name, e.g. `price_noise`.
        what: What was disturbed, in words.
        unit: What is measured: `return`, `drawdown`, or `excess_sharpe`.
        unharmed: The same measure of the strategy as it is; None if undefined.
        draws: How many disturbed cases were measured.
        percentiles: Of the disturbed cases at `LEVELS`; empty without one.
        as_good: Share of disturbed cases that did at least as well as the
            strategy as it is.
        gained: Share of disturbed cases above nil; None for drawdowns.
        fan: Percentiles at `LEVELS` over the course of the trades, rows of
            five; empty where a course has no meaning.
        cases: Labelled measures where each case has a meaning of its own.
    """

    name: str
    what: str
    unit: str
    unharmed: float | None
    draws: int
    percentiles: tuple[float, ...]
    as_good: float | None
    gained: float | None
    fan: tuple[tuple[float, ...], ...] = ()
    cases: tuple[tuple[str, Measure], ...] = ()


def measures_of(result: Evaluation) -> list[Measure]:
    """Return every genome of an evaluation in three numbers."""
    sharpes = result.metrics["excess_sharpe"]
    return [
        Measure(float(total), None if np.isnan(sharpe) else float(sharpe), int(trades))
        for total, sharpe, trades in zip(
            result.total_return, sharpes, result.trades, strict=True
        )
    ]


def spread(
    name: str, what: str, unit: str, unharmed: float | None, values: Floats
) -> Check:
    """Return a check of values that have no course and no names.

    Args:
        name: Name of the check.
        what: What was disturbed, in words.
        unit: What is measured.
        unharmed: The measure of the strategy as it is.
        values: Shape (draws,); NaN, where the measure is undefined, counts as nil.
    """
    known = np.nan_to_num(values, nan=0.0)
    if not len(known):
        return Check(name, what, unit, unharmed, 0, (), None, None)
    own = unharmed or 0.0
    better = known <= own if unit == "drawdown" else known >= own
    return Check(
        name,
        what,
        unit,
        unharmed,
        len(known),
        percentiles(known),
        None if unharmed is None else float(np.mean(better)),
        None if unit == "drawdown" else float(np.mean(known > 0)),
    )


def of_measures(
    name: str, what: str, unharmed: Measure, cases: Sequence[tuple[str, Measure]]
) -> Check:
    """Return a check of cases, each with a name, by excess Sharpe ratio."""
    values = np.array([_sharpe(measure) for _, measure in cases])
    plain = spread(name, what, "excess_sharpe", unharmed.excess_sharpe, values)
    return Check(
        plain.name,
        plain.what,
        plain.unit,
        plain.unharmed,
        plain.draws,
        plain.percentiles,
        plain.as_good,
        plain.gained,
        cases=tuple(cases),
    )


def percentiles(values: Floats) -> tuple[float, ...]:
    """Return the percentiles of values of shape (draws,) at `LEVELS`."""
    return tuple(float(p) for p in np.percentile(values, LEVELS))


def fan_points(points: int, *, most: int = 60) -> NDArray[np.int64]:
    """Return which points of a course are shown.

    Args:
        points: How many it has.
        most: Points shown, evenly spaced, the first and the last among them.
    """
    return np.unique(np.linspace(0, points - 1, min(points, most)).round().astype(int))


def fan_of(courses: Floats) -> tuple[tuple[float, ...], ...]:
    """Return percentiles over the draws at each point.

    Args:
        courses: Shape (draws, points).
    """
    return tuple(percentiles(course) for course in courses.T)


def _sharpe(measure: Measure) -> float:
    return float("nan") if measure.excess_sharpe is None else measure.excess_sharpe
