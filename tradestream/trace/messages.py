"""Steps that messages tell: what was asked, who answered, what was put aside."""

from collections.abc import Mapping
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as Proto
from google.protobuf.timestamp_pb2 import Timestamp

from protos.discovery.v1 import request_pb2, result_pb2
from protos.execution.v1 import signal_pb2
from protos.portfolio.v1 import portfolio_pb2
from tradestream.bus import codec, dead_letter, topics
from tradestream.bus.port import Bus, Record
from tradestream.trace.model import Detail, Ids, Step

SCANNED = 20_000
"""Records of a topic that are looked through, the newest."""

_WORK = (topics.DISCOVERY_REQUESTS, topics.DISCOVERED_STRATEGIES)
_ANNOUNCED = {
    topics.RISK_APPROVED_STRATEGIES: "set announced",
    topics.SIZED_POSITIONS: "sizes announced",
    topics.TRADE_SIGNALS: "signal announced",
}
TOPICS = (*_WORK, *map(topics.dead_letters, _WORK), *_ANNOUNCED)

_TYPES: dict[str, type[Proto]] = {
    kind.DESCRIPTOR.full_name: kind
    for kind in (
        request_pb2.StrategyDiscoveryRequest,
        request_pb2.HistoryExamRequest,
        result_pb2.DiscoveredStrategy,
        result_pb2.SearchSummary,
        result_pb2.HistoryExamResult,
        portfolio_pb2.ApprovedStrategies,
        portfolio_pb2.SizedPositions,
        signal_pb2.TradeSignal,
    )
}


def scan(bus: Bus, count: int = SCANNED) -> list[Record]:
    """Return the newest records of all topics, read outside any group."""
    return [record for topic in TOPICS for record in bus.newest(topic, count)]


def ids_like(records: list[Record], wanted: str) -> list[str]:
    """Return request and correlation ids that begin with `wanted`, sorted."""
    names = (codec.REQUEST_ID, codec.CORRELATION_ID)
    found = {
        record.message.headers.get(name, "") for record in records for name in names
    }
    like = sorted(identity for identity in found if identity.startswith(wanted))
    return [wanted] if wanted in like else like


def message_steps(records: list[Record], ids: Ids) -> list[Step]:
    """Return the steps that the records of a matter tell."""
    known = ids.requests | ids.correlations | (ids.signals or set())
    steps = []
    for record in records:
        headers = record.message.headers
        own = {headers.get(codec.REQUEST_ID), headers.get(codec.CORRELATION_ID)}
        message = _decoded(record)
        about = _strategies(message)
        if own & known or (about & ids.strategies and _is_wanted(record, ids)):
            steps.append(_step(record, message, ids))
    return steps


def _is_wanted(record: Record, ids: Ids) -> bool:
    """Return whether a set or a signal belongs: all do unless one is asked for."""
    if record.topic == topics.TRADE_SIGNALS:
        return ids.signals is None
    return record.topic in _ANNOUNCED


def _decoded(record: Record) -> Proto | None:
    kind = _TYPES.get(record.message.headers.get(codec.TYPE, ""))
    if kind is None:
        return None
    message = kind()
    try:
        message.ParseFromString(record.message.value)
    except DecodeError:
        return None
    return message


def _strategies(message: Proto | None) -> set[str]:
    match message:
        case portfolio_pb2.ApprovedStrategies():
            return {strategy.strategy_id for strategy in message.strategies}
        case portfolio_pb2.SizedPositions():
            return {position.strategy_id for position in message.positions}
        case signal_pb2.TradeSignal():
            return {message.strategy_id}
        case _:
            return set()


def _step(record: Record, message: Proto | None, ids: Ids) -> Step:
    headers = record.message.headers
    details: dict[str, Detail] = {}
    if dead_letter.REASON in headers:
        what = "put aside"
        details["reason"] = headers[dead_letter.REASON]
        details["position"] = headers.get(dead_letter.POSITION)
    elif record.topic in _ANNOUNCED:
        what = _ANNOUNCED[record.topic]
    else:
        what = "asked" if record.topic == topics.DISCOVERY_REQUESTS else "answered"
    if codec.ANSWERED_BY in headers:
        details["answered_by"] = headers[codec.ANSWERED_BY]
    details |= _told(message, ids)
    identity = headers.get(codec.REQUEST_ID) or headers.get(codec.CORRELATION_ID, "")
    return Step(what, record.published_at, record.topic, identity, details)


def _told(message: Proto | None, ids: Ids) -> Mapping[str, Detail]:
    """Return what a message says, in few words."""
    if message is None:
        return {"message": "does not parse"}
    told: dict[str, Detail] = {"message": message.DESCRIPTOR.name}
    if isinstance(message, portfolio_pb2.SizedPositions):
        told["symbol"] = message.symbol
        for position in message.positions:
            if position.strategy_id in ids.strategies:
                told[f"size of {position.strategy_id[:12]}"] = str(position.size)
        return told
    if isinstance(message, portfolio_pb2.ApprovedStrategies):
        told["symbol"] = message.symbol
        told["strategies"] = len(message.strategies)
        return told
    for field, value in message.ListFields():
        if field.name in ("request_id", "interval", "members", "passing"):
            continue
        if isinstance(value, Timestamp):
            told[field.name] = value.ToDatetime(UTC).isoformat()
        elif isinstance(value, request_pb2.GAConfig):
            told["population_size"] = value.population_size
            told["max_generations"] = value.max_generations
            told["seed"] = value.seed or None
        elif isinstance(value, str | int | float | bool):
            told[field.name] = value
    return {name: value for name, value in told.items() if value is not None}


def time_of(step: Step) -> datetime:
    """Return when a step was, for ordering; the beginning of time if unknown."""
    return step.at or datetime.min.replace(tzinfo=UTC)
