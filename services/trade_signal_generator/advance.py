"""One strategy over its new bars: recompute, compare, call.

Pure but for the engine that it is given.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import numpy as np

from services.trade_signal_generator.settings import MINUTE, Settings, Tally
from services.trade_signal_generator.states import Signal, Sized, Stake, State, Terms
from tradestream.candles import CandleSeries, to_datetime, to_seconds
from tradestream.errors import InvalidDataError
from tradestream.signals.agreement import Signals, cut_points, digest, looks_ahead
from tradestream.signals.calls import Action, Call, signal_id, walk

Compute = Callable[[CandleSeries, Terms], Signals | None]


@dataclass(frozen=True, slots=True)
class Run:
    """What all strategies of a run share.

    Attributes:
        settings: How signals are computed and sent.
        tally: What happens is counted here.
        compute: The engine.
        now: When signals are emitted.
    """

    settings: Settings
    tally: Tally
    compute: Compute
    now: datetime


def advance(
    state: State, sized: Sized, series: CandleSeries, run: Run
) -> tuple[State, list[Signal]]:
    """Look at every bar of `series` that is new, once.

    Where the rule looks ahead, nothing is sent and the bars stay new: the
    engine cannot be trusted. Where bars of the past were corrected so that they
    signal otherwise, no position is opened on the new bars; one that is open is
    still closed, and the corrected past is what the next run is compared with.

    Args:
        state: How far the strategy is.
        sized: What it may trade now.
        series: Bars from its anchor on, without a hole of our own after
            `state.last_bar_at`.
        run: What all strategies share.

    Returns:
        The new state, and the signals in the order of their bars.
    """
    first_new = int(
        np.searchsorted(series.open_times, to_seconds(state.last_bar_at), "right")
    )
    if first_new == len(series):
        return state, []
    whole = _trusted(state, series, first_new, run)
    if whole is None:
        return state, []
    enter, leave = whole.enter[first_new:].tolist(), whole.leave[first_new:].tolist()
    if _corrected(state, series, first_new, whole, run):
        enter = [False] * len(enter)
    calls, in_position = walk(enter, leave, in_position=state.in_position)
    signals, stake = [], state.stake
    for call in calls:
        stake = sized.stake if call.action == "ENTER" else stake
        at = first_new + call.index
        signals.append(signal(state, series, at, call.action, stake, run))
    run.tally.bars += len(enter)
    return replace(
        state,
        last_bar_at=to_datetime(series.open_times[-1]),
        in_position=in_position,
        stake=stake if in_position else sized.stake,
        history_digest=digest(series, whole, len(series)),
    ), signals


def signal(
    state: State,
    series: CandleSeries,
    index: int,
    action: Action,
    stake: Stake,
    run: Run,
) -> Signal:
    """Return the signal of a strategy at the close of a bar."""
    opened = to_datetime(series.open_times[index])
    closed = opened + MINUTE
    return Signal(
        signal_id(state.strategy_id, opened, action),
        state.strategy_id,
        state.symbol,
        state.terms.interval,
        opened,
        action,
        # The shortest decimal of the float is what the venue said.
        Decimal(repr(float(series.closes[index]))),
        stake,
        emitted_at=run.now,
        expires_at=closed + run.settings.expires_after,
        replayed=run.now - closed > run.settings.live_within,
    )


def _trusted(
    state: State, series: CandleSeries, first_new: int, run: Run
) -> Signals | None:
    """Return the signals of all bars, None where they must not be acted on."""
    if to_seconds(state.terms.anchor_at) != int(series.open_times[0]):
        run.tally.withheld["anchor_missing"] += 1
        return None
    try:
        whole = run.compute(series, state.terms)
    except InvalidDataError:
        run.tally.withheld["unknown_strategy"] += 1
        return None
    if whole is None:
        run.tally.withheld["too_few_bars"] += 1
        return None
    calls = _calls(state, whole, first_new)
    cuts = cut_points(
        first_new,
        [first_new + call.index for call in calls],
        len(series),
        run.settings.most_cuts,
    )
    ahead = looks_ahead(
        whole, cuts, lambda count: run.compute(series.slice(0, count), state.terms)
    )
    if ahead is not None:
        run.tally.mismatches["look_ahead"] += 1
        run.tally.withheld["look_ahead"] += len(calls)
        return None
    return whole


def _corrected(
    state: State, series: CandleSeries, first_new: int, whole: Signals, run: Run
) -> bool:
    """Return whether bars of the past signal otherwise than they did."""
    if state.history_digest in (None, digest(series, whole, first_new)):
        return False
    run.tally.mismatches["history"] += 1
    calls = _calls(state, whole, first_new)
    run.tally.withheld["history"] += sum(call.action == "ENTER" for call in calls)
    return True


def _calls(state: State, whole: Signals, first_new: int) -> list[Call]:
    calls, _ = walk(
        whole.enter[first_new:].tolist(),
        whole.leave[first_new:].tolist(),
        in_position=state.in_position,
    )
    return calls
