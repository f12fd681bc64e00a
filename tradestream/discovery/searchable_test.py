"""Bars on which nothing can be found are refused."""

from dataclasses import replace

import numpy as np
import pytest

from tradestream.discovery.searchable import check_searchable, has_volume
from tradestream.errors import InvalidCandleError
from tradestream.testing.markets import random_walk

WALK = random_walk(300)


def test_bars_that_move_are_taken() -> None:
    check_searchable(WALK)

    assert has_volume(WALK)


def test_fewer_bars_than_the_longest_warm_up_are_refused() -> None:
    with pytest.raises(InvalidCandleError, match="than the longest warm-up, was 299"):
        check_searchable(WALK.slice(0, 299))


def test_a_price_that_never_moves_is_refused() -> None:
    flat = np.full(300, 12.5)

    with pytest.raises(InvalidCandleError, match=r"was 12\.5 on every bar"):
        check_searchable(replace(WALK, opens=flat, highs=flat, lows=flat, closes=flat))


def test_a_single_tick_is_a_move() -> None:
    flat, highs = np.full(300, 12.5), np.full(300, 12.5)
    highs[7] += 0.01

    check_searchable(replace(WALK, opens=flat, highs=highs, lows=flat, closes=flat))


def test_a_market_without_volume_is_told_apart() -> None:
    assert not has_volume(replace(WALK, volumes=np.zeros(300)))
