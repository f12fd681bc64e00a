"""A market, and stand-ins for the rooms around the scorer, for its tests.

The worker answers requests with the real engine; its answers are stored as
`strategy_consumer` stores them.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from protos.discovery.v1.request_pb2 import HistoryExamRequest
from services.strategy_confidence_scorer.score import Report, score
from services.strategy_confidence_scorer.settings import Settings
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.bus.memory import MemoryBus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candle_store.port import CandleStore
from tradestream.candles import MINUTE_SECONDS, CandleSeries, to_seconds
from tradestream.discovery.design import design
from tradestream.discovery.exam import run_exam
from tradestream.discovery.search import SearchConfig, search
from tradestream.instruments import Instrument
from tradestream.postgres import transaction
from tradestream.strategies.identity import canonical_parameters, strategy_id

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NOW = START + 9 * DAY + timedelta(minutes=7)

TREND, NOISE = "TREND-USD", "NOISE-USD"
SEARCHED = ("SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT", "BBAND_W_R")


def settings(**changes: Any) -> Settings:
    """Return settings whose histories begin at `START`."""
    return Settings(**{"backfill_start": START, **changes})


def market(symbol: str, days: int, *, seed: int = 1) -> CandleSeries:
    """Return minute bars from `START` on; TREND drifts for hours, NOISE never."""
    bars = days * 1440
    random = np.random.default_rng(seed)
    turns = np.cumsum(random.random(bars) < 1 / 300) % 2
    drift = (4e-4 if symbol == TREND else 0.0) * np.where(turns, 1, -1)
    closes = np.round(5e4 * np.exp(np.cumsum(drift + random.normal(0, 5e-4, bars))), 2)
    opens = np.append(closes[0], closes[:-1])
    return CandleSeries(
        symbol,
        MINUTE_SECONDS,
        to_seconds(START) + MINUTE_SECONDS * np.arange(bars),
        opens,
        np.maximum(opens, closes),
        np.minimum(opens, closes),
        closes,
        np.ones(bars),
    )


def store_until(series: CandleSeries, store: CandleStore, now: datetime) -> None:
    """Write the bars that are closed at `now`."""
    closed = series.between(START, now - timedelta(seconds=59))
    store.write(closed, source="made up", written_at=now)
    store.write_instruments([Instrument(series.symbol, 0.01, 1.0)])


def stocked(series: CandleSeries, now: datetime) -> MemoryCandleStore:
    """Return a store with the bars that are closed at `now`."""
    store = MemoryCandleStore()
    store_until(series, store, now)
    return store


def requests(bus: MemoryBus) -> list[HistoryExamRequest]:
    """Return the exams that were asked for, oldest first, repeats included."""
    return [
        HistoryExamRequest.FromString(record.message.value)
        for record in bus.newest(DISCOVERY_REQUESTS, 1000)
    ]


def find(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    start: datetime,
    end: datetime,
) -> int:
    """Search a window and store what is found, once; return how many finds."""
    request_id = f"search {symbol} {start} {end}"
    window = _window(store, symbol, start, end)
    count = 0
    with transaction(connection) as cursor:
        for name in SEARCHED:
            result = search(window, name, SearchConfig(20, 3, 3, 1))
            for found in result.found:
                _store(cursor, window, request_id, name, found.parameters, end)
            cursor.execute(
                "INSERT INTO trials VALUES (%s, %s, '1m', %s, %s, %s, %s, %s, 0, 0,"
                " 'genetic', %s, 'test', '', %s) ON CONFLICT DO NOTHING",
                (
                    f"{request_id} {name}",
                    symbol,
                    name,
                    start,
                    end,
                    result.trials,
                    result.trials_with_trades,
                    len(result.found),
                    end,
                ),
            )
            count += len(result.found)
    return count


def answer_exams(
    connection: Connection, bus: MemoryBus, store: CandleStore, now: datetime
) -> int:
    """Answer every exam that was asked for and not answered; return how many."""
    answered = 0
    for request in {r.request_id: r for r in requests(bus)}.values():
        with transaction(connection) as cursor:
            cursor.execute(
                "SELECT 1 FROM exams WHERE request_id = %s AND answered_at IS NULL",
                (request.request_id,),
            )
            if cursor.fetchone() is not None:
                _answer(cursor, store, request, now)
                answered += 1
    return answered


def _answer(
    cursor: Cursor, store: CandleStore, request: HistoryExamRequest, now: datetime
) -> None:
    start = request.start_time.ToDatetime(UTC)
    end = request.end_time.ToDatetime(UTC)
    window = _window(store, request.symbol, start, end)
    outcome = run_exam(window, design(), alpha=request.alpha, seed=request.seed)
    cursor.execute(
        "UPDATE exams SET answered_at = %s, genomes = %s, eligible = %s,"
        " resamples = %s, critical_value = %s, best_t = %s, data_fingerprint = %s,"
        " code_version = 'test'"
        " WHERE request_id = %s",
        (
            now,
            outcome.genomes,
            outcome.eligible,
            outcome.resamples,
            outcome.critical_value,
            outcome.best_t,
            window.series.fingerprint(),
            request.request_id,
        ),
    )
    for row in outcome.passing:
        key, evaluation = _store(
            cursor, window, request.request_id, row.strategy_name, row.parameters, now
        )
        cursor.execute(
            "INSERT INTO exam_passes VALUES (%s, %s, %s, %s)",
            (request.request_id, key, evaluation, row.t),
        )


def _window(store: CandleStore, symbol: str, start: datetime, end: datetime) -> Window:
    series = store.read(symbol, MINUTE_SECONDS, start, end)
    return Window(series, Instrument(symbol, 0.01, 1.0), Costs())


def _store(
    cursor: Cursor,
    window: Window,
    request_id: str,
    name: str,
    parameters: Mapping[str, int | float],
    now: datetime,
) -> tuple[str, str]:
    """Store a strategy and an evaluation of it; return their ids."""
    series = window.series
    key = strategy_id(name, parameters, series.symbol, "1m")
    evaluation = hashlib.sha256(f"{request_id}:{key}".encode()).hexdigest()
    result = window.evaluate(name, window.genome(name, parameters))
    start = datetime.fromtimestamp(int(series.open_times[0]), UTC)
    end = datetime.fromtimestamp(int(series.open_times[-1]) + 60, UTC)
    sharpe = float(result.metrics["excess_sharpe"][0])
    cursor.execute(
        "INSERT INTO strategies (strategy_id, strategy_name, symbol, interval,"
        " parameters, status_changed_at, created_at) VALUES (%s, %s, %s, '1m', %s, %s,"
        " %s) ON CONFLICT DO NOTHING",
        (key, name, series.symbol, canonical_parameters(parameters), now, now),
    )
    cursor.execute(
        "INSERT INTO evaluations (evaluation_id, strategy_id, request_id, symbol,"
        " window_start_at, window_end_at, anchor_at, price_tick, volume_lot, bars,"
        " missing_bars, score, metrics, first_hour_at, hourly_strategy, hourly_market,"
        " fee_bps, slippage_bps, seed, code_version, data_fingerprint, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, 0.01, 1, %s, 0, %s, %s, %s, %s, %s, 10,"
        " 2, 1, 'test', %s, %s) ON CONFLICT DO NOTHING",
        (
            evaluation,
            key,
            request_id,
            series.symbol,
            start,
            end,
            start,
            len(series),
            float(result.excess_sharpe_bar[0]),
            json.dumps({"excess_sharpe": sharpe if np.isfinite(sharpe) else None}),
            start,
            result.hourly[0].tolist(),
            window.market_hourly.tolist(),
            series.fingerprint(),
            now,
        ),
    )
    cursor.execute(
        "UPDATE strategies SET best_evaluation_id = coalesce(best_evaluation_id, %s),"
        " latest_evaluation_id = %s, latest_window_end_at = %s,"
        " best_score = coalesce(best_score, %s) WHERE strategy_id = %s",
        (evaluation, evaluation, end, float(result.excess_sharpe_bar[0]), key),
    )
    return key, evaluation


def run(
    connection: Connection,
    bus: MemoryBus,
    store: CandleStore,
    now: datetime,
    **changes: Any,
) -> Report:
    """Run the scorer once over all symbols."""
    return score(
        connection,
        lambda: bus,
        store,
        symbols=(),
        settings=settings(**changes),
        now=now,
    )


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
