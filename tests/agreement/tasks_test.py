"""What the comparison covers, and that it can fail."""

from collections import Counter
from random import Random

from tests.agreement.markets import MARKETS
from tests.agreement.page import agreement_page
from tests.agreement.tasks import run, tasks
from tradestream.backtest.window import Window
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of
from tradestream.testing.plain.comparison import compare
from tradestream.testing.plain.rows import Bars


def test_every_type_has_its_share_on_every_market() -> None:
    work = list(tasks(list(CATALOGUE), 10_000, 1))

    shares: Counter[str] = Counter()
    for task in work:
        shares[task.strategy] += task.genomes
    assert sum(shares.values()) == 10_000
    assert set(shares) == set(CATALOGUE)
    assert set(shares.values()) <= {10_000 // 60, 10_000 // 60 + 1}
    pairs = {(task.strategy, task.market) for task in work}
    assert len(pairs) == len(CATALOGUE) * len(MARKETS)
    assert len({task.seed for task in work}) == len(work)


def test_every_market_agrees() -> None:
    work = list(tasks(["SMA_EMA_CROSSOVER"], 3 * len(MARKETS), 1))

    outcomes = [(task, run(task)) for task in work]

    assert [task.market for task in work] == list(MARKETS)
    page = agreement_page(outcomes, {}, command="x", seconds=1, date="2026-01-01")
    assert "**0 mismatches**" in page


def test_another_market_is_a_mismatch() -> None:
    series, costs = MARKETS["random walk"](Random(1))
    other, _ = MARKETS["random walk"](Random(2))
    bars = min(len(series), len(other))
    series, other = series.slice(0, bars), other.slice(0, bars)
    genomes = Space(CATALOGUE["MACD_CROSSOVER"]).random(5, 1)

    compared = compare(
        Window(series, instrument_of(series), costs),
        Bars(other, instrument_of(other)),
        "MACD_CROSSOVER",
        genomes,
    )

    assert [one.agrees for one in compared] == [False] * 5
