"""From messages to rows, with every promise of the contract checked.

This is the hot path of the room: it is written for tens of thousands of
messages a second, with one pass over each message.
"""

import hashlib
from math import inf

import orjson

from protos.discovery.v1.result_pb2 import (
    DiscoveredStrategy,
    ExamPass,
    HistoryExamResult,
    SearchSummary,
)
from services.strategy_consumer import binary_copy as copy
from services.strategy_consumer.hourly import check_hourly
from services.strategy_consumer.metrics import check_metrics
from services.strategy_consumer.parameters import Checked
from services.strategy_consumer.row_bytes import trials_row
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
from tradestream.discovery.messages import EXHAUSTIVE, GENETIC, group_fingerprint
from tradestream.discovery.requests import GROUP_PREFIX, is_group
from tradestream.errors import InvalidMessageError
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.identity import canonical_id, canonical_parameters
from tradestream.strategies.messages import parameters_from_proto

MAX_PASSING = 20

_CHECKED = {name: Checked(strategy) for name, strategy in CATALOGUE.items()}


def read_find(message: DiscoveredStrategy) -> Find:
    """Return a find.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    require(
        not message.symbol.startswith(GROUP_PREFIX),
        "symbol: a symbol is required where no group was examined",
        message.symbol,
    )
    return _find(message)


def _find(message: DiscoveredStrategy) -> Find:
    # Fields of a newer sender would stand between the hourly bytes.
    message.DiscardUnknownFields()
    strategy = _strategy(message)
    window = check_window(message.window, message.interval)
    hourly = check_hourly(message.hourly, window)
    check_metrics(message.metrics)
    request_id = message.request_id
    copy.named("request_id", request_id)
    copy.named("code_version", message.code_version)
    copy.named("data_fingerprint", message.data_fingerprint)
    number("score", message.score, -inf)
    number("fee_bps", message.fee_bps, 0)
    number("slippage_bps", message.slippage_bps, 0)
    number("plateau", message.plateau, 0, 1)
    require(message.rank >= 1, "rank: at least 1 is required", message.rank)
    identity = f"{request_id}:{strategy.strategy_id}"
    evaluation_id = hashlib.sha256(identity.encode()).hexdigest()
    return Find(
        strategy,
        Evaluation(evaluation_id, strategy.strategy_id, message, window, hourly),
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
    number("sharpe_sum", message.sharpe_sum, -inf)
    number("sharpe_square_sum", message.sharpe_square_sum, 0)
    return Trials(message.request_id, trials_row(message, window))


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
    members = _members(message)
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
        t = number("t", passed.t, -inf)
        passes.append(Pass(_find(inner), t, _on_members(passed, members)))
    return ExamAnswer(
        canonical=message.SerializeToString(deterministic=True),
        request_id=identifier("request_id", message.request_id),
        asked=(
            message.symbol,
            message.interval,
            message.exam_number,
            window.start,
            window.end,
            message.design_hash,
            members,
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


def _members(message: HistoryExamResult) -> tuple[str, ...]:
    """Return the symbols of a group that was examined, none for one symbol."""
    members = {member.symbol: member for member in message.members}
    if not is_group(message.symbol):
        require(not members, "members: a group is required", message.symbol)
        return ()
    names = tuple(members)
    require(
        len(names) == len(message.members) >= 2 and list(names) == sorted(names),
        "members: 2 symbols or more, sorted, each once, are required",
        names[:5],
    )
    for symbol, member in members.items():
        identifier("members.symbol", symbol)
        window = check_window(member.window, message.interval)
        require(
            member.window.start_time == message.window.start_time
            and member.window.end_time == message.window.end_time,
            "members.window: the window of the exam is required",
            (window.start, window.end),
        )
    hashes = {symbol: member.data_fingerprint for symbol, member in members.items()}
    require(
        message.data_fingerprint == group_fingerprint(hashes),
        "data_fingerprint: the hash of those of the members is required",
        message.data_fingerprint,
    )
    return names


def _on_members(passed: ExamPass, members: tuple[str, ...]) -> bytes | None:
    """Return what a genome did on each member of a group as JSON."""
    if not members:
        return None
    found = {member.symbol: member for member in passed.members}
    require(
        tuple(found) == members and len(found) == len(passed.members),
        "passing.members: every member of the group, in order, is required",
        tuple(found)[:5],
    )
    return orjson.dumps(
        {
            symbol: {
                "t": number("t", one.t, -inf) if one.HasField("t") else None,
                "trades": int(number("trades", one.trades, 0)),
                "total_return": number("total_return", one.total_return, -inf),
                "counted": one.counted,
            }
            for symbol, one in found.items()
        }
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
    copy.named("symbol", symbol)
    given = parameters_from_proto(message.parameters)
    try:
        parameters = _checked(name).check(given)
    except ValueError as error:
        raise InvalidMessageError(f"parameters: {error}") from error
    canonical = canonical_parameters(parameters)
    identity = canonical_id(name, canonical, symbol, interval)
    return Strategy(identity, name, symbol, interval, canonical.encode())


def _optional(message: HistoryExamResult, name: str) -> float | None:
    if not message.HasField(name):
        return None
    return number(name, getattr(message, name), -inf)
