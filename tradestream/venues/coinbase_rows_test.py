from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.candles import to_seconds
from tradestream.venues.coinbase_rows import read_rows
from tradestream.venues.port import CandlePage

START = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
END = START + timedelta(minutes=60)
NOW = END + timedelta(seconds=30)
FIRST = to_seconds(START)
NAN, INFINITY = float("nan"), float("inf")


def row(minute: float, *, low: Any = 9.0, high: Any = 12.0, volume: Any = 3.0) -> Any:
    return [FIRST + 60 * minute, low, high, 10.0, 11.0, volume]


def read(*rows: Any) -> CandlePage:
    return read_rows("BTC-USD", list(rows), START, END, NOW)


def test_reads_the_venues_columns_oldest_first() -> None:
    page = read(row(5), row(4, volume=0.0))

    series = page.series
    assert series.open_times.tolist() == [FIRST + 240, FIRST + 300]
    assert (series.opens[0], series.closes[0]) == (10.0, 11.0)
    assert (series.lows[0], series.highs[0]) == (9.0, 12.0)
    assert series.volumes.tolist() == [0.0, 3.0]
    assert page.rejected == {}


def test_an_empty_answer_is_an_empty_page() -> None:
    page = read()

    assert len(page.series) == 0
    assert page.rejected == {}


def test_leaves_out_what_lies_outside_the_span_and_counts_nothing() -> None:
    page = read(row(60), row(59), row(0), row(-1), row(-9000))

    assert page.series.open_times.tolist() == [FIRST, FIRST + 59 * 60]
    assert page.rejected == {}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (row(1, low=-9.0), "price not positive"),
        (row(1, low=0), "price not positive"),
        (row(1, low=NAN), "not finite"),
        (row(1, high=INFINITY), "not finite"),
        (row(1, volume=-0.1), "volume negative"),
        (row(1, low=13.0), "high below low"),
        (row(1, high=10.5), "open or close outside low and high"),
        (row(1, low=10.5), "open or close outside low and high"),
        (row(1, low=1e-11), "price or volume beyond what can be stored"),
        (row(1, high=1e10), "price or volume beyond what can be stored"),
        (row(1, volume=1e20), "price or volume beyond what can be stored"),
        (row(1.5), "time not on a minute"),
        (row(62), "time in the future"),
        (row(1, low="9.0"), "not six numbers"),
        (row(1, low=None), "not six numbers"),
        (row(1, low=True), "not six numbers"),
        (row(1, low=[9.0]), "not six numbers"),
        (row(1)[:5], "not six numbers"),
        ([*row(1), 7.0], "not six numbers"),
        ({"time": 1}, "not six numbers"),
        (None, "not six numbers"),
        ("bar", "not six numbers"),
    ],
)
def test_counts_what_is_no_bar_by_reason_and_keeps_the_rest(
    broken: Any, reason: str
) -> None:
    page = read(row(2), broken, row(0))

    assert page.rejected == {reason: 1}
    assert page.series.open_times.tolist() == [FIRST, FIRST + 120]


def test_of_two_bars_at_one_time_the_first_counts() -> None:
    page = read(row(3, volume=1.0), row(3, volume=2.0))

    assert page.rejected == {"time twice": 1}
    assert page.series.volumes.tolist() == [1.0]


values: st.SearchStrategy[Any] = st.one_of(
    st.floats(),
    st.integers(-(10**6), 10**12),
    st.sampled_from([None, "1", True, [], {}]),
    st.floats(1, 100),
)
times = st.integers(-2, 62).map(lambda minute: float(FIRST + 60 * minute))
rows: st.SearchStrategy[Any] = st.one_of(
    st.tuples(times, values, values, values, values, values).map(list),
    st.lists(values, max_size=7),
    values,
)


@given(st.lists(rows, max_size=12))
def test_whatever_the_venue_sends_only_sound_bars_pass(sent: list[Any]) -> None:
    page = read(*sent)

    page.series.validate()
    assert np.all(page.series.open_times >= FIRST)
    assert np.all(page.series.open_times < to_seconds(END))
    assert len(page.series) + sum(page.rejected.values()) <= len(sent)
