"""What discovery found, as it travels on the bus.

A message holds only what its request and its bars determine, so that the same
request on the same bars gives the same bytes on any number of workers.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protos.discovery.v1 import result_pb2
from tradestream.candles import CandleSeries, to_datetime
from tradestream.discovery.requests import ExamRequest, SearchRequest, Span, timestamp
from tradestream.instruments import Instrument
from tradestream.strategies.declaration import Value
from tradestream.strategies.messages import parameters_to_proto

Floats = NDArray[np.float64]

_METRICS = tuple(field.name for field in result_pb2.Metrics.DESCRIPTOR.fields)

GENETIC = "genetic"
EXHAUSTIVE = "exhaustive"


class Found(Protocol):
    """One genome with its in-sample results, as a search reports it."""

    @property
    def parameters(self) -> Mapping[str, Value]:
        """Typed values by name."""
        ...

    @property
    def score(self) -> float:
        """What the search maximized."""
        ...

    @property
    def metrics(self) -> Mapping[str, float | None]:
        """By field of the message `Metrics`; None or NaN is undefined."""
        ...

    @property
    def hourly(self) -> Floats:
        """Shape (hours,), net simple returns summed by clock hour."""
        ...

    @property
    def rank(self) -> int:
        """Place among the results, from 1."""
        ...

    @property
    def plateau(self) -> float | None:
        """Share of neighbours with at least half of the score."""
        ...


class Searched(Protocol):
    """What a search cost."""

    @property
    def trials(self) -> int:
        """Distinct genomes evaluated."""
        ...

    @property
    def trials_with_trades(self) -> int:
        """Distinct genomes that traded."""
        ...

    @property
    def sharpe_sum(self) -> float:
        """Sum over them of the per-bar Sharpe ratio of the excess return."""
        ...

    @property
    def sharpe_square_sum(self) -> float:
        """Sum over them of its square."""
        ...

    @property
    def certificate(self) -> str:
        """`exhaustive` or `genetic`."""
        ...


class Examined(Protocol):
    """What an exam showed."""

    @property
    def genomes(self) -> int:
        """Genomes evaluated."""
        ...

    @property
    def eligible(self) -> int:
        """Genomes with enough round trips."""
        ...

    @property
    def resamples(self) -> int:
        """Resamples drawn."""
        ...

    @property
    def critical_value(self) -> float | None:
        """The t to reach."""
        ...

    @property
    def best_t(self) -> float | None:
        """The best t of an eligible genome."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """The bars that results were computed from, and by what.

    Attributes:
        span: What was asked.
        window: What existed of it, as a message.
        first_hour: Start of the first clock hour, seconds since 1970.
        market_hourly: Shape (hours,), the market's returns by clock hour.
        code_version: Version of engine and catalogue.
        data_fingerprint: Hash of the bars.
    """

    span: Span
    window: result_pb2.Window
    first_hour: int
    market_hourly: Floats
    code_version: str
    data_fingerprint: str


def window_message(
    span: Span, series: CandleSeries, instrument: Instrument
) -> result_pb2.Window:
    """Return the window of a span: what was asked, and what existed of it.

    Args:
        span: What was asked.
        series: Its bars, at least one.
        instrument: The increments that the engine worked in.
    """
    return result_pb2.Window(
        start_time=timestamp(span.start),
        end_time=timestamp(span.end),
        anchor=timestamp(to_datetime(int(series.open_times[0]))),
        bars=len(series),
        missing=span.bars - len(series),
        price_tick=instrument.price_tick,
        volume_lot=instrument.volume_lot,
    )


def strategy_message(
    judged: Judged, request_id: str, strategy_name: str, found: Found, seed: int
) -> result_pb2.DiscoveredStrategy:
    """Return one find in full.

    Args:
        judged: The bars it was computed from.
        request_id: The request that found it.
        strategy_name: Its type.
        found: Genome and results.
        seed: Seed of the search or exam.
    """
    return result_pb2.DiscoveredStrategy(
        request_id=request_id,
        symbol=judged.span.symbol,
        interval=judged.span.interval,
        strategy_name=strategy_name,
        parameters=parameters_to_proto(found.parameters),
        window=judged.window,
        metrics=_metrics(found.metrics),
        hourly=result_pb2.HourlySums(
            first_hour=timestamp(to_datetime(judged.first_hour)),
            strategy=found.hourly.tolist(),
            market=judged.market_hourly.tolist(),
        ),
        score=found.score,
        seed=seed,
        code_version=judged.code_version,
        data_fingerprint=judged.data_fingerprint,
        rank=found.rank,
        plateau=defined(found.plateau),
        fee_bps=judged.span.fee_bps,
        slippage_bps=judged.span.slippage_bps,
    )


def summary_message(
    judged: Judged, request: SearchRequest, searched: Searched, results: int
) -> result_pb2.SearchSummary:
    """Return what a search cost; sent also when nothing was found."""
    return result_pb2.SearchSummary(
        request_id=request.request_id,
        symbol=judged.span.symbol,
        interval=judged.span.interval,
        strategy_name=request.strategy_name,
        window=judged.window,
        trials=searched.trials,
        trials_with_trades=searched.trials_with_trades,
        sharpe_sum=searched.sharpe_sum,
        sharpe_square_sum=searched.sharpe_square_sum,
        certificate=searched.certificate,
        results=results,
        code_version=judged.code_version,
        data_fingerprint=judged.data_fingerprint,
    )


def exam_message(
    judged: Judged,
    request: ExamRequest,
    examined: Examined,
    passing: list[result_pb2.ExamPass],
    members: Sequence[result_pb2.ExamMember] = (),
) -> result_pb2.HistoryExamResult:
    """Return the outcome of an exam; sent also when nothing passed.

    Args:
        judged: The bars of the symbol; of a group, of the group as a whole.
        request: What was asked.
        examined: What it showed.
        passing: What passed.
        members: Of a group: the bars of each symbol.
    """
    return result_pb2.HistoryExamResult(
        request_id=request.request_id,
        symbol=judged.span.symbol,
        interval=judged.span.interval,
        window=judged.window,
        exam_number=request.exam_number,
        alpha=request.alpha,
        design_hash=request.design_hash,
        genomes=examined.genomes,
        eligible=examined.eligible,
        resamples=examined.resamples,
        critical_value=defined(examined.critical_value),
        best_t=defined(examined.best_t),
        passing=passing,
        code_version=judged.code_version,
        data_fingerprint=judged.data_fingerprint,
        members=members,
    )


def group_fingerprint(fingerprints: Mapping[str, str]) -> str:
    """Return the hash of the bars of a group, from those of its members."""
    lines = [f"{symbol} {fingerprints[symbol]}\n" for symbol in sorted(fingerprints)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def defined(value: float | None) -> float | None:
    """Return a finite number as it is, and None for what is undefined."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)


def _metrics(metrics: Mapping[str, float | None]) -> result_pb2.Metrics:
    # Once a find: one constructor is much faster than setting field by field.
    known = {
        name: value
        for name in _METRICS
        if (value := metrics.get(name)) is not None and math.isfinite(value)
    }
    if "trades" in known:
        known["trades"] = int(known["trades"])
    return result_pb2.Metrics(**known)  # type: ignore[arg-type]
