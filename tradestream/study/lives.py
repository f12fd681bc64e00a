"""A market of a cell, lived through: what the gate validated, and when.

A life begins with a history of 14 days and then goes on day by day: an exam at
its end and one of the next 28 days, claims daily. Beside it the same bars are
examined as a history that is known at once, as a file or a backfill would be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import process_time

from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, to_datetime
from tradestream.discovery.claim_proposals import Find
from tradestream.discovery.claims import ClaimEnd
from tradestream.discovery.design import design
from tradestream.discovery.exam import ExamOutcome, run_exam
from tradestream.discovery.exam_schedule import SHORT, exam_alpha
from tradestream.discovery.life import Life, LifeSettings, live
from tradestream.discovery.requests import seed_of
from tradestream.instruments import Instrument
from tradestream.study.cells import Cell
from tradestream.study.markets import DAY_BARS, market
from tradestream.study.oracle import FIRST_SEED, sharpe_ratios

_DAY = timedelta(days=1)
_TRUTH_DAYS, _TRUTH_MARKETS = 42, 2


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of one market; one line of the results.

    Attributes:
        cell: Name of the cell.
        seed: Seed of the market.
        version: Which code lived it.
        days: Length of the life.
        exam_days: Ends of the exams that something passed, in days of life.
        claim_days: When each validated claim was proven, in days of life.
        history: By days of history, whether its one exam let something pass.
        claims: Claims made; None if the life ended with its first exam.
        validated: Different strategies validated.
        true: How many of them have an edge on other markets of the process;
            None where that was not asked.
        retired: Validated claims that fell away later.
        seconds: Processor time.
    """

    cell: str
    seed: int
    version: str
    days: int
    exam_days: tuple[int, ...]
    claim_days: tuple[float, ...]
    history: Mapping[str, bool]
    claims: int | None
    validated: int
    true: int | None
    retired: int
    seconds: float

    def found_by(self, days: int) -> bool:
        """Return whether something was validated by the end of a day of the life."""
        return any(day <= days for day in (*self.exam_days, *self.claim_days))

    @property
    def found_day(self) -> float | None:
        """Day of the first validation, if there was one."""
        return min((*self.exam_days, *self.claim_days), default=None)


def life_of(
    cell: Cell,
    seed: int,
    *,
    days: int,
    version: str,
    bars: CandleSeries | None = None,
    settings: LifeSettings | None = None,
) -> Lived:
    """Live one market of a cell.

    A market with an edge that the first exam proves is found: its life is not
    lived on, and how its claims would have fared is not known.

    Args:
        cell: Which market.
        seed: 0 or more.
        days: Length of the life, 14 or more.
        version: Name of the code, put into the outcome.
        bars: Recorded bars that a bootstrap draws from.
        settings: How to search.
    """
    began = process_time()
    series, instrument = market(cell.kind, cell.strength, days, seed, bars)
    known = _Known(cell, series, instrument, seed)
    history = {str(length): known.exam(length) for length in sorted({14, days})}
    lived = None
    if not (cell.planted and history["14"].passing):
        settings = replace(
            settings or LifeSettings(), seed=seed, first_exam=SHORT, newest=False
        )
        lived = live(series, instrument, cell.costs, settings)
    proven = _Proven(to_datetime(series.open_times[0]), lived, history["14"])
    return Lived(
        cell=cell.name,
        seed=seed,
        version=version,
        days=days,
        exam_days=proven.exam_days,
        claim_days=proven.claim_days,
        history={length: bool(exam.passing) for length, exam in history.items()},
        claims=None if lived is None else len(lived.claims),
        validated=len(proven.finds),
        true=_true(cell, proven.finds, bars) if cell.planted else None,
        retired=proven.retired,
        seconds=round(process_time() - began, 2),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """Bars that are examined as a history, in one exam."""

    cell: Cell
    series: CandleSeries
    instrument: Instrument
    seed: int

    def exam(self, days: int) -> ExamOutcome:
        bars = self.series.slice(0, days * DAY_BARS)
        window = Window(bars, self.instrument, self.cell.costs)
        # The seed is that of a life's first exam.
        seed = seed_of(f"{self.seed}|exam|1")
        return run_exam(window, design(), alpha=exam_alpha(1), seed=seed)


class _Proven:
    """What a life validated."""

    def __init__(self, start: datetime, life: Life | None, first: ExamOutcome) -> None:
        exams = [(14, first)]
        claims = []
        if life is not None:
            exams = [((e.record.end - start) // _DAY, e.outcome) for e in life.exams]
            claims = [one for one in life.claims if one.claim.proven_at is not None]
        self.exam_days = tuple(day for day, outcome in exams if outcome.passing)
        self.claim_days = tuple(
            sorted(
                round((one.claim.proven_at - start) / _DAY, 2)
                for one in claims
                if one.claim.proven_at is not None
            )
        )
        self.retired = sum(one.claim.end is ClaimEnd.FELL_AWAY for one in claims)
        passed = [
            Find(row.strategy_name, row.parameters)
            for _, outcome in exams
            for row in outcome.passing
        ]
        finds = [*passed, *(one.find for one in claims)]
        self.finds = list({find.key: find for find in finds}.values())


def _true(cell: Cell, finds: list[Find], bars: CandleSeries | None) -> int:
    """Return how many finds have an edge on other markets of the same process."""
    if not finds:
        return 0
    windows = []
    for number in range(_TRUTH_MARKETS):
        seed = FIRST_SEED + 20_000 + number
        series, instrument = market(cell.kind, cell.strength, _TRUTH_DAYS, seed, bars)
        windows.append(Window(series, instrument, cell.costs))
    return int((sharpe_ratios(windows, finds) > 0).sum())
