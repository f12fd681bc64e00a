"""Which spans are due, and which the store holds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.strategy_discovery_request_factory.spans import (
    Due,
    due,
    held,
    most_neglected_first,
)
from tradestream.candle_store.port import Gap

NOW = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def only(closed_until: datetime, watermark: datetime | None = None) -> list[Due]:
    return due(
        "BTC-USD", [1000], [watermark], closed_until=closed_until, min_advance=0.01
    )


def gap(first_minute: int, last_minute: int, *, at_venue: bool) -> Gap:
    return Gap(NOW + first_minute * MINUTE, NOW + last_minute * MINUTE, at_venue)


SPAN = Due("BTC-USD", 100, NOW, NOW + 100 * MINUTE, None)


@given(st.integers(0, 10_000))
def test_end_is_floored_to_a_share_of_the_window(minutes: int) -> None:
    [span] = only(NOW + minutes * MINUTE)

    assert span.end.timestamp() % 600 == 0
    assert timedelta(0) <= NOW + minutes * MINUTE - span.end < 10 * MINUTE
    assert span.end - span.start == 1000 * MINUTE


def test_a_window_is_due_again_once_it_moved_by_its_share() -> None:
    [first] = only(NOW)

    assert only(NOW + 5 * MINUTE, first.end) == []
    assert only(NOW + 6 * MINUTE, first.end)[0].end == first.end + 10 * MINUTE


def test_a_clock_that_goes_back_asks_nothing() -> None:
    [first] = only(NOW)

    assert only(NOW - timedelta(days=1), first.end) == []


def test_a_short_window_advances_by_at_least_a_minute() -> None:
    spans = due("BTC-USD", [10], [None], closed_until=NOW, min_advance=0.01)

    assert spans[0].end == NOW


def test_a_span_with_minutes_still_to_be_fetched_is_not_held() -> None:
    assert not held(SPAN, [gap(3, 4, at_venue=False)], max_missing=0.05, now=NOW)


def test_gaps_outside_of_the_span_do_not_count() -> None:
    outside = [gap(-9, 0, at_venue=False), gap(100, 109, at_venue=False)]

    assert held(SPAN, outside, max_missing=0.0, now=NOW)


def test_holes_of_the_venue_count_up_to_the_limit() -> None:
    assert held(SPAN, [gap(-9, 5, at_venue=True)], max_missing=0.05, now=NOW)
    assert not held(SPAN, [gap(-9, 6, at_venue=True)], max_missing=0.05, now=NOW)


def test_spans_never_asked_come_first_then_the_oldest_then_the_shortest() -> None:
    never = Due("A", 30, NOW, NOW, None)
    old = Due("B", 30, NOW, NOW, NOW - MINUTE)
    short = Due("C", 10, NOW, NOW, NOW)
    long = Due("D", 20, NOW, NOW, NOW)

    assert most_neglected_first([long, short, old, never]) == [never, old, short, long]


def test_a_short_gap_of_ours_is_given_up_after_three_days() -> None:
    lost = [gap(3, 4, at_venue=False)]
    later = NOW + timedelta(days=4)

    assert held(SPAN, lost, max_missing=0.05, now=later)
    assert not held(SPAN, lost, max_missing=0.0, now=later)
    assert not held(SPAN, [gap(3, 14, at_venue=False)], max_missing=0.5, now=later)
