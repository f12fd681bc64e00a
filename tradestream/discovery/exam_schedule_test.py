"""Tests of when a symbol is examined."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.discovery.exam_schedule import (
    POOLED,
    ExamRecord,
    exam_alpha,
    next_number,
    next_window,
    refusal,
    whole_hour_after,
)

START = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def test_all_exams_together_spend_the_budget() -> None:
    assert exam_alpha(1) == pytest.approx(0.0152, abs=1e-4)
    assert sum(exam_alpha(k) for k in range(1, 10_000)) <= 0.025


def test_first_exam_waits_for_seven_days() -> None:
    assert next_window([], now=at(7), history_start=START) is None

    window = next_window([], now=at(7.1), history_start=START)

    assert window is not None
    assert window[0] == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert window[1] - window[0] >= timedelta(days=7)


def test_window_ends_on_a_whole_hour_at_least_an_hour_ago() -> None:
    now = datetime(2026, 3, 15, 12, 34, 56, tzinfo=UTC)

    window = next_window([], now=now, history_start=START)

    assert window is not None
    assert window[1] == datetime(2026, 3, 15, 11, tzinfo=UTC)


def test_first_exam_takes_a_year_at_most() -> None:
    window = next_window([], now=at(800), history_start=START)

    assert window is not None
    assert window[1] - window[0] == timedelta(days=365)


@pytest.mark.parametrize(
    ("first", "then"), [(7, 14), (14, 28), (28, 56), (56, 84), (365, 84)]
)
def test_later_windows_are_new_bars(first: int, then: int) -> None:
    start = whole_hour_after(START)
    end = start + timedelta(days=first)
    exams = [ExamRecord(1, start, end)]
    due = end + timedelta(days=then, hours=1)

    early = next_window(exams, now=due - timedelta(seconds=1), history_start=START)

    assert early is None
    assert next_window(exams, now=due, history_start=START) == (
        end,
        end + timedelta(days=then),
    )


def test_a_stale_exam_is_asked_again_with_a_new_number() -> None:
    start = whole_hour_after(START)
    middle = start + timedelta(days=14)
    stale = ExamRecord(1, start, middle, stale=True)
    second = ExamRecord(2, middle, middle + timedelta(days=14))

    window = next_window([stale, second], now=at(29), history_start=START)

    assert window == (start, middle)
    assert next_number([stale, second]) == 3
    repeated = ExamRecord(3, start, middle)
    again = next_window([stale, second, repeated], now=at(29), history_start=START)
    assert again is None


@given(st.lists(st.floats(0.01, 40), min_size=1, max_size=40))
def test_windows_of_a_life_never_overlap(waits: list[float]) -> None:
    exams: list[ExamRecord] = []
    now = START
    for wait in waits:
        now += timedelta(days=wait)
        window = next_window(exams, now=now, history_start=START)
        if window is not None:
            exams.append(ExamRecord(next_number(exams), *window))

    ordered = sorted(exams, key=lambda exam: exam.number)
    assert [exam.number for exam in ordered] == list(range(1, len(exams) + 1))
    for one, other in pairwise(ordered):
        assert one.end <= other.start
    assert all(exam.end <= now - timedelta(hours=1) for exam in exams)


def test_a_group_is_examined_on_at_most_28_days() -> None:
    window = next_window([], now=at(200), history_start=START, lengths=POOLED)

    assert window is not None
    assert window[1] - window[0] == timedelta(days=28)
    again = next_window(
        [ExamRecord(1, *window)], now=at(240), history_start=START, lengths=POOLED
    )
    assert again == (window[1], window[1] + timedelta(days=28))


@given(
    days=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6),
    stale=st.lists(st.booleans(), min_size=6, max_size=6),
    asked=st.tuples(st.integers(0, 60), st.integers(-3, 20)),
)
def test_what_is_not_refused_is_new_and_over(
    days: list[tuple[int, int]], stale: list[bool], asked: tuple[int, int]
) -> None:
    exams = [
        ExamRecord(number, at(first), at(first + length), stale[number - 1])
        for number, (first, length) in enumerate(days, start=1)
    ]
    window = at(asked[0]), at(sum(asked))
    now = at(50)

    why = refusal(exams, window, now)

    newest = {(exam.start, exam.end): exam for exam in exams}
    judged = [
        exam
        for exam in newest.values()
        if not (exam.stale and (exam.start, exam.end) == window)
    ]
    overlaps = any(e.start < window[1] and window[0] < e.end for e in judged)
    over = window[0] < window[1] <= now - timedelta(hours=1)
    assert (why is None) == (over and not overlaps)


def test_what_the_schedule_asks_is_never_refused() -> None:
    exams: list[ExamRecord] = []
    for day in range(8, 400):
        window = next_window(exams, now=at(day), history_start=START)
        if window is None:
            continue
        assert refusal(exams, window, at(day)) is None
        assert refusal([*exams, ExamRecord(99, *window)], window, at(day)) is not None
        exams.append(ExamRecord(next_number(exams), *window, stale=day % 3 == 0))
    assert len(exams) > 6
