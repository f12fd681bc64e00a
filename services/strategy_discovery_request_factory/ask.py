"""One run of the factory: ask for every span that is due and held."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.strategy_discovery_request_factory.corrected import (
    SETTLING,
    corrected,
    corrections_field,
    touched,
)
from services.strategy_discovery_request_factory.requests import (
    SearchPlan,
    messages,
    watermark_field,
)
from services.strategy_discovery_request_factory.spans import (
    MINUTE,
    Due,
    due,
    held,
    most_neglected_first,
)
from tradestream.bus.port import Bus, Message
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.port import CandleStore
from tradestream.runtime.failpoints import failpoint

WORKER_GROUP = "strategy_discovery"
_CHUNK = 2_000


class Watermarks(Protocol):
    """Ends of the spans asked for last."""

    def read(self, fields: Sequence[str]) -> Sequence[datetime | None]:
        """Return the watermark of each field, None where there is none."""
        ...

    def write(self, watermarks: Mapping[str, datetime]) -> None:
        """Move watermarks."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """When a span is asked for.

    Attributes:
        windows: Lengths of spans in minutes.
        min_advance: Share of a window that it must move before it is due again.
        max_missing: Largest share of bars that the venue itself may lack.
        max_lag: Nothing is added while more requests than this wait.
    """

    windows: tuple[int, ...]
    min_advance: float
    max_missing: float
    max_lag: int


@dataclass(slots=True)
class Asked:
    """What a run did.

    Attributes:
        requests: Requests published and acknowledged.
        spans: Spans asked for.
        corrected: Those of them that were asked for before, on other candles.
        not_held: Spans that are due, but not whole in the store yet.
        without_bars: Symbols of which the store has nothing.
        left_by_lag: Spans left for a later run because workers are behind.
        lag: Requests that waited when the run looked last.
    """

    requests: int = 0
    spans: int = 0
    corrected: int = 0
    not_held: int = 0
    without_bars: list[str] = field(default_factory=list)
    left_by_lag: int = 0
    lag: int = 0


def ask(
    store: CandleStore,
    bus: Bus,
    watermarks: Watermarks,
    symbols: Sequence[str],
    plan: SearchPlan,
    limits: Limits,
    *,
    now: datetime,
) -> Asked:
    """Publish the requests of all spans that are due and held.

    A watermark moves after all requests of its span are acknowledged. A run
    killed in between asks again under the same request ids.

    Raises:
        UnavailableError: If store, bus, or watermarks did not answer.
    """
    asked = Asked()
    fingerprint = plan.fingerprint()
    checks: dict[str, datetime] = {}
    spans = _spans(store, watermarks, symbols, limits, fingerprint, asked, now, checks)
    template = plan.template()
    for chunk in _chunks(spans, len(plan.strategies)):
        asked.lag = bus.lag(DISCOVERY_REQUESTS, WORKER_GROUP)
        if asked.lag > limits.max_lag:
            asked.left_by_lag += len(chunk)
            continue
        batch: list[Message] = []
        for span in chunk:
            batch += messages(span, template, plan.strategies)
        bus.publish(DISCOVERY_REQUESTS, batch)
        failpoint("factory.published")
        watermarks.write(
            {
                watermark_field(s.symbol, s.window_minutes, fingerprint): s.end
                for s in chunk
            }
        )
        asked.requests += len(batch)
        asked.spans += len(chunk)
    if not asked.left_by_lag and checks:
        watermarks.write(checks)
    return asked


def _spans(
    store: CandleStore,
    watermarks: Watermarks,
    symbols: Sequence[str],
    limits: Limits,
    fingerprint: str,
    asked: Asked,
    now: datetime,
    checks: dict[str, datetime],
) -> list[Due]:
    """Return the spans to ask for, in order; note the others in `asked`.

    `checks` is told up to when the corrections of each symbol were looked at.
    """
    fields = [
        watermark_field(symbol, window, fingerprint)
        for symbol in symbols
        for window in limits.windows
    ]
    known = watermarks.read(fields)
    checked = watermarks.read([corrections_field(symbol) for symbol in symbols])
    found: list[Due] = []
    for position, symbol in enumerate(symbols):
        last = store.last(symbol)
        if last is None:
            asked.without_bars.append(symbol)
            continue
        first = position * len(limits.windows)
        ends = known[first : first + len(limits.windows)]
        candidates = due(
            symbol,
            limits.windows,
            ends,
            closed_until=min(last + MINUTE, now),
            min_advance=limits.min_advance,
        )
        since, until = checked[position], now - SETTLING
        if since is None or since < until:
            checks[corrections_field(symbol)] = until
        if since is not None and since < until:
            bars = corrected(store, symbol, since, until)
            moving = {span.window_minutes for span in candidates}
            stale = [
                span
                for span in touched(symbol, limits.windows, ends, bars)
                if span.window_minutes not in moving
            ]
            asked.corrected += len(stale)
            candidates += stale
        whole = _held(store, symbol, candidates, limits.max_missing, now)
        asked.not_held += len(candidates) - len(whole)
        found += whole
    return most_neglected_first(found)


def _held(
    store: CandleStore,
    symbol: str,
    candidates: list[Due],
    max_missing: float,
    now: datetime,
) -> list[Due]:
    """Return the candidates that the store holds, with one look for gaps."""
    oldest = store.first(symbol) if candidates else None
    if oldest is None:
        return []
    inside = [span for span in candidates if span.start >= oldest]
    if not inside:
        return []
    gaps = store.gaps(
        symbol, min(span.start for span in inside), max(span.end for span in inside)
    )
    return [
        span for span in inside if held(span, gaps, max_missing=max_missing, now=now)
    ]


def _chunks(spans: Sequence[Due], requests_a_span: int) -> Iterator[Sequence[Due]]:
    size = max(1, _CHUNK // max(1, requests_a_span))
    for first in range(0, len(spans), size):
        yield spans[first : first + size]
