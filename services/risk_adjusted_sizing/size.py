"""One run: size every approved strategy from what its symbol did lately."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from services.risk_adjusted_sizing.positions import (
    Approved,
    History,
    Position,
    fingerprint,
)
from tradestream.portfolio.risk import HourlyBars, atr_fraction, groups, risk_distance
from tradestream.portfolio.sizing import Holding, Limits, size_positions

if TYPE_CHECKING:
    from tradestream.candle_store.port import CandleStore

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Positions(Protocol):
    """Where approved strategies and sized positions are kept; one transaction."""

    def approved(self) -> list[Approved]:
        """Return the approved strategies, by id."""
        ...

    def fingerprint(self) -> str:
        """Return what the held sizes were computed from, empty when never sized."""
        ...

    def held(self) -> dict[str, list[Position]]:
        """Return the sized positions by symbol."""
        ...

    def replace(
        self, symbol: str, positions: Sequence[Position], now: datetime
    ) -> None:
        """Make `positions` the set of a symbol, and announce it."""
        ...

    def remember(self, fingerprint: str, now: datetime) -> None:
        """Keep what the sizes were computed from."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How sizes are computed.

    Attributes:
        limits: What may never be passed.
        group_correlation: Correlation from which symbols count as one.
        history_hours: Hourly bars that ATR and correlations look at.
        max_age: How old the newest whole hour may be.
    """

    limits: Limits = field(default_factory=Limits)
    group_correlation: float = 0.7
    history_hours: int = 336
    max_age: timedelta = timedelta(hours=3)


@dataclass(slots=True)
class Sized:
    """What a run did.

    Attributes:
        approved: Strategies that may trade.
        sized: Strategies with a position now.
        changed_symbols: Symbols whose set is another one now.
        left_out: Who could not be sized, and why.
        unchanged: True when the inputs were those of the last run.
    """

    approved: int = 0
    sized: int = 0
    changed_symbols: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    unchanged: bool = False


def size_all(
    positions: Positions,
    open_candles: "Callable[[], CandleStore]",
    settings: Settings,
    *,
    now: datetime,
) -> Sized:
    """Size all approved strategies; write the symbols that changed.

    Args:
        positions: What is known, within one transaction.
        open_candles: Opens the store of bars; not called when nothing is approved.
        settings: Limits, and how far back to look.
        now: When it is decided.
    """
    approved = positions.approved()
    sized = Sized(approved=len(approved))
    symbols = sorted({a.symbol for a in approved})
    candles = open_candles() if symbols else None
    histories = {s: _history(candles, s, settings, now) for s in symbols}
    inputs = fingerprint(_parts(settings), approved, histories)
    held = positions.held()
    if inputs == positions.fingerprint():
        sized.unchanged = True
        sized.sized = sum(map(len, held.values()))
        return sized
    bars = {s: _bars(candles, s, histories[s], settings) for s in symbols}
    decided = _decide(approved, histories, bars, settings, sized.left_out)
    sized.sized = sum(map(len, decided.values()))
    for symbol in sorted(held.keys() | decided.keys()):
        new = decided.get(symbol, [])
        if _keys(new) != _keys(held.get(symbol, [])):
            positions.replace(symbol, new, now)
            sized.changed_symbols.append(symbol)
    positions.remember(inputs, now)
    return sized


def _parts(settings: Settings) -> list[object]:
    limits = settings.limits
    return [
        limits.capital, limits.risk, limits.symbol, limits.group, limits.total,
        settings.group_correlation, settings.history_hours,
    ]  # fmt: skip


def _history(
    candles: "CandleStore | None", symbol: str, settings: Settings, now: datetime
) -> History | None:
    if candles is None:
        return None
    first, last = candles.first(symbol), candles.last(symbol)
    if first is None or last is None:
        return None
    closed = int((min(last, now) + MINUTE).timestamp()) // 3600 * 3600
    end = datetime.fromtimestamp(closed, UTC)
    return History(first, end, now - end > settings.max_age)


def _bars(
    candles: "CandleStore | None",
    symbol: str,
    history: History | None,
    settings: Settings,
) -> HourlyBars:
    if candles is None or history is None:
        return HourlyBars([], [], [], [])
    start = history.end_at - settings.history_hours * HOUR
    series = candles.read(symbol, 3600, start, history.end_at)
    return HourlyBars(
        series.open_times.tolist(),
        series.highs.tolist(),
        series.lows.tolist(),
        series.closes.tolist(),
    )


def _decide(
    approved: Sequence[Approved],
    histories: Mapping[str, History | None],
    bars: Mapping[str, HourlyBars],
    settings: Settings,
    left_out: dict[str, str],
) -> dict[str, list[Position]]:
    """Return positions by symbol; note in `left_out` who has none, and why."""
    atr = {symbol: atr_fraction(rows) for symbol, rows in bars.items()}
    distances: dict[str, Decimal] = {}
    for strategy in approved:
        found = _distance(strategy, histories[strategy.symbol], atr[strategy.symbol])
        if isinstance(found, Decimal):
            distances[strategy.strategy_id] = found
        else:
            left_out[strategy.strategy_id] = found
    sizable = [a for a in approved if a.strategy_id in distances]
    in_play = {a.symbol: bars[a.symbol] for a in sizable}
    group = groups(in_play, above=settings.group_correlation)
    sizes = size_positions(
        [
            Holding(a.strategy_id, a.symbol, group[a.symbol], distances[a.strategy_id])
            for a in sizable
        ],
        settings.limits,
    )
    decided: dict[str, list[Position]] = {}
    for strategy in sizable:
        size = sizes[strategy.strategy_id]
        if size.size == 0:
            left_out[strategy.strategy_id] = "too_small"
            continue
        distance = distances[strategy.strategy_id]
        position = Position(strategy, size.size, distance, size.binding_limit)
        decided.setdefault(strategy.symbol, []).append(position)
    return decided


def _distance(
    strategy: Approved, history: History | None, atr: float | None
) -> Decimal | str:
    """Return the risk distance, or the reason why there is none."""
    if history is None or atr is None:
        return "missing_history"
    if history.stale:
        return "stale_history"
    excursion = strategy.adverse_excursion_p95
    if excursion is None or not 0 <= excursion <= 1:
        return "no_adverse_excursion"
    return risk_distance(atr, excursion) or "no_risk_distance"


def _keys(positions: Sequence[Position]) -> list[tuple[object, ...]]:
    return sorted((p.key() for p in positions), key=lambda key: str(key[0]))
