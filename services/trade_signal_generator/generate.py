"""One symbol: who leaves, who starts, and which bars may be looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from services.trade_signal_generator.advance import Run, advance, signal
from services.trade_signal_generator.settings import MINUTE
from services.trade_signal_generator.states import Signal, Sized, State
from tradestream.candle_store.port import CandleStore, Gap
from tradestream.candles import CandleSeries, to_datetime


class Desk(Protocol):
    """Where sized strategies, states, and signals are kept; one transaction."""

    def sized(self, symbol: str) -> dict[str, Sized]:
        """Return the sized strategies of a symbol by id."""
        ...

    def states(self, symbol: str) -> dict[str, State]:
        """Return all states of a symbol by id."""
        ...

    def save(
        self, states: Sequence[State], signals: Sequence[Signal], now: datetime
    ) -> list[Signal]:
        """Keep states and signals and announce the new ones; return those."""
        ...


def generate(desk: Desk, candles: CandleStore, symbol: str, run: Run) -> list[Signal]:
    """Bring the signals of one symbol up to its newest bar.

    Args:
        desk: What is known, within one transaction.
        candles: Its bars.
        symbol: Which symbol.
        run: What all strategies share.

    Returns:
        The signals that were not there before.
    """
    sized, states = desk.sized(symbol), desk.states(symbol)
    run.tally.strategies += len(sized)
    changed: list[State] = []
    signals: list[Signal] = []
    for state in states.values():
        if state.active and state.strategy_id not in sized:
            left, exits = _leave(state, candles, run)
            changed.append(left)
            signals.extend(exits)
    working = [
        _begin(s, states.get(s.strategy_id), symbol, run) for s in sized.values()
    ]
    for state, fresh in _advance_all(working, sized, candles, symbol, run):
        changed.append(state)
        signals.extend(fresh)
    known = [states.get(state.strategy_id) for state in changed]
    moved = [s for s, old in zip(changed, known, strict=True) if s != old]
    if not moved and not signals:
        return []
    return desk.save(moved, signals, run.now)


def _leave(state: State, candles: CandleStore, run: Run) -> tuple[State, list[Signal]]:
    """Close the position of a strategy that may no longer trade."""
    if not state.in_position:
        return replace(state, active=False), []
    # The last bar that was looked at is in here, so there is one.
    series = candles.read(state.symbol, 60, state.last_bar_at, _closed_until(run.now))
    if not len(series):
        run.tally.withheld["no_bar_to_leave_at"] += 1
        return state, []
    newest = len(series) - 1
    left = replace(
        state,
        active=False,
        in_position=False,
        last_bar_at=to_datetime(series.open_times[newest]),
    )
    return left, [signal(state, series, newest, "EXIT", state.stake, run)]


def _begin(sized: Sized, state: State | None, symbol: str, run: Run) -> State:
    """Return the state that a sized strategy goes on from.

    In a position it keeps the terms it entered on; flat it takes new ones.
    """
    if state is not None and state.active:
        if state.in_position or state.terms == sized.terms:
            return state
        return replace(state, terms=sized.terms, history_digest=None)
    newest = _closed_until(run.now) - MINUTE
    start = max(newest - run.settings.replay, sized.terms.anchor_at)
    before = start - MINUTE
    if state is not None:
        # What it called before it left is never called again.
        before = max(before, state.last_bar_at)
    return State(
        sized.strategy_id,
        symbol,
        sized.terms,
        before,
        in_position=False,
        stake=sized.stake,
        active=True,
        history_digest=None,
    )


def _advance_all(
    working: Sequence[State],
    sized: Mapping[str, Sized],
    candles: CandleStore,
    symbol: str,
    run: Run,
) -> list[tuple[State, list[Signal]]]:
    if not working:
        return []
    unchanged: list[tuple[State, list[Signal]]] = [(state, []) for state in working]
    newest = candles.last(symbol)
    until = _closed_until(run.now)
    if newest is None or run.now - (newest + MINUTE) > run.settings.max_age:
        run.tally.withheld["stale_candles"] += len(working)
        return unchanged
    until = min(until, newest + MINUTE)
    first_new = min(state.last_bar_at for state in working) + MINUTE
    if first_new >= until:
        return unchanged
    gaps = [g for g in candles.gaps(symbol, first_new, until) if not g.at_venue]
    series = candles.read(symbol, 60, min(s.terms.anchor_at for s in working), until)
    advanced = []
    for state in working:
        bars = _complete(state, series, gaps, until, run)
        advanced.append(advance(state, sized[state.strategy_id], bars, run))
    return advanced


def _complete(
    state: State,
    series: CandleSeries,
    gaps: Sequence[Gap],
    until: datetime,
    run: Run,
) -> CandleSeries:
    """Return the bars from the anchor up to the first one that is still to come."""
    first_new = state.last_bar_at + MINUTE
    ahead = [max(gap.start, first_new) for gap in gaps if gap.end > first_new]
    if ahead:
        run.tally.withheld["bar_to_come"] += 1
        until = min(ahead)
    return series.between(state.terms.anchor_at, until)


def _closed_until(now: datetime) -> datetime:
    """Return the end of the newest minute that is over."""
    return datetime.fromtimestamp(int(now.timestamp()) // 60 * 60, UTC)
