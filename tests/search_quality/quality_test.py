"""The genetic search comes close to the best of all points, on a few types."""

import numpy as np
import pytest

from tests.search_quality.measure import acceptable, measure, windows
from tests.search_quality.page import quality_page

WINDOWS = windows()
TYPES = ["RSI_EMA_CROSSOVER", "DEMA_TEMA_CROSSOVER", "MACD_CROSSOVER", "BBAND_W_R"]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("market", ["BTC 2", "brownian"])
def test_19_of_20_searches_do_well(name: str, market: str) -> None:
    found = measure(WINDOWS[market], market, name, seeds=20)

    assert found.good >= 19
    assert found.trials <= 1_550


def test_a_score_is_acceptable_near_the_top_or_near_the_best() -> None:
    steep = np.append(np.zeros(1999), 1.0)
    flat = np.arange(2000.0)

    assert acceptable(steep) == 0.0
    assert acceptable(np.append(np.zeros(99), 1.0)) == 0.99
    assert acceptable(flat) == 1999 - 0.01 * (1999 - 999.5)
    assert acceptable(np.full(5, -np.inf)) == -np.inf


def test_the_page_names_what_is_weak() -> None:
    found = [measure(WINDOWS["trend"], "trend", "RVI", seeds=2)]

    page = quality_page(found, command="measure", seconds=1.0, date="2026-01-01")

    assert "**100.0% of 2 searches did well**" in page
    assert "| `RVI` | 26 | 100% | 100% | 0.00% | 26 |" in page
    assert "Below" not in page
