from datetime import UTC, datetime, timedelta

import pytest

from tradestream.runtime.durations import (
    history_start,
    is_history_start,
    parse_duration,
)

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def test_reads_every_unit() -> None:
    assert parse_duration("20s") == timedelta(seconds=20)
    assert parse_duration("5m") == timedelta(minutes=5)
    assert parse_duration("24h") == timedelta(days=1)
    assert parse_duration("13d") == timedelta(days=13)
    assert parse_duration("0") == timedelta()


@pytest.mark.parametrize(
    "text", ["", "s", "5", "-5m", "1.5h", "5 m", "²s", "9" * 12 + "d"]
)
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(ValueError, match="required"):
        parse_duration(text)


def test_a_history_begins_days_ago_or_at_a_time() -> None:
    assert history_start("13d", NOW) == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert history_start("2026-01-31T00:00:00Z", NOW) == datetime(
        2026, 1, 31, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text",
    ["", "d", "13", "-1d", "2026-01-31T00:00:00", "soon", "0d", "2026-03-13T09:31:00Z",
     "2026-03-15T00:00:00Z", "2008-12-31T00:00:00Z", "9999d", "9999999999d",
     "0001-01-01T00:00:00Z"],
)  # fmt: skip
def test_other_texts_begin_no_history(text: str) -> None:
    assert not is_history_start(text, NOW)


def test_a_history_begins_a_day_back_or_earlier() -> None:
    assert is_history_start("1d", NOW)
    assert is_history_start("2026-03-13T09:30:00Z", NOW)
    assert is_history_start("2009-01-01T00:00:00Z", NOW)
