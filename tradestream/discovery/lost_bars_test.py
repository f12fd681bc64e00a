"""Tests of which missing minutes are worth waiting for."""

from datetime import UTC, datetime, timedelta

from tradestream.candle_store.port import Gap
from tradestream.discovery.lost_bars import waited_for

NOW = datetime(2026, 3, 9, tzinfo=UTC)


def gap(days_ago: float, minutes: int, *, at_venue: bool = False) -> Gap:
    end = NOW - timedelta(days=days_ago)
    return Gap(end - timedelta(minutes=minutes), end, at_venue)


def test_a_young_gap_is_waited_for() -> None:
    young = gap(2.9, 1)

    assert waited_for([young], NOW) == [young]


def test_a_long_gap_is_waited_for_however_old() -> None:
    long = gap(100, 11)

    assert waited_for([long], NOW) == [long]


def test_an_old_short_gap_is_lost_and_a_hole_of_the_venue_is_none_of_ours() -> None:
    assert waited_for([gap(3, 10), gap(0, 500, at_venue=True)], NOW) == []
