"""Volume, regression, and ranges against TA-Lib, and where nothing is traded."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import talib

from tradestream.backtest.costs import Costs
from tradestream.backtest.inspect_rows import row_of
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, Floats
from tradestream.testing.markets import instrument_of, random_walk, recorded

SERIES = {"walk": random_walk(600), "BTC": recorded("BTC-USD_1m", 5000, 5600)}


@dataclass(frozen=True)
class Whole:
    """Prices as whole ticks, volumes as whole lots."""

    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def whole(series: CandleSeries) -> Whole:
    unit = instrument_of(series)
    highs, lows, closes = (
        np.rint(x / unit.price_tick) for x in (series.highs, series.lows, series.closes)
    )
    return Whole(highs, lows, closes, np.rint(series.volumes / unit.volume_lot))


def window_on(series: CandleSeries) -> Window:
    return Window(series, instrument_of(series), Costs())


def accumulation(b: Whole) -> Floats:
    line: Floats = talib.AD(b.high, b.low, b.close, b.volume)
    return line


def on_balance(b: Whole) -> Floats:
    line: Floats = talib.OBV(b.close, b.volume)
    return line


def trend(b: Whole) -> Floats:
    flow = b.volume[1:] * np.diff(b.close) / b.close[:-1]
    return np.append(0.0, np.cumsum(flow))


def ema_of_ema(values: Floats, period: int) -> Floats:
    """Return TA-Lib's average of its own average, which it takes without NaN."""
    once = talib.EMA(values, period)
    twice = np.full(len(values), np.nan)
    twice[period - 1 :] = talib.EMA(once[period - 1 :], period)
    return twice


def atr(b: Whole, period: int) -> Floats:
    line: Floats = talib.ATR(b.high, b.low, b.close, period)
    return line


CASES: dict[str, Callable[[Whole], Floats]] = {
    "sum_over_ema(signed_volume(), 17)": lambda b: (
        on_balance(b) - talib.EMA(on_balance(b), 17)
    ),
    "sum_over_ema(accumulation_flow(), 9)": lambda b: (
        accumulation(b) - talib.EMA(accumulation(b), 9)
    ),
    "sum_over_ema(price_volume_flow(), 30)": lambda b: (
        trend(b) - talib.EMA(trend(b), 30)
    ),
    "sum_over_sma(price_volume_flow(), 30)": lambda b: (
        trend(b) - talib.SMA(trend(b), 30)
    ),
    "volume_ema(13)": lambda b: (
        talib.EMA(b.close * b.volume, 13) / talib.EMA(b.volume, 13)
    ),
    "relative_volume(20)": lambda b: b.volume / talib.SMA(b.volume, 20),
    "cmf(21)": lambda b: (
        talib.SMA(np.diff(accumulation(b), prepend=0.0), 21) / talib.SMA(b.volume, 21)
    ),
    "regression_end(14)": lambda b: talib.LINEARREG(b.close, 14),
    "regression_end(100)": lambda b: talib.LINEARREG(b.close, 100),
    "in_sigmas(minus(high, low), 25)": lambda b: (
        (b.high - b.low) / talib.STDDEV(b.high - b.low, 25, 1)
    ),
    "mass_ratio(9)": lambda b: (
        talib.EMA(b.high - b.low, 9) / ema_of_ema(b.high - b.low, 9)
    ),
    "above_lowest(wilder(true_range, 12), 12)": lambda b: (
        (b.close - talib.MIN(b.close, 12)) / atr(b, 12)
    ),
    "below_highest(wilder(true_range, 12), 12)": lambda b: (
        (talib.MAX(b.close, 12) - b.close) / atr(b, 12)
    ),
}


@pytest.mark.parametrize("text", list(CASES))
@pytest.mark.parametrize("name", list(SERIES))
def test_rows_agree_with_talib(text: str, name: str) -> None:
    bars = whole(SERIES[name])

    ours = row_of(window_on(SERIES[name]), text)

    theirs = CASES[text](bars)
    scale = np.nanmax(np.abs(theirs))
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale)


def test_chaikins_oscillator_is_talibs_once_the_seeds_are_forgotten() -> None:
    bars = whole(SERIES["walk"])
    flow = "sum_over_ema(accumulation_flow(), {})"

    ours = row_of(
        window_on(SERIES["walk"]), f"minus({flow.format(10)}, {flow.format(3)})"
    )

    theirs = talib.ADOSC(bars.high, bars.low, bars.close, bars.volume, 3, 10)
    scale = np.nanmax(np.abs(theirs))
    np.testing.assert_allclose(ours[200:], theirs[200:], rtol=1e-9, atol=1e-9 * scale)


def test_distances_from_the_line_are_in_its_own_sigmas() -> None:
    closes, n = whole(SERIES["BTC"]).close, 20

    ours = row_of(window_on(SERIES["BTC"]), f"regression_position({n})")

    for t in range(n - 1, len(closes), 7):
        y = closes[t - n + 1 : t + 1] - closes[t]
        away = y - np.polyval(np.polyfit(np.arange(n), y, 1), np.arange(n))
        assert ours[t] == pytest.approx(away[-1] / np.std(away), rel=1e-6, abs=1e-9)


def test_positions_by_volume_are_weighted_moments() -> None:
    bars, n = whole(SERIES["BTC"]), 30

    ours = row_of(window_on(SERIES["BTC"]), f"volume_position({n})")

    for t in range(n - 1, len(bars.close), 7):
        y, w = (x[t - n + 1 : t + 1] for x in (bars.close - bars.close[t], bars.volume))
        mean = np.average(y, weights=w)
        sigma = np.sqrt(np.average((y - mean) ** 2, weights=w))
        assert ours[t] == pytest.approx(-mean / sigma, rel=1e-6, abs=1e-9)


def test_a_position_by_volume_is_right_where_its_sums_do_not_fit_64_bits() -> None:
    walk = SERIES["walk"]
    unit = instrument_of(walk)
    large = replace(unit, price_tick=unit.price_tick / 2**30)
    window = Window(walk, large, Costs())

    ours = row_of(window, "volume_position(30)")

    plain = row_of(window_on(walk), "volume_position(30)")
    np.testing.assert_allclose(ours, plain, rtol=1e-9, atol=1e-9)


def test_a_regression_is_right_where_its_sums_do_not_fit_64_bits() -> None:
    walk = SERIES["walk"]
    unit = instrument_of(walk)
    large = replace(unit, price_tick=unit.price_tick / 2**30)
    window = Window(walk, large, Costs())

    position = row_of(window, "regression_position(50)")
    end = row_of(window, "regression_end(100)")

    plain = window_on(walk)
    expected = row_of(plain, "regression_position(50)")
    np.testing.assert_allclose(position, expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(
        end / 2**30, row_of(plain, "regression_end(100)"), rtol=1e-12
    )


def test_a_market_without_volume_is_cold_or_neutral() -> None:
    series = random_walk(200)
    price = np.full(len(series), 10.0)
    flat = replace(
        series, opens=price, highs=price, lows=price, closes=price, volumes=0 * price
    )
    window = window_on(flat)

    for cold in ("cmf(9)", "relative_volume(9)", "effort_over_mean(9)",
                 "volume_position(9)", "control_price(9)",
                 "in_sigmas(minus(close, vwap(9)), 9)"):  # fmt: skip
        assert np.all(np.isnan(row_of(window, cold))), cold
    tick = instrument_of(flat).price_tick
    for text, first, neutral in (
        ("mass_ratio(9)", 16, 1.0),
        ("regression_position(9)", 8, 0.0),
        ("in_sigmas(close, 9)", 8, 0.0),
        ("above_lowest(wilder(true_range, 9), 9)", 9, 0.0),
        ("volume_ema(9)", 8, 10.0 / tick),
        ("sum_over_ema(signed_volume(), 9)", 8, 0.0),
    ):
        ours = row_of(window, text)
        assert np.all(np.isnan(ours[:first])), text
        assert set(ours[first:]) == {neutral}, text


def test_one_traded_close_has_no_sigma_and_is_the_point_of_control() -> None:
    series = random_walk(100)
    volumes = np.zeros(len(series))
    volumes[60] = 5.0
    window = window_on(replace(series, volumes=volumes))
    closes = whole(series).close

    position = row_of(window, "volume_position(10)")
    control = row_of(window, "control_price(10)")

    assert list(np.flatnonzero(~np.isnan(position))) == list(range(60, 70))
    assert set(position[60:70]) == {0.0}
    for t in range(60, 70):
        window_closes = closes[t - 9 : t + 1]
        width = (window_closes.max() - window_closes.min()) / 24
        assert abs(control[t] - closes[60]) <= width / 2 * (1 + 1e-9)


def test_a_hole_in_a_row_passes() -> None:
    series = random_walk(100)
    volumes = series.volumes.copy()
    volumes[40:60] = 0.0
    window = window_on(replace(series, volumes=volumes))

    ours = row_of(window, "in_sigmas(minus(close, vwap(10)), 5)")

    cold = np.isnan(ours)
    assert list(np.flatnonzero(cold)) == [*range(13), *range(49, 64)]
