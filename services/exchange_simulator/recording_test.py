"""Recordings, and the bootstrap that goes on after their end."""

import numpy as np
import pytest

from services.exchange_simulator.days import DayBars, Increments
from services.exchange_simulator.recording import read_recording
from services.exchange_simulator.sources import RecordedDays, stationary_blocks

BITCOIN = read_recording("BTC-USD_1m_2023-03-01_2023-03-14.csv.gz", 60)
ALTCOIN = read_recording("ADA-BTC_5m_2018-01-10_2018-01-30.csv.gz", 300)
CENTS = Increments(price_decimals=2, volume_decimals=8)


def days(count: int, *, seed: int = 1) -> list[DayBars]:
    source = RecordedDays("BTC-USD", BITCOIN, seed=seed, increments=CENTS)
    return [source.next_day() for _ in range(count)]


def closes(day: DayBars) -> list[float]:
    return [float(close) for close in day.prices[:, 3]]


def test_minutes_without_a_trade_have_no_bar() -> None:
    for day in BITCOIN.days:
        assert ((day.volumes > 0) == day.traded).all()

    assert sum(int(day.traded.sum()) for day in BITCOIN.days) == 20_160 - 72


def test_holes_of_a_recording_stay_holes() -> None:
    inside = [day for day in ALTCOIN.days[1:-1] if not day.traded.all()]

    assert [int((~day.traded).sum()) for day in inside] == [40]


def test_the_recorded_days_come_first_as_they_were() -> None:
    for made, recorded in zip(days(14), BITCOIN.days, strict=True):
        assert made.prices == pytest.approx(recorded.prices, abs=0.005)
        assert (made.volumes == recorded.volumes).all()


def test_the_bootstrap_goes_on_from_the_last_close_and_depends_on_the_seed() -> None:
    fifteenth = days(15)[14]

    assert fifteenth.prices[0, 0] == pytest.approx(BITCOIN.last_close, abs=0.01)
    assert closes(days(15)[14]) == closes(fifteenth)
    assert closes(days(15, seed=2)[14]) != closes(fifteenth)


def test_the_bootstrap_is_bars_and_repeats_no_recorded_stretch() -> None:
    recorded = {
        tuple(np.round(np.diff(np.log(closes(day)))[at : at + 120], 7))
        for day in BITCOIN.days
        for at in range(1320)
    }
    for day in days(20)[14:]:
        opened, high, low, closed = day.prices.T
        assert (high >= np.maximum(opened, closed)).all()
        assert (low <= np.minimum(opened, closed)).all()
        assert (low > 0).all()
        returns = np.round(np.diff(np.log(closed)), 7)
        for at in range(1320):
            assert tuple(returns[at : at + 120]) not in recorded


def test_the_bootstrap_is_as_volatile_as_the_recording_and_has_no_direction() -> None:
    made = np.concatenate([np.diff(np.log(day.prices[:, 3])) for day in days(114)[14:]])

    assert made.std() == pytest.approx(BITCOIN.returns.std(), rel=0.1)
    assert abs(made.mean()) < 3 * made.std() / len(made) ** 0.5
    assert (made > 0).mean() == pytest.approx((made < 0).mean(), abs=0.01)


def test_blocks_run_on_and_have_the_mean_length() -> None:
    places = stationary_blocks(1000, 100_000, 60, np.random.default_rng(1))
    breaks = np.count_nonzero(np.diff(places) % 1000 != 1)

    assert places.min() >= 0
    assert places.max() < 1000
    assert 100_000 / breaks == pytest.approx(60, rel=0.1)
