"""Seeded results of discovery, as messages, for tests and benchmarks."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from protos.discovery.v1 import result_pb2
from tradestream.candles import HOUR_SECONDS
from tradestream.discovery.requests import timestamp
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Value
from tradestream.strategies.messages import parameters_to_proto

END = datetime(2026, 3, 2, tzinfo=UTC)
WINDOW_MINUTES = 1_597


def any_parameters(strategy_name: str, chance: random.Random) -> dict[str, Value]:
    """Return valid parameters of a type, drawn with `chance`."""
    drawn: dict[str, Value] = {}
    for parameter in CATALOGUE[strategy_name].parameters:
        low = parameter.index(parameter.low)
        if parameter.above is not None:
            low = max(low, round(drawn[parameter.above] * parameter.per_unit) + 1)
        high = parameter.index(parameter.high)
        drawn[parameter.name] = parameter.value(chance.randint(low, high))
    return drawn


def window(
    end: datetime = END, minutes: int = WINDOW_MINUTES, missing: int = 0
) -> result_pb2.Window:
    """Return a window of one-minute bars that ends at `end`."""
    start = end - timedelta(minutes=minutes)
    return result_pb2.Window(
        start_time=timestamp(start),
        end_time=timestamp(end),
        anchor=timestamp(start),
        bars=minutes - missing,
        missing=missing,
        price_tick=0.01,
        volume_lot=1e-8,
    )


def discovered_strategy(
    seed: int = 1,
    *,
    request_id: str = "request-1",
    symbol: str = "BTC-USD",
    strategy_name: str = "SMA_RSI",
    parameters: Mapping[str, Value] | None = None,
    bars: result_pb2.Window | None = None,
    score: float | None = None,
    rank: int = 1,
) -> result_pb2.DiscoveredStrategy:
    """Return a find with all numbers drawn from `seed`, but for those given."""
    chance = random.Random(seed)
    bars = bars or window()
    first = bars.anchor.seconds // HOUR_SECONDS * HOUR_SECONDS
    hours = -(-(bars.end_time.seconds - first) // HOUR_SECONDS)
    chosen = parameters or any_parameters(strategy_name, chance)
    return result_pb2.DiscoveredStrategy(
        request_id=request_id,
        symbol=symbol,
        interval="1m",
        strategy_name=strategy_name,
        parameters=parameters_to_proto(chosen),
        window=bars,
        metrics=any_metrics(chance),
        hourly=result_pb2.HourlySums(
            first_hour=timestamp(datetime.fromtimestamp(first, UTC)),
            strategy=[chance.gauss(0, 0.002) for _ in range(hours)],
            market=[chance.gauss(0, 0.004) for _ in range(hours)],
        ),
        score=chance.gauss(0.05, 0.02) if score is None else score,
        seed=seed,
        code_version="test",
        data_fingerprint=f"{seed:064x}",
        rank=rank,
        plateau=chance.random(),
        fee_bps=10,
        slippage_bps=2,
    )


def any_metrics(chance: random.Random) -> result_pb2.Metrics:
    """Return metrics with every field set."""
    total_return = chance.gauss(0, 0.02)
    return result_pb2.Metrics(
        trades=chance.randint(1, 60),
        final_equity=10_000 * (1 + total_return),
        total_return=total_return,
        sharpe=chance.gauss(1, 2),
        sortino=chance.gauss(1, 3),
        max_drawdown=chance.random() / 10,
        volatility=chance.random(),
        win_rate=chance.random(),
        profit_factor=chance.random() * 3,
        exposure=chance.random(),
        turnover=chance.random() * 20,
        buy_and_hold_return=chance.gauss(0, 0.03),
        alpha=chance.gauss(0, 1),
        beta=chance.gauss(0, 1),
        break_even_fee_bps=chance.gauss(10, 10),
        adverse_excursion_p95=chance.random() / 20,
        excess_sharpe=chance.gauss(1, 2),
        average_trade=chance.gauss(0, 0.001),
    )


def search_summary(
    *,
    request_id: str = "request-1",
    symbol: str = "BTC-USD",
    strategy_name: str = "SMA_RSI",
    results: int = 1,
    trials: int = 900,
    bars: result_pb2.Window | None = None,
) -> result_pb2.SearchSummary:
    """Return what a search cost."""
    return result_pb2.SearchSummary(
        request_id=request_id,
        symbol=symbol,
        interval="1m",
        strategy_name=strategy_name,
        window=bars or window(),
        trials=trials,
        trials_with_trades=trials // 2,
        sharpe_sum=-1.25,
        sharpe_square_sum=0.75,
        certificate="genetic",
        results=results,
        code_version="test",
        data_fingerprint=f"{7:064x}",
    )


def exam_result(
    *passing: tuple[result_pb2.DiscoveredStrategy, float],
    request_id: str = "exam-1",
    symbol: str = "BTC-USD",
    bars: result_pb2.Window | None = None,
) -> result_pb2.HistoryExamResult:
    """Return the outcome of an exam, with those of `passing` and their t."""
    return result_pb2.HistoryExamResult(
        request_id=request_id,
        symbol=symbol,
        interval="1m",
        window=bars or window(),
        exam_number=1,
        alpha=0.0075,
        design_hash="design",
        genomes=2_000,
        eligible=1_500,
        resamples=2_666,
        critical_value=4.5,
        best_t=6.0,
        passing=[result_pb2.ExamPass(strategy=found, t=t) for found, t in passing],
        code_version="test",
        data_fingerprint=f"{7:064x}",
    )
