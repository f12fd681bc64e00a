"""A series of bars replayed as the life of a symbol: exams, claims, both doors.

What the rooms do over months with a database, done in one go on a file, by the
same functions. The search never sees a bar at or after a claim's birth. The
promise (at most 5 % of symbols without an edge ever get a validated strategy)
holds for one run: whoever runs again with other settings looks again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries, to_datetime
from tradestream.discovery.claim_proposals import TRAINING, TRAINING_AT_LEAST, Find
from tradestream.discovery.claims import LIFETIME
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
from tradestream.discovery.jobs import Forgetful, Job, Journal, run_jobs
from tradestream.discovery.life_claims import (
    Born,
    LivedClaim,
    Pool,
    fold_claims,
    unfolded,
)
from tradestream.discovery.life_search import (
    Searched,
    Task,
    daily_tasks,
    newest_tasks,
    run_task,
)
from tradestream.discovery.requests import seed_of
from tradestream.discovery.search import SearchConfig, Trials
from tradestream.instruments import Instrument
from tradestream.strategies.catalogue import CATALOGUE

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_ROW_BYTES = 32 << 20

Progress = Callable[[int, int, str, int], None]
"""Called, by any thread, with steps done, steps in all, in words what was done, and
how many genomes were tried."""


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
        first_exam: The first exam is sat on so much history, if there is more.
        newest: Whether to search the newest bars too, for `Life.finds`.
    """

    strategies: tuple[str, ...] = ()
    population_size: int = 50
    max_generations: int = 30
    top_n: int = 5
    seed: int = 1
    first_exam: timedelta = FIRST_AT_MOST
    newest: bool = True

    def names(self) -> tuple[str, ...]:
        """Return the types to search, in the catalogue's order."""
        return tuple(
            n for n in CATALOGUE if not self.strategies or n in self.strategies
        )

    def search_config(self) -> SearchConfig:
        """Return how each search is configured, but for its seed."""
        return SearchConfig(
            population_size=self.population_size,
            max_generations=self.max_generations,
            top_n=self.top_n,
            seed=self.seed,
        )


@dataclass(frozen=True, slots=True)
class LivedExam:
    """An exam with its outcome."""

    record: ExamRecord
    alpha: float
    outcome: ExamOutcome


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a symbol.

    Attributes:
        trials: Genomes that all searches tried together.
        exams: By number.
        claims: By number.
        finds: What a search on the newest bars found, best first by type.
        landscapes: All that this search tried, by type.
    """

    trials: int
    exams: tuple[LivedExam, ...]
    claims: tuple[LivedClaim, ...]
    finds: tuple[Find, ...]
    landscapes: Mapping[str, Trials]


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

    def window(
        self, start: datetime, end: datetime, *, row_budget_bytes: int = _ROW_BYTES
    ) -> Window | None:
        """Return the bars of [start, end), None when there are hardly any."""
        bars = self.series.between(start, end)
        if len(bars) < LEAST_BARS:
            return None
        return Window(
            bars, self.instrument, self.costs, row_budget_bytes=row_budget_bytes
        )


def live(
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    settings: LifeSettings,
    progress: Progress = lambda _done, _total, _what, _trials: None,
    *,
    workers: int = 1,
    journal: Journal | None = None,
) -> Life:
    """Replay `series` as the life of its symbol.

    Searches, exams, and the folding of claims are jobs that know nothing of each
    other: the outcome is the same on any number of workers, and when a journal
    knows some of it from a run that was killed.

    Args:
        series: Bars of at most an hour; 72 hours for a claim, 7 days for an exam.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
        settings: How to search.
        progress: Told after each step.
        workers: Threads.
        journal: What earlier runs of the very same life finished.
    """
    market = _Market(series, instrument, costs)
    births = _births(market)
    tasks = daily_tasks(births, settings.names(), market.start)
    if settings.newest:
        tasks += newest_tasks(market.end, settings.names(), market.start)
    records = _exam_records(market, settings)
    told = _Told(progress, len(records) + len(tasks) + len(births))
    known, config = journal or Forgetful(), settings.search_config()
    watch = partial(told.generation, config.max_generations)
    exams = [Job(partial(_sit, market, settings, one), told.exam) for one in records]
    searches = [
        Job(
            partial(run_task, market, config, task, known, watch),
            partial(told.search, task),
        )
        for task in tasks
    ]
    outcomes = run_jobs([*exams, *searches], workers)
    sat, searched = outcomes[: len(exams)], outcomes[len(exams) :]
    claims = _claims(market, births, tasks, searched, workers, told)
    newest: list[Searched] = searched[len(tasks) - sum(t.thorough for t in tasks) :]
    told.finish()
    return Life(
        sum(outcome.trials for outcome in searched),
        tuple(exam for exam in sat if exam is not None),
        tuple(claims),
        tuple(find for outcome in newest for find in outcome.finds),
        {name: all_ for one in newest for name, all_ in one.landscapes.items()},
    )


class _Told:
    """Counts steps, and says what was just done."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total
        self._done, self._trials = 0, 0
        progress(0, total, "examining and searching", 0)

    def generation(self, last: int, name: str, generation: int, best: float) -> None:
        """Say how far a long search is."""
        what = f"{name}: generation {generation:,} of {last:,}, best {best:.4f}"
        self._progress(self._done, self._total, what, self._trials)

    def exam(self, exam: "LivedExam | None") -> None:
        self._step("" if exam is None else f"exam {exam.record.number} is done")

    def search(self, task: Task, outcome: Searched) -> None:
        self._trials += outcome.trials
        types = f"{len(task.names)} types before {task.birth:%Y-%m-%d}"
        best = "nothing traded" if outcome.best is None else f"best {outcome.best:.4f}"
        self._step(f"{types}: {best}")

    def claims(self, born: Born, _claims: list[LivedClaim]) -> None:
        self._step(f"claims of {born.birth:%Y-%m-%d} are folded")

    def finish(self) -> None:
        self._progress(self._total, self._total, "done", self._trials)

    def _step(self, what: str) -> None:
        self._done += 1
        self._progress(self._done, self._total, what, self._trials)


def _births(market: _Market) -> list[datetime]:
    """Return when claims may be born: daily from hour 72, an hour before the end."""
    births = []
    birth = market.start + TRAINING_AT_LEAST
    while birth + HOUR < market.end:
        births.append(birth)
        birth += DAY
    return births


def _exam_records(market: _Market, settings: LifeSettings) -> list[ExamRecord]:
    records: list[ExamRecord] = []
    end = whole_hour_before(market.end)
    now = min(end, market.start + min(settings.first_exam, FIRST_AT_MOST)) + SETTLED
    while True:
        due = next_window(records, now=now, history_start=market.start)
        if due is None:
            return records
        records.append(ExamRecord(next_number(records), *due))
        now = end + SETTLED


def _sit(
    market: _Market, settings: LifeSettings, record: ExamRecord
) -> LivedExam | None:
    window = market.window(record.start, record.end)
    if window is None:
        return None
    seed = seed_of(f"{settings.seed}|exam|{record.number}")
    alpha = exam_alpha(record.number)
    return LivedExam(record, alpha, run_exam(window, design(), alpha=alpha, seed=seed))


def _claims(
    market: _Market,
    births: list[datetime],
    tasks: list[Task],
    searched: list[Searched],
    workers: int,
    told: _Told,
) -> list[LivedClaim]:
    """Return all claims, with all that the series says of them."""
    found: dict[datetime, list[Find]] = {birth: [] for birth in births}
    for task, outcome in zip(tasks, searched, strict=True):
        if not task.thorough:
            found[task.birth] += outcome.finds
    pool = Pool()
    jobs = []
    made = 0
    for birth in births:
        window = market.window(max(market.start, birth - TRAINING), birth)
        if window is None:
            continue
        proposals = pool.claim(window, found[birth])
        born = Born(birth, range(made + 1, made + 1 + len(proposals)), proposals)
        made += len(proposals)
        anchor = to_datetime(window.series.open_times[0])
        jobs.append(
            Job(partial(_fold, market, born, anchor), partial(told.claims, born))
        )
    return [claim for claims in run_jobs(jobs, workers) for claim in claims]


def _fold(market: _Market, born: Born, anchor: datetime) -> list[LivedClaim]:
    longest = born.birth + LIFETIME
    bars = market.series.between(anchor, longest + 2 * HOUR)
    until = min(whole_hour_before(to_datetime(bars.open_times[-1])), longest)
    if not born.proposals or until <= born.birth:
        return unfolded(born)
    window = Window(bars, market.instrument, market.costs, row_budget_bytes=0)
    return fold_claims(window, born, until)
