from datetime import timedelta

import pytest

from tradestream.runtime.durations import parse_duration


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
