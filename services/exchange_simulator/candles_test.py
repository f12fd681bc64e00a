"""The venue's rules for candles, and the promise that closed bars never change."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.exchange_simulator.candles import MAX_BUCKETS, candle_rows, parse_moment
from services.exchange_simulator.errors import RefusedError
from services.exchange_simulator.market import Market
from services.exchange_simulator.small_venue_fake import (
    MINUTE,
    QUIET,
    SECONDS,
    market,
)

BITCOIN, GARCH = market("BTC-USD"), market(QUIET)
ALTCOIN = market("ADA-BTC", altcoin=True)


def ask(
    asked: Market, start: int, end: int, *, granularity: int = 60, now: float = SECONDS
) -> list[Any]:
    query = {"granularity": str(granularity), "start": str(start), "end": str(end)}
    return [json.loads(row) for row in candle_rows(asked, query, now)]


def test_rows_are_time_low_high_open_close_volume_newest_first() -> None:
    rows = ask(BITCOIN, MINUTE - 600, MINUTE)

    assert [row[0] for row in rows] == list(range(MINUTE, MINUTE - 660, -60))
    for _, low, high, opened, closed, volume in rows:
        assert 0 < low <= min(opened, closed) <= max(opened, closed) <= high
        assert volume > 0


def test_without_a_span_the_newest_300_buckets_come() -> None:
    rows = [json.loads(row) for row in candle_rows(BITCOIN, {}, SECONDS)]

    assert rows[0][0] == MINUTE
    assert MINUTE - rows[-1][0] == (MAX_BUCKETS - 1) * 60


def test_a_span_of_300_buckets_is_answered_and_a_longer_one_refused() -> None:
    assert len(ask(BITCOIN, MINUTE - 300 * 60, MINUTE)) <= MAX_BUCKETS
    with pytest.raises(RefusedError, match="exceeds 300") as refused:
        ask(BITCOIN, MINUTE - 301 * 60, MINUTE)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"granularity": "61"}, "Unsupported granularity"),
        ({"granularity": "1m"}, "Unsupported granularity"),
        ({"start": "yesterday", "end": "0"}, "Invalid start"),
        ({"start": "0", "end": "9" * 400}, "Invalid end"),
        ({"start": "60", "end": "0"}, "start must be before end"),
    ],
)
def test_what_the_venue_does_not_understand_is_refused(
    query: dict[str, str], words: str
) -> None:
    with pytest.raises(RefusedError, match=words) as refused:
        candle_rows(BITCOIN, query, SECONDS)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "text",
    ["2026-02-01T12:00:00Z", "2026-02-01T12:00:00", "1769947200", "1769947200.0"],
)
def test_moments_are_iso_or_seconds(text: str) -> None:
    assert parse_moment(text) == datetime(2026, 2, 1, 12, tzinfo=UTC).timestamp()


def test_buckets_without_a_trade_are_absent() -> None:
    day = MINUTE - 86_400
    times = {
        row[0]
        for start in range(day, MINUTE, 300 * 60)
        for row in ask(GARCH, start, min(start + 299 * 60, MINUTE - 60))
    }

    assert 0 < 1440 - len(times) < 50


def test_nothing_comes_from_before_the_market_or_from_the_future() -> None:
    start = GARCH.history.start_seconds

    assert ask(GARCH, start - 6000, start - 60) == []
    assert ask(GARCH, MINUTE + 60, MINUTE + 6000) == []
    assert ask(GARCH, start - 86_400 * 9, start - 60, granularity=3600) == []


@pytest.mark.parametrize("granularity", [300, 900, 3600, 21_600, 86_400])
@pytest.mark.parametrize("asked", [BITCOIN, GARCH])
def test_longer_buckets_are_what_their_minutes_make(
    asked: Market, granularity: int
) -> None:
    bucket = MINUTE // granularity * granularity - granularity
    (row,) = ask(asked, bucket, bucket, granularity=granularity)
    minutes = [
        minute
        for start in range(bucket, bucket + granularity, 300 * 60)
        for minute in reversed(
            ask(asked, start, min(start + 300 * 60, bucket + granularity) - 60)
        )
    ]

    assert row[:5] == [
        bucket,
        min(m[1] for m in minutes),
        max(m[2] for m in minutes),
        minutes[0][3],
        minutes[-1][4],
    ]
    assert row[5] == pytest.approx(sum(m[5] for m in minutes))


def test_five_minute_bars_have_no_minutes() -> None:
    with pytest.raises(RefusedError, match="Unsupported granularity"):
        ask(ALTCOIN, MINUTE - 600, MINUTE)
    assert len(ask(ALTCOIN, MINUTE - 6000, MINUTE, granularity=300)) > 10


@pytest.mark.parametrize("asked", [BITCOIN, GARCH])
@given(later=st.floats(0, 3 * 86_400), back=st.integers(0, 5 * 1440))
@settings(deadline=None, max_examples=40)
def test_closed_bars_never_change_as_time_passes(
    asked: Market, later: float, back: int
) -> None:
    end = MINUTE - 60 * (back + 1)

    early = ask(asked, end - 50 * 60, end)

    assert ask(asked, end - 50 * 60, end, now=SECONDS + later) == early


@given(first=st.floats(0, 60, exclude_max=True), second=st.floats(0, 60))
@settings(deadline=None, max_examples=60)
def test_the_open_bar_only_grows_into_the_closed_one(
    first: float, second: float
) -> None:
    first, second = sorted((first, second))
    early, late = (
        ask(BITCOIN, MINUTE, MINUTE, now=MINUTE + passed)[0]
        for passed in (first, second)
    )
    (closed,) = ask(BITCOIN, MINUTE, MINUTE, now=MINUTE + 61)

    assert early[0] == late[0] == MINUTE
    assert early[3] == late[3] == closed[3]
    assert early[1] >= late[1] >= closed[1]
    assert early[2] <= late[2] <= closed[2]
    assert early[5] <= late[5] <= closed[5]


def test_the_open_hour_comes_as_it_stands() -> None:
    hour = MINUTE // 3600 * 3600
    (row,) = ask(BITCOIN, hour, hour, granularity=3600)
    minutes = ask(BITCOIN, hour, MINUTE)

    assert row[4] == minutes[0][4]
    assert row[5] == pytest.approx(sum(m[5] for m in minutes))
