"""Swings, double bottoms, bricks, and jumps, worked out by hand on few bars."""

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.inspect_rows import row_of
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, Floats
from tradestream.instruments import Instrument

NAN = float("nan")


def rows(text: str, closes: list[float], spread: float = 0.0) -> Floats:
    """Return a row on bars of one tick a unit, `spread` ticks high either side."""
    close = np.array(closes)
    open_ = np.append(close[0], close[:-1])
    series = CandleSeries(
        "HAND-USD",
        60,
        60 * np.arange(len(close)),
        open_,
        np.maximum(open_, close) + spread,
        np.minimum(open_, close) - spread,
        close,
        np.ones(len(close)),
    )
    return row_of(Window(series, Instrument("HAND-USD", 1.0, 1.0), Costs()), text)


def test_a_swing_is_known_only_when_its_leg_has_turned() -> None:
    closes = [50.0, 52, 55, 53, 50, 48, 51, 54, 57, 60, 56, 51]
    # with n = 2: up from bar 2 to its top 55 of bars 2 and 3, turned down on bar 4
    # (50 < 52), up again on bar 7 (54 > 51), to the top 60 of bars 9 and 10, turned
    # down on bar 11 (51 < 56)

    high, low = rows("swing_high(2)", closes), rows("swing_low(2)", closes)

    np.testing.assert_array_equal(high, [NAN] * 4 + [55.0] * 7 + [60.0])
    np.testing.assert_array_equal(low, [NAN] * 7 + [48.0] * 5)


def test_a_double_bottom_is_complete_when_its_neckline_breaks() -> None:
    closes = [60.0, 56, 51, 55, 58, 57, 54, 51, 55, 57, 59, 61, 62, 50, 49]
    # n = 5; on bar 10: bars 0 to 4 have their low 51 on bar 2, bars 5 to 9 on bar
    # 7, five bars on; between them the highest close is 58, broken by 59

    marks = rows("double_bottom(wilder(true_range, 5), 5)", closes)
    lows = rows("double_bottom_low(wilder(true_range, 5), 5)", closes)
    tops = rows("double_top(wilder(true_range, 5), 5)", closes)

    np.testing.assert_array_equal(marks, [NAN] * 10 + [1, 0, 0, 0, 0])
    np.testing.assert_array_equal(lows, [NAN] * 10 + [51.0] * 5)
    np.testing.assert_array_equal(tops, [NAN] * 10 + [0] * 5)


def test_a_double_top_is_the_mirror_image() -> None:
    closes = [100 - c for c in (60.0, 56, 51, 55, 58, 57, 54, 51, 55, 57, 59, 61)]

    tops = rows("double_top(wilder(true_range, 5), 5)", closes)

    np.testing.assert_array_equal(tops, [NAN] * 10 + [1, 0])


@pytest.fixture
def saw() -> list[float]:
    """61 bars whose true range is 10, at 1000 on bar 60."""
    return [1000.0 - 10 * (t % 2) for t in range(61)]


def test_a_brick_needs_its_height_and_a_turn_twice_that(saw: list[float]) -> None:
    moves = [1009.0, 1010, 1025, 1010, 1001, 1000, 1020]

    side = rows("renko(1.0)", saw + moves)

    np.testing.assert_array_equal(side[:62], [NAN] * 62)
    # 1010 a brick up, 1025 one more: top 1020, bottom 1010; down at 1000, up at 1020
    np.testing.assert_array_equal(side[62:], [1, 1, 1, 1, -1, 1])


def test_a_range_bar_turns_one_size_back_from_its_extreme(saw: list[float]) -> None:
    moves = [1009.0, 1004, 999, 1008, 1009, 1024, 1015, 1014]

    side = rows("range_bars(1.0)", saw + moves)

    # 999 is 10 below 1009; the next bar begins there and is up at 1009; 1024 ends
    # another at 1019, and 1014 is 10 below 1024
    np.testing.assert_array_equal(side[61:], [NAN, NAN, -1, -1, 1, 1, 1, -1])


def test_bricks_of_a_market_without_range_never_come() -> None:
    for text in ("renko(1.0)", "range_bars(1.0)"):
        assert np.all(np.isnan(rows(text, [100.0] * 61 + [150.0, 50.0])))
        assert np.all(np.isnan(rows(text, [100.0, 101.0, 100.0])))


def test_a_jump_is_measured_by_the_range_before_it() -> None:
    closes = [100.0, 102, 100, 102, 100, 110, 105, 120]
    # the true range is 2 until the jump of 10, then 2 · ½ + 10 · ½ = 6, 5.5
    atr = "wilder(true_range, 2)"

    beyond, base = rows(f"jump({atr})", closes), rows(f"jump_base(jump({atr}))", closes)

    np.testing.assert_array_equal(
        beyond, [NAN] * 3 + [2 - 3, -2 - 3, 10 - 3, -5 - 9, 15 - 8.25]
    )
    np.testing.assert_array_equal(base, [NAN] * 5 + [100, 100, 105])


def test_an_efficient_price_is_followed_as_by_the_shortest_average() -> None:
    closes = [float(100 + 3 * t) for t in range(40)]

    adaptive = rows("variable_ema(efficiency(4), 5, 12)", closes)

    line = np.mean(closes[:12])
    for close in closes[12:]:
        line += (close - line) * 2 / 6
    assert np.all(np.isnan(adaptive[:11]))
    assert adaptive[11] == np.mean(closes[:12])
    assert adaptive[-1] == pytest.approx(line, rel=1e-14)


def test_a_straight_price_has_dimension_one_and_is_met_at_once() -> None:
    closes = [float(100 + 3 * t) for t in range(40)]

    dimension = rows("fractal_dimension(5)", closes)
    average = rows("fractal_average(fractal_dimension(5), 1.0, 0.5)", closes)

    assert np.all(np.isnan(dimension[:9]))
    # two halves of 15 and the whole of 30 ticks
    np.testing.assert_allclose(dimension[10:], 1.0, rtol=1e-15)
    np.testing.assert_allclose(average[10:], closes[10:], rtol=1e-15)


def test_a_heikin_ashi_candle_is_as_high_as_its_definition_says() -> None:
    random = np.random.default_rng(3)
    closes = list(1000 + np.cumsum(random.integers(-9, 10, 60)).astype(float))

    height = rows("heikin_ashi(4)", closes, spread=2.0)

    smooth = {name: rows(f"ema({name}, 4)", closes, 2.0) for name in OHLC}
    close: Floats = np.mean([*smooth.values()], axis=0)
    open_ = (smooth["open"][3] + smooth["close"][3]) / 2
    for t in range(3, 60):
        assert height[t] == pytest.approx(close[t] - open_, abs=1e-9)
        open_ = (open_ + close[t]) / 2


OHLC = ("open", "high", "low", "close")
