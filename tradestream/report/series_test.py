"""Long series made short."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.candles import CandleSeries
from tradestream.report.series import (
    candle_columns,
    equity_columns,
    fitting_interval,
    price_digits,
    shortened,
    spark_values,
    sparkline,
)


def rising(count: int) -> CandleSeries:
    closes = np.linspace(100, 100 + 0.01 * (count - 1), count)
    return CandleSeries(
        "X-USD",
        60,
        60 * np.arange(1_000, 1_000 + count),
        closes - 0.01,
        closes + 0.02,
        closes - 0.02,
        closes,
        np.ones(count),
    )


@given(st.integers(60, 10**8), st.sampled_from([60, 300, 900]), st.integers(200, 900))
def test_an_interval_fits_and_is_made_of_whole_bars(
    span: int, own: int, bars: int
) -> None:
    step = fitting_interval(span, own, bars)

    assert step % own == 0
    assert span <= step * bars or step >= 604_800 - own


def test_a_year_of_minutes_becomes_a_few_hundred_bars() -> None:
    short = shortened(rising(60 * 24 * 60), 600)

    assert short.interval_seconds == 14_400
    assert 360 <= len(short) <= 361
    assert short.volumes.sum() == 60 * 24 * 60


def test_a_short_series_stays_as_it_is() -> None:
    assert shortened(rising(100), 600).interval_seconds == 60


def test_columns_are_rounded_to_the_tick() -> None:
    columns = candle_columns(rising(2), 1)

    assert (columns["start"], columns["step"], columns["gaps"]) == (60_000, 60, [1])
    assert columns["h"] == [100.0, 100.0]


def test_the_deepest_drawdown_survives_the_shortening() -> None:
    series = rising(10_000)
    equity = np.full(10_000, 10_000.0)
    equity[4_321] = 7_000.0
    equity[-1] = 11_000.0

    columns = equity_columns(series, equity, 300)

    assert len(columns["own"]) == len(columns["gaps"]) + 1 == 300
    assert min(columns["own_drawdown"]) == pytest.approx(-0.3, abs=1e-3)
    assert columns["own"][-1] == pytest.approx(0.1)
    assert columns["hold"][-1] == pytest.approx(
        series.closes[-1] / series.closes[0] - 1, abs=1e-4
    )


@pytest.mark.parametrize(
    ("tick", "example", "digits"),
    [(0.01, 5.0, 2), (1.0, 5.0, 0), (1e-8, 5.0, 8), (None, 250.0, 2), (None, 0.5, 8)],
)
def test_digits_follow_the_tick(
    tick: float | None, example: float, digits: int
) -> None:
    assert price_digits(tick, example) == digits


def test_a_sparkline_is_drawn_from_first_to_last() -> None:
    assert 'points="0.0,31.0 120.0,1.0"' in sparkline([1.0, 2.0])
    assert "points" not in sparkline([1.0])
    assert len(spark_values(rising(10_000), 60)) == 60
