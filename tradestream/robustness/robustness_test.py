"""The checks beside the gate: that each measures what it says."""

import json
from datetime import timedelta

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.details import fills_of
from tradestream.backtest.window import Window
from tradestream.discovery.genome import Space
from tradestream.discovery.search import SearchConfig
from tradestream.robustness import perturbed, trade_draws
from tradestream.robustness.collect import as_data, robustness
from tradestream.robustness.fills import measure_fills
from tradestream.robustness.placebo import random_entries
from tradestream.robustness.trade_draws import skipped_trades, trade_order
from tradestream.robustness.walk_forward import GAP, Subject, walk_forward
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of, random_walk

SERIES = random_walk(3000)
INSTRUMENT = instrument_of(SERIES)
WINDOW = Window(SERIES, INSTRUMENT, Costs())
NAME = "SMA_EMA_CROSSOVER"
GENOME = WINDOW.genome(NAME, {"smaPeriod": 10, "emaPeriod": 30})[0]


@pytest.mark.parametrize("name", ["SMA_RSI", "SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT"])
def test_given_fills_make_what_the_engine_says(name: str) -> None:
    for genome in Space(CATALOGUE[name]).random(5, seed=1):
        fills = fills_of(WINDOW, name, genome)

        plain = measure_fills(SERIES, Costs(), fills.entries, fills.exits)

        engine = perturbed.measure(WINDOW, name, genome)
        assert plain.trades == engine.trades
        assert plain.total_return == pytest.approx(engine.total_return, rel=1e-9)
        sharpe = engine.excess_sharpe
        expected = None if sharpe is None else pytest.approx(sharpe, rel=1e-6)
        assert plain.excess_sharpe == expected


def test_order_of_trades_changes_drawdown_alone() -> None:
    returns = np.array([0.1, -0.2, 0.3, -0.1, 0.05])

    check = trade_order(returns, seed=1)

    assert check.unharmed == pytest.approx(0.2)
    assert check.percentiles[0] >= 0.2 - 1e-12  # no order avoids the worst trade
    assert check.percentiles[-1] <= 1 - 0.8 * 0.9 + 1e-12  # both losses in a row
    ends = check.fan[-1]
    assert ends == pytest.approx([float(np.prod(1 + returns))] * 5)


def test_orders_of_one_trade_are_all_alike() -> None:
    check = trade_order(np.array([-0.1]), seed=1)

    assert check.percentiles == pytest.approx((0.1,) * 5)
    assert check.as_good == 1.0


def test_skipping_no_trade_changes_nothing() -> None:
    returns = np.array([0.1, -0.2, 0.3])

    check = skipped_trades(returns, seed=1, share=0.0)

    assert check.percentiles == pytest.approx([float(np.prod(1 + returns)) - 1] * 5)


def test_skipping_trades_loses_gains() -> None:
    check = skipped_trades(np.full(50, 0.01), seed=1)

    assert check.unharmed == pytest.approx(1.01**50 - 1)
    assert check.percentiles[2] == pytest.approx(1.01**45 - 1, rel=0.05)


def test_a_strategy_without_trades_has_no_draws() -> None:
    assert trade_order(np.empty(0), seed=1).draws == 0
    assert skipped_trades(np.empty(0), seed=1).draws == 0


def test_doubled_costs_cost_what_they_say() -> None:
    check = perturbed.doubled_costs(WINDOW, NAME, GENOME)

    (_, doubled), own = check.cases[0], perturbed.measure(WINDOW, NAME, GENOME)
    twice, once = Costs(20, 4), Costs()
    factor = (twice.bought * twice.sold / once.bought / once.sold) ** own.trades
    assert 1 + doubled.total_return == pytest.approx((1 + own.total_return) * factor)


def test_a_later_fill_keeps_the_number_of_trades() -> None:
    check = perturbed.one_bar_later(WINDOW, NAME, GENOME)

    own, late = perturbed.measure(WINDOW, NAME, GENOME), check.cases[0][1]
    assert abs(late.trades - own.trades) <= 1
    assert late.total_return != own.total_return


def test_jittered_genomes_are_valid_and_near() -> None:
    space = Space(CATALOGUE["EMA_MACD"])
    wished = np.array([[2.0, 50.0, 20.0], [30.0, 4.0, 1.0]])

    near = perturbed._on_grid(space, wished)

    for genome in near:
        space.strategy.check(space.parameters(genome))
    assert near[0].tolist() == [2.0, 50.0, 20.0]


def test_random_traders_have_the_same_exposure_and_never_overlap() -> None:
    fills = fills_of(WINDOW, NAME, GENOME)
    random = np.random.default_rng(1)
    from tradestream.robustness.placebo import _shuffled

    for _ in range(20):
        entries, exits = _shuffled(fills, WINDOW.bars, random)

        assert np.all(entries[1:] >= exits[:-1])
        assert np.all(exits > entries)
        assert exits[-1] <= WINDOW.bars
        assert np.sum(exits - entries) == np.sum(fills.exits - fills.entries)


def test_on_a_random_walk_timing_is_worth_nothing_beside_random_entries() -> None:
    shares = [
        random_entries(WINDOW, NAME, genome, seed=1, draws=50).as_good
        for genome in Space(CATALOGUE[NAME]).random(12, seed=3)
    ]

    assert min(share for share in shares if share is not None) < 0.9
    assert max(share for share in shares if share is not None) > 0.1


def test_no_fold_is_searched_on_bars_of_its_test() -> None:
    subject = Subject(SERIES, INSTRUMENT, Costs(), NAME, SearchConfig(10, 2))
    day = timedelta(hours=12)

    cells = walk_forward(subject, trainings=(day,), tests=(day / 2, day / 4))

    assert [len(cell.folds) for cell in cells] == [4, 4]
    for cell in cells:
        for fold, following in zip(cell.folds, cell.folds[1:], strict=False):
            assert fold.tested_until == following.tested_from
            assert fold.tested_from - fold.trained_from == day + GAP
            assert fold.trained is not None
            assert fold.tested is not None


def test_everything_together_is_json_and_repeats_itself() -> None:
    others = {"OTHER": (random_walk(2000, seed=9), INSTRUMENT)}

    def run() -> str:
        found = robustness(
            WINDOW, NAME, {"smaPeriod": 10, "emaPeriod": 30}, seed=7, others=others
        )
        return json.dumps(as_data(found), allow_nan=False, sort_keys=True)

    first = run()

    assert first == run()
    names = [check["name"] for check in json.loads(first)["checks"]]
    assert len(names) == len(set(names)) == 9


@pytest.mark.parametrize("at_once", [1, 7, 1_000])
def test_draws_are_the_same_however_many_are_made_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    returns = np.random.default_rng(5).normal(0.0, 0.01, 130)
    usual = trade_order(returns, seed=3), skipped_trades(returns, seed=3)

    monkeypatch.setattr(trade_draws, "_AT_ONCE", at_once)

    again = trade_order(returns, seed=3), skipped_trades(returns, seed=3)
    assert again == usual
