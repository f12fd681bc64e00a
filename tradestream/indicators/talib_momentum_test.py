"""Averages of averages, oscillators, and directional movement against TA-Lib."""

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


@dataclass(frozen=True)
class Whole:
    """Prices as whole ticks, volumes as whole lots."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def whole(series: CandleSeries) -> Whole:
    unit = instrument_of(series)
    opens, highs, lows, closes = (
        np.rint(x / unit.price_tick)
        for x in (series.opens, series.highs, series.lows, series.closes)
    )
    return Whole(opens, highs, lows, closes, np.rint(series.volumes / unit.volume_lot))


def window_on(series: CandleSeries) -> Window:
    return Window(series, instrument_of(series), Costs())


Cases = dict[str, Callable[[Whole], Floats]]

SAME: Cases = {
    "momentum(12)": lambda p: talib.MOM(p.close, 12),
    "rate_of_change(12)": lambda p: talib.ROC(p.close, 12),
    "dema(close, 9)": lambda p: talib.DEMA(p.close, 9),
    "tema(close, 9)": lambda p: talib.TEMA(p.close, 9),
    "tema(close, 40)": lambda p: talib.TEMA(p.close, 40),
    "trix(close, 9)": lambda p: talib.TRIX(p.close, 9),
    "percent_apart(sma(close, 7), sma(close, 30))": lambda p: (
        (talib.SMA(p.close, 7) / talib.SMA(p.close, 30) - 1) * 100
    ),
    "cmo(13)": lambda p: talib.CMO(p.close, 13),
    "mfi(2)": lambda p: talib.MFI(p.high, p.low, p.close, p.volume, 2),
    "mfi(21)": lambda p: talib.MFI(p.high, p.low, p.close, p.volume, 21),
    "cci(17)": lambda p: talib.CCI(p.high, p.low, p.close, 17),
    "aroon_oscillator(10)": lambda p: talib.AROONOSC(p.high, p.low, 10),
    "aroon_oscillator(45)": lambda p: talib.AROONOSC(p.high, p.low, 45),
    "sma(stochastic_k(11), 4)": lambda p: talib.SMA(
        talib.STOCHF(p.high, p.low, p.close, 11, 4)[0], 4
    ),
    "sma(stochastic(rsi(9), 14), 5)": lambda p: talib.STOCHRSI(p.close, 9, 14, 5)[1],
}
"""The same from the first warm bar on."""

IN_THE_END: Cases = {
    "plus_di(10)": lambda p: talib.PLUS_DI(p.high, p.low, p.close, 10),
    "minus_di(14)": lambda p: talib.MINUS_DI(p.high, p.low, p.close, 14),
    "dx(12)": lambda p: talib.DX(p.high, p.low, p.close, 12),
    "wilder(dx(12), 12)": lambda p: talib.ADX(p.high, p.low, p.close, 12),
}
"""The same once the seed is forgotten: TA-Lib seeds with n − 1 values."""


@pytest.mark.parametrize("text", list(SAME))
@pytest.mark.parametrize(
    "series",
    [random_walk(400), recorded("BTC-USD_1m", 5000, 5400)],
    ids=["walk", "BTC"],
)
def test_rows_agree_with_talib(text: str, series: CandleSeries) -> None:
    ours = row_of(window_on(series), text)

    theirs = SAME[text](whole(series))
    warm = np.flatnonzero(~np.isnan(theirs))[0]
    assert np.flatnonzero(~np.isnan(ours))[0] <= warm
    np.testing.assert_allclose(ours[warm:], theirs[warm:], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("text", list(IN_THE_END))
@pytest.mark.parametrize(
    "series",
    [random_walk(1500), recorded("BTC-USD_1m", 5000, 6500)],
    ids=["walk", "BTC"],
)
def test_rows_agree_with_talib_in_the_end(text: str, series: CandleSeries) -> None:
    ours = row_of(window_on(series), text)[1000:]

    theirs = IN_THE_END[text](whole(series))[1000:]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("momentum(7)", 7),
        ("rate_of_change(7)", 7),
        ("dpo(7)", 10),
        ("dpo(8)", 12),
        ("dema(close, 7)", 12),
        ("tema(close, 7)", 18),
        ("trix(close, 7)", 19),
        ("cmo(7)", 7),
        ("mfi(7)", 7),
        ("cci(7)", 6),
        ("aroon_oscillator(7)", 7),
        ("stochastic_k(7)", 6),
        ("stochastic(rsi(5), 7)", 11),
        ("plus_di(7)", 7),
        ("minus_di(7)", 7),
        ("dx(7)", 7),
        ("wilder(dx(7), 7)", 13),
        ("vigor(7)", 9),
        ("weighted_four(vigor(7))", 12),
        ("mean_of_three(sma(close, 3), sma(close, 5), sma(close, 7))", 6),
    ],
)
def test_rows_are_warm_from_the_bar_that_their_formula_says(
    text: str, first: int
) -> None:
    for bars in (3, first, first + 1, 300):
        ours = row_of(window_on(random_walk(bars)), text)

        assert np.all(np.isnan(ours[:first]))
        assert not np.any(np.isnan(ours[first:]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cmo(9)", 0.0),
        ("rsi(9)", 50.0),
        ("mfi(9)", 50.0),
        ("cci(9)", 0.0),
        ("stochastic_k(9)", 50.0),
        ("stochastic(rsi(9), 5)", 50.0),
        ("plus_di(9)", 0.0),
        ("minus_di(9)", 0.0),
        ("wilder(dx(9), 9)", 0.0),
        ("vigor(9)", 0.0),
        ("dpo(9)", 0.0),
        ("trix(close, 9)", 0.0),
        ("aroon_oscillator(9)", 0.0),
    ],
)
def test_a_flat_market_reads_neutral(text: str, value: float) -> None:
    series = random_walk(300)
    price = np.full(len(series), 10.0)
    flat = replace(
        series, opens=price, highs=price, lows=price, closes=price, volumes=0 * price
    )

    ours = row_of(window_on(flat), text)

    assert set(ours[30:]) == {value}


def test_strength_becomes_neutral_when_the_last_move_is_forgotten() -> None:
    series = random_walk(300)
    price = np.append(np.linspace(9.0, 10.0, 101), np.full(199, 10.0)).round(2)
    stopped = replace(series, opens=price, highs=price, lows=price, closes=price)

    ours = row_of(window_on(stopped), "rsi(2)")

    # 1 cent halves every bar: 2^-20 of a tick is below 1e-6, 2^-19 is above.
    assert set(ours[50:120]) == {100.0}
    assert set(ours[120:]) == {50.0}


def test_vigour_is_the_weighted_body_over_the_weighted_range() -> None:
    series = recorded("ADA-BTC_5m", 0, 300)
    p = whole(series)

    ours = row_of(window_on(series), "vigor(6)")

    weights = np.array([1.0, 2.0, 2.0, 1.0])
    body = np.convolve(p.close - p.open, weights, "valid")
    extent = np.convolve(p.high - p.low, weights, "valid")
    moved = np.convolve(body, np.ones(6), "valid")
    room = np.convolve(extent, np.ones(6), "valid")
    np.testing.assert_allclose(ours[8:] * np.maximum(room, 1), moved, atol=1e-9)


def test_detrended_price_knows_nothing_of_later_bars() -> None:
    series = random_walk(200)
    close = whole(series).close

    ours = row_of(window_on(series), "dpo(9)")

    assert ours[60] == pytest.approx(close[60] - np.mean(close[47:56]), rel=1e-12)
