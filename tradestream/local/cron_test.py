"""Schedules in cron's words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.local.cron import parse

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("text", "after", "due"),
    [
        ("*/5 * * * *", NOON, NOON + timedelta(minutes=5)),
        ("*/1 * * * *", NOON + timedelta(seconds=59), NOON + timedelta(minutes=1)),
        ("*/15 * * * *", NOON + timedelta(minutes=46), NOON + timedelta(hours=1)),
        ("30 11 * * *", NOON, datetime(2026, 2, 1, 11, 30, tzinfo=UTC)),
        ("0 0 1 * *", NOON, datetime(2026, 2, 1, tzinfo=UTC)),
        ("0 3 * * 1", NOON, datetime(2026, 2, 2, 3, tzinfo=UTC)),
        ("0 3 * * 7", NOON, datetime(2026, 2, 1, 3, tzinfo=UTC)),
        ("0 3 * * 0", NOON, datetime(2026, 2, 1, 3, tzinfo=UTC)),
        ("0 3 15 * 1", NOON, datetime(2026, 2, 2, 3, tzinfo=UTC)),
        ("0 0 29 2 *", NOON, datetime(2028, 2, 29, tzinfo=UTC)),
        ("5,10-12,50/5 * * * *", NOON, NOON + timedelta(minutes=5)),
        ("0 22-23 * 6 *", NOON, datetime(2026, 6, 1, 22, tzinfo=UTC)),
    ],
)
def test_knows_what_is_due_next(text: str, after: datetime, due: datetime) -> None:
    assert parse(text).next_after(after) == due


def test_lists_spans_and_steps_join() -> None:
    minutes = parse("5,10-12,50/5 * * * *").minutes

    assert sorted(minutes) == [5, 10, 11, 12, 50, 55]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("* * * *", "a schedule of 5 fields is required"),
        ("60 * * * *", "a minute in 0..59 is required, was '60'"),
        ("* 24 * * *", "a hour in 0..23 is required"),
        ("* * 0 * *", "a day of month in 1..31 is required"),
        ("* * * 13 *", "a month in 1..12 is required"),
        ("* * * * 8", "a day of week in 0..7 is required"),
        ("*/0 * * * *", "a step of 1 or more is required"),
        ("9-5 * * * *", "a minute in 0..59 is required, was '9-5'"),
        ("MON * * * *", "a minute such as 5, 1-5, or"),
        ("@daily", "a schedule of 5 fields is required"),
    ],
)
def test_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("*", r"\*")):
        parse(text)


def test_a_day_that_never_comes_is_an_error() -> None:
    with pytest.raises(ValueError, match="was never due"):
        parse("0 0 30 2 *").next_after(NOON)


@given(
    st.sampled_from(["*/5 * * * *", "7 */3 * * *", "0 0 * * 1-5", "1-9/4 5 1,15 * *"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
)
def test_the_next_time_matches_and_nothing_before_it_does(
    text: str, naive: datetime
) -> None:
    schedule, after = parse(text), naive.replace(tzinfo=UTC)

    due = schedule.next_after(after)

    assert due > after
    assert schedule.matches(due)
    minutes = int((due - after).total_seconds() // 60)
    first = after.replace(second=0, microsecond=0)
    for step in range(1, min(minutes, 200)):
        assert not schedule.matches(first + timedelta(minutes=step))
