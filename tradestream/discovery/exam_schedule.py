"""When a symbol is examined, on which window, and what the exam may spend.

The windows of a symbol's life never overlap, so no luck is judged twice; but
an exam whose candles were corrected is asked again, with a new number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tradestream.statistics.betting import spent_share

BUDGET = 0.025
"""All exams of a symbol's life together raise so many false alarms at most; with the
2.5 % of claims and pooled exams that makes the 5 % of the promise (ADR 0015)."""

POOLED_BUDGET = 0.0025
"""The same for the exams of a group, taken from the claims of its symbols; they err
at most half as often, too (ADR 0013)."""

FIRST_AT_LEAST = timedelta(days=7)
FIRST_AT_MOST = timedelta(days=365)
LONG = timedelta(days=84)
SHORT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long the windows of exams are.

    Attributes:
        first_at_least: The first window, which is all there is, at least.
        first_at_most: And at most.
        short: Each later one is twice as long as the last, and at least this long:
            a number is dear, and a long window shows more than two short ones.
        long: And at most.
    """

    first_at_least: timedelta = FIRST_AT_LEAST
    first_at_most: timedelta = FIRST_AT_MOST
    short: timedelta = SHORT
    long: timedelta = LONG


ALONE = Lengths()
POOLED = Lengths(first_at_most=timedelta(days=28), long=timedelta(days=28))
"""Of a group: short enough for one worker to look at all its symbols in time."""

SETTLED = timedelta(hours=1)
"""A window ends at least so long ago, so that late corrections are in."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ExamRecord:
    """An exam that was asked for.

    Attributes:
        number: Its running number in the symbol's life, from 1.
        start: Start of its window, a whole hour.
        end: End of its window, a whole hour.
        stale: Whether a candle of its window was corrected since.
    """

    number: int
    start: datetime
    end: datetime
    stale: bool = False


def exam_alpha(number: int, budget: float = BUDGET) -> float:
    """Return what exam `number`, from 1, may spend: budget · 6 ÷ (π² k²)."""
    return budget * spent_share(number)


def refusal(
    exams: Sequence[ExamRecord], window: tuple[datetime, datetime], now: datetime
) -> str | None:
    """Return why an exam on `window` must not be asked for, None when it may.

    To be asked before a number is taken, so that no number is ever spent on
    luck that was judged before, or on hours that are still to come.

    Args:
        exams: All exams of the symbol so far, in any order.
        window: Start and end of the exam.
        now: The time of the run.
    """
    start, end = window
    if not start < end <= now - SETTLED:
        return f"a window that was over at {now - SETTLED} is required, was to {end}"
    for exam in _newest(exams):
        same = (exam.start, exam.end) == window
        if same and exam.stale:
            continue
        if exam.start < end and start < exam.end:
            return (
                "a window of new hours is required, was one that overlaps exam "
                f"{exam.number}, {exam.start} to {exam.end}"
            )
    return None


def next_number(exams: Sequence[ExamRecord]) -> int:
    """Return the number of the next exam; none is ever used twice."""
    return max((exam.number for exam in exams), default=0) + 1


def next_window(
    exams: Sequence[ExamRecord],
    *,
    now: datetime,
    history_start: datetime,
    lengths: Lengths = ALONE,
) -> tuple[datetime, datetime] | None:
    """Return the window [start, end) of the exam that is due, or None.

    The caller asks only when the store holds that window whole.

    Args:
        exams: All exams of the symbol so far, in any order.
        now: The time of the run.
        history_start: Where the history begins: the backfill's start or the
            venue's first bar, whichever is later.
        lengths: How long windows are.
    """
    repeat = _repeat(exams)
    if repeat is not None:
        return repeat
    settled = whole_hour_before(now - SETTLED)
    if not exams:
        start = max(whole_hour_after(history_start), settled - lengths.first_at_most)
        long_enough = settled - start >= lengths.first_at_least
        return (start, settled) if long_enough else None
    last = max(exams, key=lambda exam: (exam.end, exam.number))
    end = last.end + length_after(last.end - last.start, lengths)
    return (last.end, end) if end <= settled else None


def length_after(last: timedelta, lengths: Lengths = ALONE) -> timedelta:
    """Return how long the window after one of length `last` is."""
    return min(max(2 * last, lengths.short), lengths.long)


def _repeat(exams: Sequence[ExamRecord]) -> tuple[datetime, datetime] | None:
    """Return the oldest window whose newest exam is stale."""
    stale = [exam for exam in _newest(exams) if exam.stale]
    return min(((exam.start, exam.end) for exam in stale), default=None)


def _newest(exams: Sequence[ExamRecord]) -> list[ExamRecord]:
    """Return the newest exam of each window."""
    newest: dict[tuple[datetime, datetime], ExamRecord] = {}
    for exam in sorted(exams, key=lambda exam: exam.number):
        newest[exam.start, exam.end] = exam
    return list(newest.values())


def whole_hour_before(at: datetime) -> datetime:
    """Return the newest whole hour (UTC) at or before `at`."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def whole_hour_after(at: datetime) -> datetime:
    """Return the next whole hour (UTC) at or after `at`."""
    floor = whole_hour_before(at)
    return floor if floor == at else floor + _HOUR
