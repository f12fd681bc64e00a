"""Tests of made markets: seeded, valid, and what they are said to be."""

import numpy as np
import pytest

from tradestream.candles import CandleSeries
from tradestream.study.markets import EDGELESS, PLANTED, market
from tradestream.testing.markets import recorded

RECORDED = recorded("BTC-USD_1m", 0, 3 * 1440)
KINDS = [(kind, 0.0) for kind in EDGELESS]
KINDS += [("trend", 0.6), ("revert", 50.0), ("volume", 0.8)]


def made(kind: str, strength: float, days: int = 2, seed: int = 3) -> CandleSeries:
    return market(kind, strength, days, seed, RECORDED)[0]


def returns(series: CandleSeries, minutes: int) -> np.ndarray:
    return np.diff(np.log(series.closes[::minutes]))


def correlation(values: np.ndarray) -> float:
    return float(np.corrcoef(values[1:], values[:-1])[0, 1])


@pytest.mark.parametrize(("kind", "strength"), KINDS)
def test_a_market_has_valid_bars_and_is_the_same_again(
    kind: str, strength: float
) -> None:
    series = made(kind, strength)

    series.validate()
    assert len(series) == 2 * 1440
    assert series.open_times[0] % 3600 == 0
    assert series.fingerprint() == made(kind, strength).fingerprint()
    assert series.fingerprint() != made(kind, strength, seed=4).fingerprint()


@pytest.mark.parametrize("kind", EDGELESS)
def test_without_an_edge_the_past_says_nothing(kind: str) -> None:
    series = made(kind, 0.0, days=60)

    for minutes in (1, 60):
        values = np.sign(returns(series, minutes))
        assert abs(correlation(values)) < 4 / np.sqrt(len(values))


def test_drift_is_three_percent_a_day() -> None:
    series = made("drift", 0.0, days=200)

    assert np.log(series.closes[-1] / series.closes[0]) / 200 == pytest.approx(
        0.03, abs=0.005
    )


def test_planted_markets_trend_or_revert() -> None:
    assert correlation(returns(made("trend", 0.8, days=60), 60)) > 0.1
    assert correlation(returns(made("revert", 60.0, days=60), 60)) < -0.1
    series = made("volume", 0.9, days=60)
    logs, busy = np.log(series.closes), series.volumes.reshape(-1, 20).sum(axis=1)
    moves = np.abs(logs[240::20] - logs[:-240:20])
    after_bursts = moves[busy[: len(moves)] > np.quantile(busy, 0.97)]
    assert after_bursts.mean() > 1.2 * moves.mean()


def test_every_planted_kind_was_looked_at() -> None:
    assert {kind for kind, _ in KINDS} == {*EDGELESS, *PLANTED}


def test_a_bootstrap_needs_something_to_draw_from() -> None:
    with pytest.raises(ValueError, match="a day of recorded bars is required"):
        market("bootstrap", 0.0, 1, 1)
