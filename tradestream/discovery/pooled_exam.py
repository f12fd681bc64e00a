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
    ExamDesign,
    ExamOutcome,
    ExamPassRow,
    ExamWindow,
    excess_returns,
    named_parameters,
)
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

    def add(self, window: MemberWindow) -> None:
        """Add what every genome did on one member."""
        for place, name in enumerate(self.names):
            genomes = self.genomes[place]
            for first in range(0, len(genomes), _CHUNK):
                chunk = genomes[first : first + _CHUNK]
                result = window.evaluate(name, chunk)
                rows = int(self.firsts[place]) + first + np.arange(len(chunk))
                scaled, counted = scaled_excess(
                    excess_returns(result, window.market_hourly),
                    np.asarray(result.trades),
                )
                rows = rows[counted]
                self.members[rows] += 1
                self.gain[rows] += np.asarray(result.total_return)[counted]
                self.scaled[rows] += on_grid(scaled, window.first_hour, self.hours)


def scaled_excess(
    excess: Floats, trades: NDArray[np.floating]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return x ÷ sd of the genomes that count, and which they are.

    Args:
        excess: Shape (genomes, hours).
        trades: Shape (genomes,), round trips; fewer than 10 do not count.
    """
    deviation = excess.std(axis=1)
    counted = (trades >= LEAST_TRADES) & (deviation > 0)
    scaled = (excess[counted] / deviation[counted, None]).astype(np.float32)
    return scaled, counted


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


def judge_pool(pool: Pool, members: int, *, alpha: float, seed: int) -> ExamOutcome:
    """Return who passes, once every member is in the pool."""
    entered = np.flatnonzero(pool.members >= max(LEAST_MEMBERS, -(-members // 2)))
    shares = pool.members[entered, None].astype(np.float32)
    excess: NDArray[np.float32] = np.divide(pool.scaled[entered], shares)
    pool.scaled = np.empty((0, 0), np.float32)
    found = moments(excess) if len(excess) else _NOBODY
    near = found.t > FAR_BELOW
    eligible, entered, excess = len(entered), entered[near], excess[near]
    found = Moments(found.mean[near], found.error[near], found.t[near])
    gained = pool.gain[entered] > 0
    able = found.t[gained]
    if not len(able):
        return ExamOutcome(len(pool.gain), eligible, 0, None, None, ())

    def chunks() -> Iterator[NDArray[np.floating]]:
        for first in range(0, len(excess), _CHUNK):
            yield excess[first : first + _CHUNK]

    best = float(able.max())
    verdict = superior(chunks, found, best, alpha=alpha, seed=seed)
    line = verdict.critical_value
    passing: tuple[ExamPassRow, ...] = ()
    if line is not None:
        through = np.flatnonzero((found.t >= line) & gained)
        through = through[np.argsort(-found.t[through], kind="stable")]
        passing = _without_copies(pool, entered, excess, found.t, through)
    return ExamOutcome(len(pool.gain), eligible, verdict.resamples, line, best, passing)


_NOBODY = Moments(np.empty(0), np.empty(0), np.empty(0))


def _without_copies(
    pool: Pool,
    entered: NDArray[np.int64],
    excess: NDArray[np.float32],
    t: Floats,
    through: NDArray[np.int64],
) -> tuple[ExamPassRow, ...]:
    """Return at most 20 of those who passed, best first, no two nearly the same."""
    rows: list[ExamPassRow] = []
    chosen: list[NDArray[np.float32]] = []
    for place in through:
        if too_similar(excess[place], chosen):
            continue
        chosen.append(excess[place])
        number = int(entered[place])
        kind = int(np.searchsorted(pool.firsts, number, side="right")) - 1
        name = pool.names[kind]
        genome = pool.genomes[kind][number - int(pool.firsts[kind])]
        rows.append(ExamPassRow(name, named_parameters(name, genome), float(t[place])))
        if len(rows) == MOST_PASSING:
            break
    return tuple(rows)
