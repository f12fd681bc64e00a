"""A series of bars replayed as the life of a symbol: exams, claims, both doors.

What the rooms do over months with a database, done in one go on a file, by the
same functions. The search never sees a bar at or after a claim's birth. The
promise (at most 5 % of symbols without an edge ever get a validated strategy)
holds for one run: whoever runs again with other settings looks again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries, to_datetime
from tradestream.discovery.claim_hours import claim_hours
from tradestream.discovery.claim_proposals import (
    TRAINING,
    TRAINING_AT_LEAST,
    Find,
    propose_claims,
)
from tradestream.discovery.claims import LIFETIME, Claim, fold_hours, open_claim
from tradestream.discovery.design import design
from tradestream.discovery.exam import ExamOutcome, run_exam
from tradestream.discovery.exam_schedule import (
    FIRST_AT_MOST,
    SETTLED,
    ExamRecord,
    exam_alpha,
    next_number,
    next_window,
    whole_hour_after,
    whole_hour_before,
)
from tradestream.discovery.requests import seed_of
from tradestream.discovery.search import SearchConfig, search
from tradestream.instruments import Instrument
from tradestream.strategies.catalogue import CATALOGUE

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and what comes next in words."""


@dataclass(frozen=True, slots=True)
class LifeSettings:
    """How to live.

    Attributes:
        strategies: Types that the genetic search tries; all when empty. Exams
            always examine all types.
        population_size: Genomes a generation.
        max_generations: Generations after the first.
        top_n: Results of each search.
        seed: Seed of every draw.
    """

    strategies: tuple[str, ...] = ()
    population_size: int = 50
    max_generations: int = 30
    top_n: int = 5
    seed: int = 1

    def names(self) -> tuple[str, ...]:
        """Return the types to search, in the catalogue's order."""
        return tuple(
            n for n in CATALOGUE if not self.strategies or n in self.strategies
        )


@dataclass(frozen=True, slots=True)
class LivedExam:
    """An exam with its outcome."""

    record: ExamRecord
    alpha: float
    outcome: ExamOutcome


@dataclass(frozen=True, slots=True)
class LivedClaim:
    """A claim at the end of the series, and what it was made of."""

    find: Find
    training_t: float
    claim: Claim


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a symbol.

    Attributes:
        trials: Genomes that all searches tried together.
        exams: By number.
        claims: By number.
        finds: What a search on the newest bars found, best first by type.
    """

    trials: int
    exams: tuple[LivedExam, ...]
    claims: tuple[LivedClaim, ...]
    finds: tuple[Find, ...]


@dataclass(frozen=True, slots=True)
class _Market:
    """The bars and what trading them costs."""

    series: CandleSeries
    instrument: Instrument
    costs: Costs

    @property
    def start(self) -> datetime:
        return whole_hour_after(to_datetime(self.series.open_times[0]))

    @property
    def end(self) -> datetime:
        last = to_datetime(self.series.open_times[-1])
        return last + timedelta(seconds=self.series.interval_seconds)

    def window(self, start: datetime, end: datetime) -> Window | None:
        """Return the bars of [start, end), None when there are hardly any."""
        bars = self.series.between(start, end)
        if len(bars) < LEAST_BARS:
            return None
        return Window(bars, self.instrument, self.costs)


def live(
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    settings: LifeSettings,
    progress: Progress = lambda _done, _total, _what: None,
) -> Life:
    """Replay `series` as the life of its symbol.

    Args:
        series: Bars of at most an hour; 72 hours for a claim, 7 days for an exam.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
        settings: How to search.
        progress: Told before each step.
    """
    market = _Market(series, instrument, costs)
    births = _births(market)
    steps = len(births) + 2
    progress(0, steps, "examining the history")
    exams = _sit_exams(market, settings)
    trials = 0
    pool: dict[tuple[str, str], Find] = {}
    claims: list[LivedClaim] = []
    for done, birth in enumerate(births, 1):
        progress(done, steps, f"searching before {birth:%Y-%m-%d %H:%M}")
        window = market.window(max(market.start, birth - TRAINING), birth)
        if window is None:
            continue
        found, tried = _search(window, settings, birth)
        trials += tried
        pool.update({find.key: find for find in found})
        claims += _claim(market, window, list(pool.values()), claims, birth)
    progress(steps - 1, steps, "searching the newest bars")
    window = market.window(max(market.start, market.end - TRAINING), market.end)
    found, tried = ([], 0) if window is None else _search(window, settings, market.end)
    progress(steps, steps, "done")
    return Life(trials + tried, exams, tuple(claims), tuple(found))


def _births(market: _Market) -> list[datetime]:
    """Return when claims may be born: daily from hour 72, an hour before the end."""
    births = []
    birth = market.start + TRAINING_AT_LEAST
    while birth + timedelta(hours=1) < market.end:
        births.append(birth)
        birth += DAY
    return births


def _sit_exams(market: _Market, settings: LifeSettings) -> tuple[LivedExam, ...]:
    exams: list[LivedExam] = []
    records: list[ExamRecord] = []
    end = whole_hour_before(market.end)
    now = min(end, market.start + FIRST_AT_MOST) + SETTLED
    while True:
        due = next_window(records, now=now, history_start=market.start)
        if due is None:
            return tuple(exams)
        number = next_number(records)
        record = ExamRecord(number, *due)
        records.append(record)
        now = end + SETTLED
        window = market.window(*due)
        if window is None:
            continue
        seed = seed_of(f"{settings.seed}|exam|{number}")
        alpha = exam_alpha(number)
        outcome = run_exam(window, design(), alpha=alpha, seed=seed)
        exams.append(LivedExam(record, alpha, outcome))


def _search(
    window: Window, settings: LifeSettings, before: datetime
) -> tuple[list[Find], int]:
    """Return what a search of every type finds on a window, and how much it tried."""
    found: list[Find] = []
    trials = 0
    for name in settings.names():
        config = SearchConfig(
            population_size=settings.population_size,
            max_generations=settings.max_generations,
            top_n=settings.top_n,
            seed=seed_of(f"{settings.seed}|{name}|{before.isoformat()}"),
        )
        result = search(window, name, config)
        trials += result.trials
        found += [Find(name, one.parameters) for one in result.found]
    return found, trials


def _claim(
    market: _Market,
    window: Window,
    pool: Sequence[Find],
    earlier: Sequence[LivedClaim],
    birth: datetime,
) -> list[LivedClaim]:
    """Return the claims born at `birth`, with all that the series says of them."""
    proposals = propose_claims(window, pool, [claim.find for claim in earlier])
    anchor = to_datetime(window.series.open_times[0])
    bars = market.series.between(anchor, birth + LIFETIME + timedelta(hours=2))
    until = whole_hour_before(to_datetime(bars.open_times[-1]))
    lived = []
    for number, proposal in enumerate(proposals, len(earlier) + 1):
        claim = open_claim(
            number, birth, exposure=proposal.exposure, deviation=proposal.deviation
        )
        if until > birth:
            hours = claim_hours(
                bars,
                market.instrument,
                market.costs,
                proposal.find,
                born_at=birth,
                until=min(until, birth + LIFETIME),
            )
            claim = fold_hours(claim, hours)
        lived.append(LivedClaim(proposal.find, proposal.t, claim))
    return lived
