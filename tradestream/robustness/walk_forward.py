"""The walk-forward matrix: search on the past, trade the next days, again and again.

Every fold's search sees only bars before its test; replaying genomes that were
bred on the whole window would be a leak (measured: it triples false finds).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries, to_datetime
from tradestream.discovery.genome import Space
from tradestream.discovery.search import SearchConfig, search
from tradestream.instruments import Instrument
from tradestream.robustness.model import Measure
from tradestream.robustness.perturbed import measure

GAP = timedelta(hours=1)
"""Purged between training and test: a trade open at the border is in neither."""
_ROW_BUDGET_BYTES = 6 << 20
"""Memory for indicator rows of a training span; less of it only costs time."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is walked forward: a type on a market.

    Attributes:
        series: Bars; the newest folds that fit are taken.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
        strategy_name: Type that is searched.
        config: How each training span is searched.
    """

    series: CandleSeries
    instrument: Instrument
    costs: Costs
    strategy_name: str
    config: SearchConfig


@dataclass(frozen=True, slots=True)
class Fold:
    """One training and the test after it.

    Attributes:
        trained_from: First instant of training.
        tested_from: First instant of the test.
        tested_until: First instant after it.
        trained: What the best genome made in training; None if nothing traded.
        tested: What it made in the test.
    """

    trained_from: datetime
    tested_from: datetime
    tested_until: datetime
    trained: Measure | None
    tested: Measure | None


@dataclass(frozen=True, slots=True)
class Cell:
    """All folds of one length of training and one of test."""

    training: timedelta
    test: timedelta
    folds: tuple[Fold, ...]

    @property
    def efficiency(self) -> float | None:
        """Mean tested ÷ mean trained excess Sharpe ratio; None if undefined."""
        pairs = [
            (fold.trained.excess_sharpe, fold.tested.excess_sharpe or 0.0)
            for fold in self.folds
            if fold.trained and fold.tested and fold.trained.excess_sharpe is not None
        ]
        trained = sum(pair[0] for pair in pairs)
        return sum(pair[1] for pair in pairs) / trained if trained > 0 else None


def walk_forward(
    subject: Subject,
    *,
    trainings: tuple[timedelta, ...] = (timedelta(days=3), timedelta(days=7)),
    tests: tuple[timedelta, ...] = (timedelta(days=1), timedelta(days=3)),
    most_folds: int = 4,
) -> tuple[Cell, ...]:
    """Return the matrix of one type, one cell for each pair of lengths.

    Args:
        subject: What is walked forward.
        trainings: Lengths of training.
        tests: Lengths of test.
        most_folds: Folds a cell.
    """
    return tuple(
        Cell(training, test, _folds(subject, training, test, most_folds))
        for training in trainings
        for test in tests
    )


def _folds(
    subject: Subject, training: timedelta, test: timedelta, most: int
) -> tuple[Fold, ...]:
    series = subject.series
    if not len(series):
        return ()
    first = to_datetime(series.open_times[0])
    end = to_datetime(series.open_times[-1] + series.interval_seconds)
    folds: list[Fold] = []
    while len(folds) < most and end - test - GAP - training >= first:
        folds.append(_fold(subject, end - test - GAP - training, end - test, end))
        end -= test
    return tuple(reversed(folds))


def _fold(subject: Subject, start: datetime, begin: datetime, end: datetime) -> Fold:
    """Search [start, begin − gap) and measure the best of it on [begin, end)."""
    before = subject.series.between(start, begin - GAP)
    after = subject.series.between(begin, end)
    nothing = Fold(start, begin, end, None, None)
    if len(before) < LEAST_BARS or len(after) < LEAST_BARS:
        return nothing
    window = Window(
        before, subject.instrument, subject.costs, row_budget_bytes=_ROW_BUDGET_BYTES
    )
    found = search(window, subject.strategy_name, subject.config).found
    if not found:
        return nothing
    space = Space(window.programs.catalogue[subject.strategy_name])
    genome = space.genome(found[0].parameters)
    later = Window(after, subject.instrument, subject.costs, row_budget_bytes=0)
    return Fold(
        start,
        begin,
        end,
        measure(window, subject.strategy_name, genome),
        measure(later, subject.strategy_name, genome),
    )
