"""What is refused, and that nothing of a good message is lost."""

import random
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protos.discovery.v1.result_pb2 import (
    DiscoveredStrategy,
    HistoryExamResult,
    HourlySums,
    SearchSummary,
)
from services.strategy_consumer.hourly import check_hourly
from services.strategy_consumer.parameters import Checked
from services.strategy_consumer.reading import read_exam, read_find, read_trials
from services.strategy_consumer.row_bytes import evaluation_row
from services.strategy_consumer.windows import check_window
from tradestream.discovery.requests import timestamp
from tradestream.errors import InvalidMessageError
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.discovery_results import (
    END,
    any_parameters,
    discovered_strategy,
    exam_result,
    search_summary,
    window,
)

INFINITE = float("inf")
NOT_A_NUMBER = float("nan")


def row(message: DiscoveredStrategy) -> bytes:
    return evaluation_row(read_find(message).evaluation)


def test_the_same_find_gives_the_same_row() -> None:
    assert row(discovered_strategy(3)) == row(discovered_strategy(3))


def test_a_rediscovery_is_the_same_strategy_with_another_evaluation() -> None:
    first = read_find(discovered_strategy(3))
    second = read_find(discovered_strategy(3, request_id="request-2"))

    assert first.strategy == second.strategy
    assert first.evaluation.evaluation_id != second.evaluation.evaluation_id


def test_unknown_fields_of_a_newer_sender_do_not_disturb() -> None:
    message = discovered_strategy(3)
    newer = message.hourly.SerializeToString() + b"\xa2\x06\x03abc"
    message.hourly.CopyFrom(HourlySums.FromString(newer))

    assert row(message) == row(discovered_strategy(3))


@given(
    st.lists(
        st.tuples(
            st.floats(width=32, allow_nan=False, allow_infinity=False),
            st.floats(width=32, allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=300,
    )
)
def test_hourly_sums_are_read_as_they_are(pairs: list[tuple[float, float]]) -> None:
    strategy, market = zip(*pairs, strict=True)
    minutes = 60 * len(pairs)
    start = END - timedelta(minutes=minutes)
    message = HourlySums(first_hour=timestamp(start), strategy=strategy, market=market)

    with np.errstate(all="ignore"):
        own, theirs = check_hourly(message, check_window(window(minutes=minutes), "1m"))

    assert np.array_equal(own, np.array(strategy, np.float32))
    assert np.array_equal(theirs, np.array(market, np.float32))


def parameter(message: DiscoveredStrategy, name: str, value: int) -> None:
    message.parameters[name].integer = value


BAD_FINDS: list[tuple[str, Callable[[DiscoveredStrategy], object]]] = [
    ("request_id", lambda m: setattr(m, "request_id", "")),
    ("symbol", lambda m: setattr(m, "symbol", "")),
    ("no group was", lambda m: setattr(m, "symbol", "group:all")),
    ("interval", lambda m: setattr(m, "interval", "soon")),
    ("interval", lambda m: setattr(m, "interval", "15s")),
    ("interval", lambda m: setattr(m, "interval", "01m")),
    ("strategy_name", lambda m: setattr(m, "strategy_name", "ASTROLOGY")),
    ("rsiPeriod", lambda m: parameter(m, "rsiPeriod", 1)),
    ("moonPhase", lambda m: parameter(m, "moonPhase", 1)),
    ("rsiPeriod", lambda m: m.parameters.pop("rsiPeriod")),
    ("rsiPeriod", lambda m: m.parameters["rsiPeriod"].ClearField("integer")),
    ("start <= anchor", lambda m: setattr(m.window.anchor, "seconds", 0)),
    ("start <= anchor", lambda m: setattr(m.window.end_time, "seconds", 0)),
    ("nanoseconds", lambda m: setattr(m.window.end_time, "nanos", 1)),
    ("bars", lambda m: setattr(m.window, "bars", 0)),
    ("bars", lambda m: setattr(m.window, "missing", 1)),
    ("price_tick", lambda m: setattr(m.window, "price_tick", 0)),
    ("volume_lot", lambda m: setattr(m.window, "volume_lot", INFINITE)),
    ("metrics.sharpe", lambda m: setattr(m.metrics, "sharpe", NOT_A_NUMBER)),
    ("metrics.alpha", lambda m: setattr(m.metrics, "alpha", INFINITE)),
    ("metrics.trades", lambda m: setattr(m.metrics, "trades", -1)),
    ("metrics.max_drawdown", lambda m: setattr(m.metrics, "max_drawdown", -0.1)),
    ("first_hour", lambda m: setattr(m.hourly.first_hour, "seconds", 3600)),
    ("hourly", lambda m: m.hourly.ClearField("strategy")),
    ("hourly", lambda m: m.hourly.market.append(1)),
    ("hourly", lambda m: m.hourly.market.__setitem__(3, NOT_A_NUMBER)),
    ("hourly", lambda m: m.hourly.strategy.__setitem__(3, INFINITE)),
    ("score", lambda m: setattr(m, "score", -INFINITE)),
    ("code_version", lambda m: setattr(m, "code_version", "")),
    ("data_fingerprint", lambda m: setattr(m, "data_fingerprint", "")),
    ("rank", lambda m: setattr(m, "rank", 0)),
    ("plateau", lambda m: setattr(m, "plateau", 1.5)),
    ("fee_bps", lambda m: setattr(m, "fee_bps", -1)),
    ("slippage_bps", lambda m: setattr(m, "slippage_bps", NOT_A_NUMBER)),
]


@pytest.mark.parametrize(("named", "spoil"), BAD_FINDS)
def test_refuses_a_find_that_breaks_a_promise(
    named: str, spoil: Callable[[DiscoveredStrategy], object]
) -> None:
    message = discovered_strategy()
    spoil(message)

    with pytest.raises(InvalidMessageError, match=named), np.errstate(all="ignore"):
        read_find(message)


BAD_SUMMARIES: list[tuple[str, Callable[[SearchSummary], object]]] = [
    ("request_id", lambda m: setattr(m, "request_id", "")),
    ("strategy_name", lambda m: setattr(m, "strategy_name", "")),
    ("trials", lambda m: setattr(m, "trials", -1)),
    ("trials", lambda m: setattr(m, "trials_with_trades", m.trials + 1)),
    ("sharpe_sum", lambda m: setattr(m, "sharpe_sum", NOT_A_NUMBER)),
    ("sharpe_square_sum", lambda m: setattr(m, "sharpe_square_sum", -1)),
    ("certificate", lambda m: setattr(m, "certificate", "gold")),
    ("results", lambda m: setattr(m, "results", -1)),
]


@pytest.mark.parametrize(("named", "spoil"), BAD_SUMMARIES)
def test_refuses_a_summary_that_breaks_a_promise(
    named: str, spoil: Callable[[SearchSummary], object]
) -> None:
    message = search_summary()
    spoil(message)

    with pytest.raises(InvalidMessageError, match=named):
        read_trials(message)


def passed(seed: int = 1) -> tuple[DiscoveredStrategy, float]:
    return discovered_strategy(seed, request_id="exam-1"), 5.0


BAD_EXAMS: list[tuple[str, Callable[[HistoryExamResult], object]]] = [
    ("eligible", lambda m: setattr(m, "eligible", m.genomes + 1)),
    ("best_t", lambda m: setattr(m, "best_t", NOT_A_NUMBER)),
    ("critical_value", lambda m: setattr(m, "critical_value", INFINITE)),
    ("t:", lambda m: setattr(m.passing[0], "t", NOT_A_NUMBER)),
    ("passing", lambda m: setattr(m.passing[0].strategy, "symbol", "ETH-USD")),
    ("passing", lambda m: setattr(m.passing[0].strategy, "request_id", "other")),
    ("passing", lambda m: m.passing.extend([m.passing[0]] * 20)),
    ("rank", lambda m: setattr(m.passing[0].strategy, "rank", 0)),
    ("members: a group", lambda m: m.members.add(symbol="A-USD")),
    ("members: 2 symbols", lambda m: setattr(m, "symbol", "group:all")),
]


@pytest.mark.parametrize(("named", "spoil"), BAD_EXAMS)
def test_refuses_an_exam_answer_that_breaks_a_promise(
    named: str, spoil: Callable[[HistoryExamResult], object]
) -> None:
    message = exam_result(passed())
    spoil(message)

    with pytest.raises(InvalidMessageError, match=named):
        read_exam(message)


def test_an_exam_without_a_critical_value_is_read() -> None:
    message = exam_result()
    message.ClearField("critical_value")
    message.ClearField("best_t")

    answer = read_exam(message)

    assert (answer.critical_value, answer.best_t, answer.passes) == (None, None, ())


def test_a_window_counts_its_missing_bars() -> None:
    checked = check_window(window(missing=7), "1m")

    assert (checked.end - checked.start) // 60 == 1_597
    assert (checked.anchor, checked.bars, checked.missing) == (checked.start, 1_590, 7)


@given(st.sampled_from(sorted(CATALOGUE)), st.randoms())
def test_parameters_are_checked_as_the_catalogue_does(
    name: str, chance: random.Random
) -> None:
    strategy = CATALOGUE[name]
    checked = Checked(strategy)
    given_first = any_parameters(name, chance)
    shuffled = dict(sorted(any_parameters(name, chance).items()))
    for given_ in (given_first, shuffled, given_first):
        assert checked.check(given_) == strategy.check(given_)
        assert list(checked.check(given_)) == list(strategy.check(given_))


def test_an_order_of_parameters_is_checked_on_known_values_too() -> None:
    checked = Checked(CATALOGUE["EMA_MACD"])
    rest = {"signalPeriod": 9}
    checked.check({"shortEmaPeriod": 12, "longEmaPeriod": 20, **rest})
    checked.check({"shortEmaPeriod": 20, "longEmaPeriod": 40, **rest})

    with pytest.raises(ValueError, match="must be above"):
        checked.check({"shortEmaPeriod": 20, "longEmaPeriod": 20, **rest})
