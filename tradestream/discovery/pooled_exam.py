"""The pooled exam: one design of genomes on a group of symbols at once.

Of each genome x ÷ sd is averaged over the group, hour by hour: the same hours
of all symbols, so that shocks which all share stay in, and the bootstrap of
whole hours keeps them. It makes edges provable that are too small for one
symbol; it proves them for the group, not for each symbol of it (ADR 0013).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tradestream.discovery.correlation import too_similar
from tradestream.discovery.exam import (
    LEAST_TRADES,
    MOST_PASSING,
    Evaluated,
    ExamDesign,
    ExamOutcome,
    ExamPassRow,
    ExamWindow,
    excess_returns,
    named_parameters,
)
from tradestream.statistics.standard_errors import indifferent_errors, plain_errors
from tradestream.statistics.superior_predictive_ability import (
    FAR_BELOW,
    Moments,
    moments,
    superior,
)

Floats = NDArray[np.float64]

LEAST_MEMBERS = 2
LARGEST_TABLE_BYTES = 160 << 20
_CHUNK = 256
_HOUR_SECONDS = 3600


class MemberWindow(ExamWindow, Protocol):
    """Bars of one member of the group."""

    @property
    def first_hour(self) -> int:
        """Start of the clock hour of the first bar, seconds since 1970."""
        ...


OpenWindow = Callable[[str], MemberWindow]
"""Returns the bars of a member; called once a pass, one member at a time."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours that all members are judged on.

    Attributes:
        first: Start of the first hour, seconds since 1970.
        count: How many there are.
    """

    first: int
    count: int


class Pool:
    """Sums over the members seen so far, for genomes in the order of the design."""

    def __init__(self, design: ExamDesign, hours: Hours) -> None:
        self.names = tuple(design.genomes)
        self.genomes = [np.asarray(design.genomes[name]) for name in self.names]
        self.firsts = np.cumsum([0, *(len(g) for g in self.genomes)])
        count = int(self.firsts[-1])
        if count * hours.count * 4 > LARGEST_TABLE_BYTES:
            raise ValueError(
                f"at most {LARGEST_TABLE_BYTES // (4 * count)} hours are required "
                f"for {count} genomes, was {hours.count}"
            )
        self.hours = hours
        self.scaled = np.zeros((count, hours.count), np.float32)
        self.members = np.zeros(count, np.int64)
        self.gain = np.zeros(count)
        self.floor = np.zeros(count)

    def add(self, window: MemberWindow) -> None:
        """Add what every genome did on one member."""
        for place, name in enumerate(self.names):
            genomes = self.genomes[place]
            for first in range(0, len(genomes), _CHUNK):
                chunk = genomes[first : first + _CHUNK]
                result = window.evaluate(name, chunk)
                rows = int(self.firsts[place]) + first + np.arange(len(chunk))
                counted, scaled, floor = scaled_excess(result, window.market_hourly)
                rows = rows[counted]
                self.members[rows] += 1
                self.gain[rows] += np.asarray(result.total_return)[counted]
                self.floor[rows] += floor
                self.scaled[rows] += on_grid(scaled, window.first_hour, self.hours)


def scaled_excess(
    result: Evaluated, market_hourly: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.float32], Floats]:
    """Return which genomes count, their x ÷ sd, and the variance of the ignorant.

    Those with 10 round trips count. sd is at least that of a position of the
    same exposure that knows nothing, so that no luck makes it small; the last
    array is that position's variance by the same scale, at most 1.
    """
    excess = excess_returns(result, market_hourly)
    hours = excess.shape[1]
    ignorant = indifferent_errors(result.exposure, market_hourly) * hours**0.5
    deviation = np.maximum(plain_errors(excess) * hours**0.5, ignorant)
    counted = (np.asarray(result.trades) >= LEAST_TRADES) & (deviation > 0)
    scale = deviation[counted]
    scaled = (excess[counted] / scale[:, None]).astype(np.float32)
    return counted, scaled, (ignorant[counted] / scale) ** 2


def on_grid(
    series: NDArray[np.floating], first_hour: int, hours: Hours
) -> NDArray[np.float32]:
    """Return series of shape (genomes, h) on the hours of the group, 0 elsewhere."""
    placed = np.zeros((len(series), hours.count), np.float32)
    offset = (first_hour - hours.first) // _HOUR_SECONDS
    placed[:, offset : offset + series.shape[1]] = series
    return placed


def run_pooled_exam(
    members: Sequence[str],
    open_window: OpenWindow,
    design: ExamDesign,
    hours: Hours,
    *,
    alpha: float,
    seed: int,
    between: Callable[[], None] = lambda: None,
) -> ExamOutcome:
    """Examine every genome of `design` on a group of symbols.

    A genome counts on a member where it makes 10 round trips, and is in the
    running when it counts on at least half of them (and on 2). What passes has
    a positive mean net return over these.

    Args:
        members: Symbols, at least 2.
        open_window: Opens the bars of a symbol, all within `hours`.
        design: The fixed genomes.
        hours: The hours of the window.
        alpha: Share of false alarms that this exam may spend.
        seed: Seed of the bootstrap, 0 or more.
        between: Called before each member; may raise to stop.

    Raises:
        ValueError: If there are too few members, or too many hours to hold.
    """
    if len(members) < LEAST_MEMBERS:
        raise ValueError(
            f"at least {LEAST_MEMBERS} members are required, was {len(members)}"
        )
    pool = Pool(design, hours)
    for member in members:
        between()
        pool.add(open_window(member))
    return judge_pool(pool, len(members), alpha=alpha, seed=seed)


@dataclass(frozen=True, slots=True)
class Entered:
    """The genomes in the running.

    Attributes:
        eligible: How many there were before the hopeless were left out.
        rows: Shape (genomes,), their places in the design.
        excess: Shape (genomes, hours), mean of x ÷ sd over the members.
        found: Their moments.
        gained: Shape (genomes,), whether the mean net return is positive.
    """

    eligible: int
    rows: NDArray[np.int64]
    excess: NDArray[np.float32]
    found: Moments
    gained: NDArray[np.bool_]

    def chunks(self) -> Iterator[NDArray[np.floating]]:
        """Yield the excess, some genomes at a time."""
        for first in range(0, len(self.excess), _CHUNK):
            yield self.excess[first : first + _CHUNK]


def enter(pool: Pool, members: int) -> Entered:
    """Return who is in the running, once every member is in the pool."""
    rows = np.flatnonzero(pool.members >= max(LEAST_MEMBERS, -(-members // 2)))
    count = pool.members[rows]
    excess: NDArray[np.float32] = np.divide(
        pool.scaled[rows], count[:, None].astype(np.float32)
    )
    pool.scaled = np.empty((0, 0), np.float32)
    # The error of the ignorant, were they ignorant of each other, too.
    floor = np.sqrt(pool.floor[rows] / pool.hours.count) / count
    found = moments(excess, least_error=floor) if len(rows) else _NOBODY
    near = found.t > FAR_BELOW
    return Entered(
        len(rows),
        rows[near],
        excess[near],
        Moments(found.mean[near], found.error[near], found.t[near]),
        pool.gain[rows[near]] > 0,
    )


def judge_pool(pool: Pool, members: int, *, alpha: float, seed: int) -> ExamOutcome:
    """Return who passes, once every member is in the pool."""
    entered = enter(pool, members)
    found, total = entered.found, len(pool.gain)
    able = found.t[entered.gained]
    if not len(able):
        return ExamOutcome(total, entered.eligible, 0, None, None, ())
    best = float(able.max())
    verdict = superior(entered.chunks, found, best, alpha=alpha, seed=seed)
    line = verdict.critical_value
    passing = () if line is None else _without_copies(pool, entered, line)
    return ExamOutcome(total, entered.eligible, verdict.resamples, line, best, passing)


_NOBODY = Moments(np.empty(0), np.empty(0), np.empty(0))


def _without_copies(
    pool: Pool, entered: Entered, line: float
) -> tuple[ExamPassRow, ...]:
    """Return at most 20 of those who passed, best first, no two nearly the same."""
    t = entered.found.t
    through = np.flatnonzero((t >= line) & entered.gained)
    rows: list[ExamPassRow] = []
    chosen: list[NDArray[np.float32]] = []
    for place in through[np.argsort(-t[through], kind="stable")]:
        excess = entered.excess[place]
        if too_similar(excess, chosen):
            continue
        chosen.append(excess)
        number = int(entered.rows[place])
        kind = int(np.searchsorted(pool.firsts, number, side="right")) - 1
        name = pool.names[kind]
        genome = pool.genomes[kind][number - int(pool.firsts[kind])]
        rows.append(ExamPassRow(name, named_parameters(name, genome), float(t[place])))
        if len(rows) == MOST_PASSING:
            break
    return tuple(rows)
