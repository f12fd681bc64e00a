"""From messages to rows, with every promise of the contract checked.

This is the hot path of the room: it is written for tens of thousands of
messages a second, with one pass over each message.
"""

import hashlib
import struct
from math import inf, isfinite, nan

import orjson

from protos.discovery.v1.result_pb2 import (
    DiscoveredStrategy,
    HistoryExamResult,
    Metrics,
    SearchSummary,
)
from services.strategy_consumer import binary_copy as copy
from services.strategy_consumer import columns
from services.strategy_consumer.rows import (
    Evaluation,
    ExamAnswer,
    Find,
    Pass,
    Strategy,
    Trials,
)
from services.strategy_consumer.windows import check_hourly, check_window
from tradestream.candles import HOUR_SECONDS
from tradestream.discovery.checks import identifier, number, require
from tradestream.discovery.messages import EXHAUSTIVE, GENETIC
from tradestream.errors import InvalidMessageError
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import StrategyType
from tradestream.strategies.identity import strategy_id
from tradestream.strategies.messages import parameters_from_proto

MAX_PASSING = 20

_METRICS: dict[str, float | None] = {
    field.name: None if field.has_presence else 0 for field in Metrics.DESCRIPTOR.fields
}
_NOT_NEGATIVE = ("trades", "final_equity", "max_drawdown", "exposure", "turnover")
# Each number has before it the length that binary COPY wants.
_EVALUATION_NUMBERS = struct.Struct(">" + "iq" * 6 + "id" * 6)
_TRIALS_NUMBERS = struct.Struct(">" + "iq" * 4 + "id" * 2 + "ii")


def read_find(message: DiscoveredStrategy) -> Find:
    """Return a find.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    # Fields of a newer sender would stand between the hourly bytes.
    message.DiscardUnknownFields()
    strategy = _strategy(message)
    window = message.window
    start, end, anchor = check_window(window, message.interval)
    own, market = check_hourly(message.hourly, anchor, end)
    request_id = identifier("request_id", message.request_id)
    score = number("score", message.score, -inf)
    require(message.rank >= 1, "rank: at least 1 is required", message.rank)
    identity = f"{request_id}:{strategy.strategy_id}"
    evaluation_id = hashlib.sha256(identity.encode()).hexdigest()
    row = copy.row(
        len(columns.EVALUATIONS),
        copy.text(evaluation_id),
        copy.text(strategy.strategy_id),
        copy.text(request_id),
        copy.text(message.symbol),
        copy.json(_metrics(message.metrics)),
        copy.real_array(own),
        copy.real_array(market),
        copy.text(str(message.seed)),
        copy.text(identifier("code_version", message.code_version)),
        copy.text(identifier("data_fingerprint", message.data_fingerprint)),
        _EVALUATION_NUMBERS.pack(
            8, copy.microseconds(start),
            8, copy.microseconds(end),
            8, copy.microseconds(anchor),
            8, copy.microseconds(anchor // HOUR_SECONDS * HOUR_SECONDS),
            8, window.bars,
            8, window.missing,
            8, window.price_tick,
            8, window.volume_lot,
            8, score,
            8, number("fee_bps", message.fee_bps, 0),
            8, number("slippage_bps", message.slippage_bps, 0),
            8, _plateau(message),
        ),
    )  # fmt: skip
    return Find(
        strategy, Evaluation(evaluation_id, strategy.strategy_id, score, end, row)
    )


def read_trials(message: SearchSummary) -> Trials:
    """Return a row of the ledger of trials.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    start, end, _ = check_window(message.window, message.interval)
    request_id = identifier("request_id", message.request_id)
    require(
        0 <= message.trials_with_trades <= message.trials,
        "trials: 0 <= trials_with_trades <= trials is required",
        f"{message.trials_with_trades} of {message.trials}",
    )
    require(
        message.certificate in (GENETIC, EXHAUSTIVE),
        f"certificate: {GENETIC} or {EXHAUSTIVE} is required",
        message.certificate,
    )
    require(message.results >= 0, "results: at least 0 is required", message.results)
    row = copy.row(
        len(columns.TRIALS),
        copy.text(request_id),
        copy.text(identifier("symbol", message.symbol)),
        copy.text(message.interval),
        copy.text(_type(message.strategy_name).name),
        copy.text(message.certificate),
        copy.text(identifier("code_version", message.code_version)),
        copy.text(identifier("data_fingerprint", message.data_fingerprint)),
        _TRIALS_NUMBERS.pack(
            8, copy.microseconds(start),
            8, copy.microseconds(end),
            8, message.trials,
            8, message.trials_with_trades,
            8, number("sharpe_sum", message.sharpe_sum, -inf),
            8, number("sharpe_square_sum", message.sharpe_square_sum, 0),
            4, message.results,
        ),
    )  # fmt: skip
    return Trials(request_id, row)


def read_exam(message: HistoryExamResult) -> ExamAnswer:
    """Return the outcome of an exam, with all that passed it.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    start, end, _ = check_window(message.window, message.interval)
    require(
        0 <= message.eligible <= message.genomes and message.resamples >= 0,
        "eligible: 0 <= eligible <= genomes and resamples >= 0 is required",
        f"{message.eligible} of {message.genomes}, {message.resamples} resamples",
    )
    require(
        len(message.passing) <= MAX_PASSING,
        f"passing: at most {MAX_PASSING} are required",
        len(message.passing),
    )
    passes = []
    for passed in message.passing:
        inner = passed.strategy
        require(
            inner.request_id == message.request_id
            and inner.symbol == message.symbol
            and inner.interval == message.interval
            and inner.window == message.window,
            "passing: request, symbol, interval, and window of the exam are required",
            inner.strategy_name,
        )
        passes.append(Pass(read_find(inner), number("t", passed.t, -inf)))
    return ExamAnswer(
        request_id=identifier("request_id", message.request_id),
        asked=(
            message.symbol,
            message.interval,
            message.exam_number,
            start,
            end,
            message.design_hash,
        ),
        genomes=message.genomes,
        eligible=message.eligible,
        resamples=message.resamples,
        critical_value=_optional(message, "critical_value"),
        best_t=_optional(message, "best_t"),
        data_fingerprint=identifier("data_fingerprint", message.data_fingerprint),
        code_version=identifier("code_version", message.code_version),
        passes=tuple(passes),
    )


def _type(name: str) -> StrategyType:
    found = CATALOGUE.get(name)
    if found is None:
        raise InvalidMessageError(
            f"strategy_name: a type of the catalogue is required, was {name!r}"
        )
    return found


def _strategy(message: DiscoveredStrategy) -> Strategy:
    name, interval = message.strategy_name, message.interval
    symbol = identifier("symbol", message.symbol)
    try:
        parameters = _type(name).check(parameters_from_proto(message.parameters))
    except ValueError as error:
        raise InvalidMessageError(f"parameters: {error}") from error
    return Strategy(
        strategy_id(name, parameters, symbol, interval),
        name,
        symbol,
        interval,
        orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS),
    )


def _metrics(message: Metrics) -> bytes:
    values = dict(_METRICS)
    for field, value in message.ListFields():
        if not isfinite(value):
            raise InvalidMessageError(
                f"metrics.{field.name}: a finite number is required, was {value}"
            )
        values[field.name] = value
    for name in _NOT_NEGATIVE:
        if values[name] < 0:  # type: ignore[operator]
            raise InvalidMessageError(
                f"metrics.{name}: at least 0 is required, was {values[name]}"
            )
    return orjson.dumps(values)


def _plateau(message: DiscoveredStrategy) -> float:
    """Return the plateau, NaN when it is undefined; stored as NULL then."""
    if not message.HasField("plateau"):
        return nan
    return number("plateau", message.plateau, 0, 1)


def _optional(message: HistoryExamResult, name: str) -> float | None:
    if not message.HasField(name):
        return None
    return number(name, getattr(message, name), -inf)
