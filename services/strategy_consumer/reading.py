"""From messages to rows, with every promise of the contract checked.

This is the hot path of the room: it is written for tens of thousands of
messages a second, with one pass over each message.
"""

import hashlib
import struct
from functools import lru_cache
from math import inf, isfinite, nan

from protos.discovery.v1.result_pb2 import (
    DiscoveredStrategy,
    HistoryExamResult,
    SearchSummary,
)
from services.strategy_consumer import binary_copy as copy
from services.strategy_consumer import columns
from services.strategy_consumer.hourly import check_hourly
from services.strategy_consumer.metrics import metrics_json
from services.strategy_consumer.parameters import Checked
from services.strategy_consumer.rows import (
    Evaluation,
    ExamAnswer,
    Find,
    Pass,
    Strategy,
    Trials,
)
from services.strategy_consumer.windows import check_window
from tradestream.discovery.checks import identifier, number, require
from tradestream.discovery.messages import EXHAUSTIVE, GENETIC
from tradestream.errors import InvalidMessageError
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.identity import canonical_parameters, strategy_id
from tradestream.strategies.messages import parameters_from_proto

MAX_PASSING = 20

_CHECKED = {name: Checked(strategy) for name, strategy in CATALOGUE.items()}
_EVALUATION_FIELDS = copy.fields(len(columns.EVALUATIONS))
_TRIALS_FIELDS = copy.fields(len(columns.TRIALS))
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
    window = check_window(message.window, message.interval)
    own, market = check_hourly(message.hourly, window)
    score = message.score
    if not isfinite(score) or message.rank < 1:
        number("score", score, -inf)
        require(False, "rank: at least 1 is required", message.rank)
    identity = f"{message.request_id}:{strategy.strategy_id}"
    evaluation_id = hashlib.sha256(identity.encode()).hexdigest()
    row = b"".join(
        (
            _EVALUATION_FIELDS,
            copy.hexadecimal(evaluation_id),
            copy.hexadecimal(strategy.strategy_id),
            _named("request_id", message.request_id),
            copy.text(message.symbol),
            copy.json(metrics_json(message.metrics)),
            copy.real_array(own),
            copy.real_array(market),
            copy.text(str(message.seed)),
            _named("code_version", message.code_version),
            _named("data_fingerprint", message.data_fingerprint),
            _EVALUATION_NUMBERS.pack(
                8, copy.microseconds(window.start),
                8, copy.microseconds(window.end),
                8, copy.microseconds(window.anchor),
                8, copy.microseconds(window.first_hour),
                8, window.bars,
                8, window.missing,
                8, window.price_tick,
                8, window.volume_lot,
                8, score,
                8, number("fee_bps", message.fee_bps, 0),
                8, number("slippage_bps", message.slippage_bps, 0),
                8, _plateau(message),
            ),
        )
    )  # fmt: skip
    return Find(
        strategy,
        Evaluation(evaluation_id, strategy.strategy_id, score, window.end, row),
    )


def read_trials(message: SearchSummary) -> Trials:
    """Return a row of the ledger of trials.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    window = check_window(message.window, message.interval)
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
    _checked(message.strategy_name)
    require(message.results >= 0, "results: at least 0 is required", message.results)
    row = b"".join(
        (
            _TRIALS_FIELDS,
            _named("request_id", message.request_id),
            _named("symbol", message.symbol),
            copy.text(message.interval),
            copy.text(message.strategy_name),
            copy.text(message.certificate),
            _named("code_version", message.code_version),
            _named("data_fingerprint", message.data_fingerprint),
            _TRIALS_NUMBERS.pack(
                8, copy.microseconds(window.start),
                8, copy.microseconds(window.end),
                8, message.trials,
                8, message.trials_with_trades,
                8, number("sharpe_sum", message.sharpe_sum, -inf),
                8, number("sharpe_square_sum", message.sharpe_square_sum, 0),
                4, message.results,
            ),
        )
    )  # fmt: skip
    return Trials(message.request_id, row)


def read_exam(message: HistoryExamResult) -> ExamAnswer:
    """Return the outcome of an exam, with all that passed it.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    window = check_window(message.window, message.interval)
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
            window.start,
            window.end,
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


def _checked(name: str) -> Checked:
    found = _CHECKED.get(name)
    if found is None:
        raise InvalidMessageError(
            f"strategy_name: a type of the catalogue is required, was {name!r}"
        )
    return found


def _strategy(message: DiscoveredStrategy) -> Strategy:
    name, symbol, interval = message.strategy_name, message.symbol, message.interval
    _named("symbol", symbol)
    given = parameters_from_proto(message.parameters)
    try:
        parameters = _checked(name).check(given)
    except ValueError as error:
        raise InvalidMessageError(f"parameters: {error}") from error
    return Strategy(
        strategy_id(name, parameters, symbol, interval),
        name,
        symbol,
        interval,
        canonical_parameters(parameters).encode(),
    )


@lru_cache(maxsize=65_536)
def _named(name: str, value: str) -> bytes:
    """Return a text that names something as a field; such texts come again."""
    return copy.text(identifier(name, value))


def _plateau(message: DiscoveredStrategy) -> float:
    """Return the plateau, NaN when it is undefined; stored as NULL then."""
    if not message.HasField("plateau"):
        return nan
    return number("plateau", message.plateau, 0, 1)


def _optional(message: HistoryExamResult, name: str) -> float | None:
    if not message.HasField(name):
        return None
    return number(name, getattr(message, name), -inf)
