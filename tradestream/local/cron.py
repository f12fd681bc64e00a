"""When a schedule in cron's words is due. Pure.

The five fields are minute, hour, day of month, month, day of week (0 and 7 are
Sunday); each is `*`, a number, `a-b`, any of these with `/step`, or a list of
them. As in cron, when both days are restricted either of them is enough.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 0, 7),
)
_SEARCH_DAYS = 366 * 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed schedule; times are UTC.

    Attributes:
        minutes: Minutes of the hour.
        hours: Hours of the day.
        days: Days of the month.
        months: Months of the year.
        weekdays: Days of the week, Sunday is 0.
        any_day: Whether the day of the month is `*`.
        any_weekday: Whether the day of the week is `*`.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def matches(self, at: datetime) -> bool:
        """Whether the schedule is due in the minute of `at`."""
        return at.minute in self.minutes and at.hour in self.hours and self._on_day(at)

    def next_after(self, at: datetime) -> datetime:
        """Return the first due minute after `at`.

        Raises:
            ValueError: If there is none in five years, e.g. for 30 February.
        """
        candidate = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        last = candidate + timedelta(days=_SEARCH_DAYS)
        while candidate < last:
            if not self._on_day(candidate):
                candidate = candidate.replace(hour=0, minute=0) + timedelta(days=1)
            elif candidate.hour not in self.hours:
                candidate = candidate.replace(minute=0) + timedelta(hours=1)
            elif candidate.minute not in self.minutes:
                candidate += timedelta(minutes=1)
            else:
                return candidate
        raise ValueError("a schedule that is due some day is required, was never due")

    def _on_day(self, at: datetime) -> bool:
        day = at.day in self.days
        weekday = at.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return at.month in self.months and day and weekday
        return at.month in self.months and (day or weekday)


def parse(text: str) -> Schedule:
    """Return the schedule that `text` such as `*/5 * * * *` says.

    Raises:
        ValueError: If it is not five fields, or a field is out of its range.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"a schedule of 5 fields is required, was {text!r}")
    minutes, hours, days, months, weekdays = (
        _parse_field(field, *bounds)
        for field, bounds in zip(fields, _FIELDS, strict=True)
    )
    return Schedule(
        minutes,
        hours,
        days,
        months,
        frozenset(day % 7 for day in weekdays),
        any_day=fields[2].startswith("*"),
        any_weekday=fields[4].startswith("*"),
    )


def _parse_field(text: str, name: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, end = low, high
        elif first.isdecimal() and (not dash or last.isdecimal()):
            start = int(first)
            end = int(last) if dash else (high if slash else start)
        else:
            raise ValueError(
                f"a {name} such as 5, 1-5, or */5 is required, was {part!r}"
            )
        if slash and (not step.isdecimal() or int(step) < 1):
            raise ValueError(f"a step of 1 or more is required, was {part!r}")
        if not low <= start <= end <= high:
            raise ValueError(f"a {name} in {low}..{high} is required, was {part!r}")
        values.update(range(start, end + 1, int(step) if slash else 1))
    return frozenset(values)
