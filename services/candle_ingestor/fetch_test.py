from datetime import UTC, datetime, timedelta

import pytest

from services.candle_ingestor.fetch import SETTLE, Fetched, fetch
from services.candle_ingestor.spans import MINUTE, Span
from tradestream.errors import UnavailableError
from tradestream.testing.fixed_venue import FixedVenue, Request
from tradestream.venues.port import UnknownSymbolError

NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
END = NOW.replace(second=0)
DAY = timedelta(days=1)
SYMBOL = "BTC-USD"


def venue(listed: datetime = END - 400 * DAY) -> FixedVenue:
    return FixedVenue({SYMBOL: listed})


def fetched(
    asked: FixedVenue,
    start: datetime,
    end: datetime = END,
    *,
    max_requests: int = 10_000,
    stop_after: int = 10_000,
) -> Fetched:
    return fetch(
        asked,
        SYMBOL,
        Span(start, end),
        now=NOW,
        max_requests=max_requests,
        stop=lambda: len(asked.asked) >= stop_after,
    )


def test_walks_back_page_by_page_and_joins_oldest_first() -> None:
    asked = venue()

    got = fetched(asked, END - 700 * MINUTE)

    assert len(got.series) == 700
    got.series.validate()
    assert [(r.end - r.start) / MINUTE for r in asked.asked] == [300, 300, 100]
    assert asked.asked[0].end == END
    assert (got.left, got.holes, got.error) == (None, (), None)


def test_leaves_the_rest_after_so_many_requests() -> None:
    got = fetched(venue(), END - 700 * MINUTE, max_requests=2)

    assert len(got.series) == 600
    assert got.left == Span(END - 700 * MINUTE, END - 600 * MINUTE)


def test_asks_once_and_then_stops_when_told_to() -> None:
    asked = venue()

    got = fetched(asked, END - 700 * MINUTE, stop_after=0)

    assert len(asked.asked) == 1
    assert got.left == Span(END - 700 * MINUTE, END - 300 * MINUTE)


def test_keeps_what_it_has_when_the_venue_falls_silent() -> None:
    asked = venue()
    asked.fail_after = 1
    asked.failures[""] = UnavailableError("the venue is away")

    got = fetched(asked, END - 700 * MINUTE)

    assert len(got.series) == 300
    assert got.left == Span(END - 700 * MINUTE, END - 300 * MINUTE)
    assert str(got.error) == "the venue is away"


def test_an_unknown_symbol_is_said_at_once() -> None:
    with pytest.raises(UnknownSymbolError):
        fetch(
            venue(),
            "NONE-USD",
            Span(END - DAY, END),
            now=NOW,
            max_requests=1,
            stop=lambda: False,
        )


def test_minutes_that_the_venue_does_not_have_are_its_holes() -> None:
    asked = venue()
    asked.missing = {END - 10 * MINUTE, END - 9 * MINUTE, END - 20 * MINUTE}

    got = fetched(asked, END - 100 * MINUTE)

    assert got.holes == (
        Span(END - 20 * MINUTE, END - 19 * MINUTE),
        Span(END - 10 * MINUTE, END - 8 * MINUTE),
    )


def test_the_youngest_minutes_are_not_called_holes() -> None:
    asked = venue()
    asked.missing = {END - number * MINUTE for number in range(1, 6)}

    got = fetched(asked, END - 100 * MINUTE)

    (hole,) = got.holes
    assert hole.start == END - 5 * MINUTE
    assert hole.end <= NOW - SETTLE


def test_a_page_with_rejected_bars_says_nothing_of_holes() -> None:
    asked = venue()
    asked.missing = {END - 10 * MINUTE}
    asked.rejected = {"not finite": 1}

    got = fetched(asked, END - 400 * MINUTE)

    assert got.holes == ()
    assert got.rejected == {"not finite": 2}


def test_years_before_a_listing_cost_a_few_requests() -> None:
    asked = venue(listed=END - 3 * DAY)

    got = fetched(asked, END - 900 * DAY)

    assert len(got.series) == 3 * 1_440
    assert len(asked.asked) < 25
    assert got.holes == (Span(END - 900 * DAY, END - 3 * DAY),)
    assert got.left is None


def test_a_silence_of_days_within_a_history_is_bridged() -> None:
    asked = venue(listed=END - 40 * DAY)
    silent = Span(END - 30 * DAY, END - 10 * DAY)
    asked.missing = {silent.start + number * MINUTE for number in range(20 * 1_440)}

    got = fetched(asked, END - 35 * DAY)

    assert len(got.series) == 15 * 1_440
    assert got.holes == (silent,)
    pages = [request for request in asked.asked if not request.days]
    assert len(pages) < 15 * 5 + 15


def test_a_symbol_without_any_bar_is_one_hole() -> None:
    asked = venue(listed=END)

    got = fetched(asked, END - 10 * DAY, END - DAY)

    assert len(got.series) == 0
    assert got.holes == (Span(END - 10 * DAY, END - DAY),)


def test_an_empty_span_asks_for_nothing() -> None:
    asked = venue()

    got = fetched(asked, END)

    assert asked.asked == []
    assert len(got.series) == 0


def test_two_spans_fetched_one_after_the_other_are_one() -> None:
    asked = venue()
    asked.rejected = {"not finite": 1}
    early = fetched(asked, END - 50 * MINUTE, END - 45 * MINUTE)
    late = fetched(asked, END - 5 * MINUTE)

    both = Fetched.nothing(SYMBOL).then(early).then(late)

    both.series.validate()
    assert len(both.series) == 10
    assert both.rejected == {"not finite": 2}
    assert asked.asked[-1] == Request(SYMBOL, END - 5 * MINUTE, END)
