from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.trade_signal_generator.advance import Compute, Run, advance
from services.trade_signal_generator.settings import Settings, Tally
from services.trade_signal_generator.states import Signal, Sized, Stake, State, Terms
from tradestream.candles import CandleSeries, to_datetime
from tradestream.signals.agreement import Signals
from tradestream.testing.markets import random_walk

SERIES = random_walk(100)
TERMS = Terms("1m", "SMA_RSI", {}, to_datetime(int(SERIES.open_times[0])), 0.01, 0.001)
BIG = Stake(Decimal("900.00"), Decimal("0.02"), None)
SMALL = Stake(Decimal("100.00"), Decimal("0.03"), 12.5)
NOW = to_datetime(int(SERIES.open_times[-1])) + timedelta(seconds=62)


def every(enter: int, leave: int) -> Compute:
    """Signal at every bar whose minute is a multiple of these."""

    def compute(series: CandleSeries, terms: Terms) -> Signals:
        del terms
        minute = (series.open_times - SERIES.open_times[0]) // 60
        return Signals(minute % enter == 0, minute % leave == 0)

    return compute


def state(last: int = 49, *, in_position: bool = False, **more: object) -> State:
    begun = State(
        "id",
        "WALK-USD",
        TERMS,
        to_datetime(int(SERIES.open_times[last])),
        in_position=in_position,
        stake=BIG,
        active=True,
        history_digest=None,
    )
    return replace(begun, **more)  # type: ignore[arg-type]


def go(
    begun: State, compute: Compute, series: CandleSeries = SERIES
) -> tuple[State, list[Signal], Tally]:
    tally = Tally()
    run = Run(Settings(), tally, compute, NOW)
    after, signals = advance(begun, Sized("id", TERMS, SMALL), series, run)
    return after, signals, tally


def minutes(signals: list[Signal]) -> list[tuple[int, str]]:
    start = TERMS.anchor_at
    return [
        (int((s.bar_open_at - start).total_seconds()) // 60, s.action) for s in signals
    ]


def test_calls_on_new_bars_only_and_moves_to_the_newest() -> None:
    after, signals, tally = go(state(), every(20, 30))

    assert minutes(signals) == [(60, "ENTER"), (90, "EXIT")]
    assert after.last_bar_at == to_datetime(int(SERIES.open_times[-1]))
    assert not after.in_position
    assert tally.bars == 50


def test_an_exit_is_about_what_was_entered_with() -> None:
    _, signals, _ = go(state(in_position=True), every(80, 60))

    assert minutes(signals) == [(60, "EXIT"), (80, "ENTER")]
    assert [s.stake for s in signals] == [BIG, SMALL]


def test_without_a_new_bar_nothing_happens() -> None:
    begun = state(99)

    after, signals, tally = go(begun, every(1, 2))

    assert (after, signals, tally) == (begun, [], Tally())


def test_marks_old_bars_replayed_and_lets_them_expire() -> None:
    _, signals, _ = go(state(49), every(97, 200))

    assert [s.replayed for s in signals] == [False]
    assert signals[0].expires_at == signals[0].bar_open_at + timedelta(minutes=3)
    _, old, _ = go(state(49), every(60, 98))
    assert [s.replayed for s in old] == [True, False]


def test_a_rule_that_looks_ahead_is_withheld_and_its_bars_stay_new() -> None:
    def knows_the_end(series: CandleSeries, terms: Terms) -> Signals:
        del terms
        last = np.arange(len(series)) == len(series) - 1
        return Signals(last, ~last)

    begun = state()

    after, signals, tally = go(begun, knows_the_end)

    assert signals == []
    assert after == begun
    assert tally.mismatches == {"look_ahead": 1}
    assert tally.withheld == {"look_ahead": 1}


def test_a_corrected_past_is_counted_and_opens_nothing() -> None:
    first, _, _ = go(state(), every(200, 300), SERIES.slice(0, 60))

    after, signals, tally = go(first, every(7, 300))

    assert signals == []
    assert tally.mismatches == {"history": 1}
    assert tally.withheld == {"history": 1}
    assert after.last_bar_at == to_datetime(int(SERIES.open_times[-1]))


def test_a_corrected_past_still_closes_what_is_open() -> None:
    first, _, _ = go(state(in_position=True), every(200, 300), SERIES.slice(0, 60))

    after, signals, _ = go(first, every(7, 20))

    assert minutes(signals) == [(60, "EXIT")]
    assert not after.in_position


def test_after_a_correction_the_next_run_agrees_again() -> None:
    first, _, _ = go(state(), every(200, 300), SERIES.slice(0, 60))
    corrected, _, _ = go(first, every(7, 300), SERIES.slice(0, 70))

    _, signals, tally = go(corrected, every(7, 300))

    assert minutes(signals) == [(70, "ENTER")]
    assert not tally.mismatches


def test_without_its_anchor_nothing_is_computed() -> None:
    begun = state()

    after, signals, tally = go(begun, every(1, 2), SERIES.slice(1, 100))

    assert (after, signals) == (begun, [])
    assert tally.withheld == {"anchor_missing": 1}


def test_the_reference_price_is_the_close_as_the_venue_wrote_it() -> None:
    _, signals, _ = go(state(), every(60, 90))

    assert signals[0].reference_price == Decimal(repr(float(SERIES.closes[60])))
    assert -2 <= int(signals[0].reference_price.as_tuple().exponent) <= 0


@given(st.sets(st.integers(51, 99)), st.integers(2, 9), st.integers(2, 9))
def test_bars_in_any_portions_give_the_same_signals_and_state(
    stops: set[int], enter: int, leave: int
) -> None:
    once, signals, _ = go(state(), every(enter, leave))

    portioned, parts = state(), []
    for count in [*sorted(stops), 100]:
        portioned, some, tally = go(
            portioned, every(enter, leave), SERIES.slice(0, count)
        )
        parts += some
        assert not tally.mismatches

    assert [s.signal_id for s in parts] == [s.signal_id for s in signals]
    assert portioned == once
