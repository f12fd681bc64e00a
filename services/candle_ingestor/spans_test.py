from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from services.candle_ingestor.spans import (
    ANNOUNCED,
    MINUTE,
    REREAD_BARS,
    Plan,
    Span,
    absent,
    covered,
    merge,
    plan,
    runs,
)
from tradestream.candles import to_seconds

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTES = 2_000
END = START + MINUTES * MINUTE
PAGE = 300


def at(minute: int) -> datetime:
    return START + minute * MINUTE


def span(low: int, high: int) -> Span:
    return Span(at(low), at(high))


def minutes(*found: Span) -> set[int]:
    return {
        number
        for one in found
        for number in range(
            int((one.start - START) / MINUTE), int((one.end - START) / MINUTE)
        )
    }


def planned(last: int | None, *gaps: Span) -> Plan:
    newest = None if last is None else at(last)
    return plan(newest, gaps, start=START, end=END, page_minutes=PAGE)


spans = st.tuples(st.integers(0, MINUTES - 1), st.integers(1, 500)).map(
    lambda drawn: span(drawn[0], min(drawn[0] + drawn[1], MINUTES))
)


def test_an_empty_store_begins_with_the_newest_page() -> None:
    asked = planned(None, Span(START, END))

    assert asked == Plan(
        span(MINUTES - PAGE, MINUTES), None, (span(0, MINUTES - PAGE),)
    )


def test_a_full_store_asks_for_the_last_three_bars_and_the_new_one() -> None:
    asked = planned(MINUTES - 2, span(MINUTES - 1, MINUTES))

    assert asked == Plan(span(MINUTES - 4, MINUTES), None, ())


def test_a_young_gap_is_read_with_the_newest() -> None:
    asked = planned(MINUTES - 1, span(MINUTES - 50, MINUTES - 45))

    assert asked == Plan(span(MINUTES - 50, MINUTES), None, ())


def test_older_gaps_come_newest_first() -> None:
    asked = planned(MINUTES - 1, span(10, 20), span(30, 40))

    assert asked.older == (span(30, 40), span(10, 20))


def test_after_a_long_absence_the_last_bars_are_read_again_too() -> None:
    asked = planned(999, span(1_000, MINUTES))

    assert asked.reread == span(997, 1_000)
    assert asked.recent == span(MINUTES - PAGE, MINUTES)
    assert asked.older == (span(1_000, MINUTES - PAGE),)


def test_a_market_that_has_been_silent_is_not_read_again_every_minute() -> None:
    asked = planned(999, span(MINUTES - 3, MINUTES))

    assert asked == Plan(span(MINUTES - PAGE, MINUTES), None, ())


def test_a_store_that_is_ahead_of_the_clock_asks_for_nothing() -> None:
    asked = planned(MINUTES + 50)

    assert minutes(asked.recent, *asked.older) == set()


def test_a_history_that_has_not_begun_is_nothing_to_ask_for() -> None:
    asked = plan(None, [], start=END, end=END, page_minutes=PAGE)

    assert minutes(asked.recent, *asked.older) == set()


@given(st.none() | st.integers(0, MINUTES - 1), st.lists(spans, max_size=6))
def test_every_missing_minute_is_asked_for_once(
    last: int | None, drawn: list[Span]
) -> None:
    gaps = merge(drawn)
    if last is None:
        gaps = [Span(START, END)]
    else:
        assume(last not in minutes(*gaps))

    asked = planned(last, *gaps)

    reread = [asked.reread] if asked.reread else []
    pieces = [asked.recent, *reread, *asked.older]
    assert minutes(*gaps) <= minutes(*pieces)
    assert sum(len(minutes(piece)) for piece in pieces) == len(minutes(*pieces))
    assert asked.recent.end == END
    assert asked.recent.end - asked.recent.start <= PAGE * MINUTE
    assert list(asked.older) == sorted(asked.older, reverse=True)


@given(st.integers(0, MINUTES - 1), st.lists(spans, max_size=6))
def test_what_is_announced_is_read_in_one_step(last: int, drawn: list[Span]) -> None:
    gaps = merge(drawn)

    asked = planned(last, *gaps)

    young = range(MINUTES - int(ANNOUNCED / MINUTE), MINUTES)
    assert minutes(*asked.older).isdisjoint(young)
    assert minutes(*gaps) & set(young) <= minutes(asked.recent)


@given(st.integers(PAGE, MINUTES - 2))
def test_the_last_bars_are_read_again_whenever_we_come_back(last: int) -> None:
    asked = planned(last, span(last + 1, MINUTES))

    again = {last - number for number in range(REREAD_BARS)}
    reread = [asked.reread] if asked.reread else []
    assert again <= minutes(asked.recent, *reread)


@given(st.lists(spans, max_size=8))
def test_merged_spans_hold_the_same_minutes_and_do_not_touch(
    drawn: list[Span],
) -> None:
    merged = merge(drawn)

    assert minutes(*merged) == minutes(*drawn)
    assert all(a.end < b.start for a, b in pairwise(merged))


@given(st.sets(st.integers(-5, 65)))
def test_absent_minutes_are_those_that_are_not_present(present: set[int]) -> None:
    times = np.array([to_seconds(at(minute)) for minute in sorted(present)], np.int64)

    found = absent(times, START, at(60))

    assert minutes(*found) == set(range(60)) - present
    assert found == merge(found)


def test_nothing_is_absent_from_an_empty_span() -> None:
    none = np.empty(0, np.int64)

    assert absent(none, at(5), at(5)) == absent(none, at(5), at(2)) == []


@given(st.lists(spans, max_size=8))
def test_runs_of_covered_minutes_are_the_merged_spans(drawn: list[Span]) -> None:
    assert runs(covered(drawn, START, END), START) == merge(drawn)


@given(spans, st.integers(0, MINUTES), st.integers(0, MINUTES))
def test_covered_minutes_are_cut_at_the_edges(drawn: Span, low: int, high: int) -> None:
    mask = covered([drawn], at(low), at(high))

    found = {low + int(number) for number in np.flatnonzero(mask)}
    assert found == minutes(drawn) & set(range(low, high))


def test_a_span_of_a_day_is_1440_minutes() -> None:
    assert len(covered((), START, START + timedelta(days=1))) == 1_440
