"""From flags to one run, its log line, and its metrics."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from services.strategy_discovery_request_factory.ask import Asked, Limits, ask
from services.strategy_discovery_request_factory.redis_state import RedisWatermarks
from services.strategy_discovery_request_factory.requests import SearchPlan
from tradestream.bus.port import Bus
from tradestream.candle_store.port import CandleStore
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.traded_symbols import traded_symbols


def run_once(
    open_bus: Callable[[], Bus],
    open_store: Callable[[], CandleStore],
    connect_redis: Callable[[], Any],
    metrics: RoomMetrics,
    values: Mapping[str, Any],
    *,
    now: datetime,
) -> Asked:
    """Open what is needed, ask, and say what was asked.

    Args:
        open_bus: Opens the bus.
        open_store: Opens the candle store.
        connect_redis: Connects to the shared state.
        metrics: Metrics of this room.
        values: Flags by name.
        now: The time of the run.

    Raises:
        UnavailableError: If something did not answer.
    """
    started = time.monotonic()
    with (
        closing(open_bus()) as bus,
        closing(open_store()) as store,
        closing(connect_redis()) as redis,
    ):
        symbols = values["symbols"] or traded_symbols(redis)
        asked = ask(
            store,
            bus,
            RedisWatermarks(redis),
            symbols,
            _plan(values),
            _limits(values),
            now=now,
        )
    seconds = time.monotonic() - started
    _tell(asked, metrics, len(symbols), seconds)
    metrics.finish(now, seconds)
    return asked


def _plan(values: Mapping[str, Any]) -> SearchPlan:
    return SearchPlan(
        strategies=tuple(dict.fromkeys(values["strategies"] or CATALOGUE)),
        top_n=values["top_n"],
        population_size=values["population_size"],
        max_generations=values["max_generations"],
        seed=values["seed"],
        fee_bps=values["fee_bps"],
        slippage_bps=values["slippage_bps"],
        objective=values["objective"],
    )


def _limits(values: Mapping[str, Any]) -> Limits:
    return Limits(
        windows=tuple(sorted({int(window) for window in values["windows"]})),
        min_advance=values["min_advance"],
        max_missing=values["max_missing"],
        max_lag=values["max_lag"],
    )


def _tell(asked: Asked, metrics: RoomMetrics, symbols: int, seconds: float) -> None:
    get_logger("strategy_discovery_request_factory").info(
        "requests asked",
        symbols=symbols,
        requests=asked.requests,
        spans=asked.spans,
        spans_corrected=asked.corrected,
        spans_not_held=asked.not_held,
        spans_left_by_lag=asked.left_by_lag,
        symbols_without_bars=len(asked.without_bars),
        lag=asked.lag,
        duration_seconds=round(seconds, 3),
    )
    metrics.counter("requests_total").inc(asked.requests)
    metrics.counter("spans_total").inc(asked.spans)
    metrics.counter("corrected_spans_total").inc(asked.corrected)
    metrics.gauge("not_held_spans").set(asked.not_held)
    metrics.gauge("left_by_lag_spans").set(asked.left_by_lag)
    metrics.gauge("without_bars_symbols").set(len(asked.without_bars))
    metrics.gauge("worker_lag_requests").set(asked.lag)
