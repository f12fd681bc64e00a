"""When a symbol is examined, on which window, and what the exam may spend.

The windows of a symbol's life never overlap, so no luck is judged twice; but
an exam whose candles were corrected is asked again, with a new number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tradestream.statistics.betting import spent_share

BUDGET = 0.0125
"""All exams of a symbol's life together raise so many false alarms, nominally.
The bootstrap rejects up to twice as often on fat tails: hence not 2.5 %."""

FIRST_AT_LEAST = timedelta(days=7)
FIRST_AT_MOST = timedelta(days=365)
LONG = timedelta(days=84)
SHORT = timedelta(days=14)
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


def exam_alpha(number: int) -> float:
    """Return what exam `number`, from 1, may spend: 0.0125 · 6 ÷ (π² k²)."""
    return BUDGET * spent_share(number)


def next_number(exams: Sequence[ExamRecord]) -> int:
    """Return the number of the next exam; none is ever used twice."""
    return max((exam.number for exam in exams), default=0) + 1


def next_window(
    exams: Sequence[ExamRecord],
    *,
    now: datetime,
    history_start: datetime,
) -> tuple[datetime, datetime] | None:
    """Return the window [start, end) of the exam that is due, or None.

    The caller asks only when the store holds that window whole.

    Args:
        exams: All exams of the symbol so far, in any order.
        now: The time of the run.
        history_start: Where the history begins: the backfill's start or the
            venue's first bar, whichever is later.
    """
    repeat = _repeat(exams)
    if repeat is not None:
        return repeat
    settled = whole_hour_before(now - SETTLED)
    if not exams:
        start = max(whole_hour_after(history_start), settled - FIRST_AT_MOST)
        return (start, settled) if settled - start >= FIRST_AT_LEAST else None
    last = max(exams, key=lambda exam: (exam.end, exam.number))
    length = LONG if last.end - last.start >= LONG else SHORT
    end = last.end + length
    return (last.end, end) if end <= settled else None


def _repeat(exams: Sequence[ExamRecord]) -> tuple[datetime, datetime] | None:
    """Return the oldest window whose newest exam is stale."""
    newest: dict[tuple[datetime, datetime], ExamRecord] = {}
    for exam in sorted(exams, key=lambda exam: exam.number):
        newest[exam.start, exam.end] = exam
    return min((w for w, exam in newest.items() if exam.stale), default=None)


def whole_hour_before(at: datetime) -> datetime:
    """Return the newest whole hour (UTC) at or before `at`."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def whole_hour_after(at: datetime) -> datetime:
    """Return the next whole hour (UTC) at or after `at`."""
    floor = whole_hour_before(at)
    return floor if floor == at else floor + _HOUR
