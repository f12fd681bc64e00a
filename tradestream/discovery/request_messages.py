"""Reading requests from the bus.

Checks every promise of `protos/discovery/v1/request.proto`, and names the
first that is broken.
"""

from datetime import UTC, datetime, timedelta

from protos.discovery.v1.request_pb2 import (
    GAConfig,
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from tradestream.candles import HOUR_SECONDS, MINUTE_SECONDS, parse_interval
from tradestream.discovery.checks import (
    from_timestamp,
    identifier,
    number,
    require,
)
from tradestream.discovery.requests import (
    DEFAULT_MAX_GENERATIONS,
    DEFAULT_POPULATION_SIZE,
    DEFAULT_TOP_N,
    GROUP_PREFIX,
    MAX_BARS,
    OBJECTIVE,
    ExamRequest,
    SearchRequest,
    Span,
    is_group,
    seed_of,
)
from tradestream.errors import InvalidMessageError
from tradestream.strategies.catalogue import CATALOGUE

_EPOCH = datetime.fromtimestamp(0, UTC)
_MAX_POPULATION_SIZE = 100_000
_MAX_GENERATIONS = 100_000
_MAX_EVALUATIONS = 1_000_000
_MAX_MEMBERS = 1_000
_MAX_TOP_N = 1_000
_MAX_COST_BPS = 1_000.0
_DAY_SECONDS = 86_400


def search_request_from_proto(message: StrategyDiscoveryRequest) -> SearchRequest:
    """Return a received search request; unset counts take their defaults.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    config = message.ga_config
    require(
        message.strategy_name in CATALOGUE,
        "strategy_name: a type of the catalogue is required",
        message.strategy_name,
    )
    require(
        message.objective in ("", OBJECTIVE),
        f"objective: {OBJECTIVE} is required",
        message.objective,
    )
    population, generations = _genetic(config)
    return SearchRequest(
        request_id=identifier("request_id", message.request_id),
        span=_span(message, message.symbol, MINUTE_SECONDS),
        strategy_name=message.strategy_name,
        top_n=_count("top_n", message.top_n, DEFAULT_TOP_N, 1, _MAX_TOP_N),
        population_size=population,
        max_generations=generations,
        seed=config.seed or seed_of(message.request_id),
    )


def _genetic(config: GAConfig) -> tuple[int, int]:
    """Return population and generations; together they bound the memory."""
    population = _count(
        "ga_config.population_size",
        config.population_size,
        DEFAULT_POPULATION_SIZE,
        4,
        _MAX_POPULATION_SIZE,
    )
    generations = _count(
        "ga_config.max_generations",
        config.max_generations,
        DEFAULT_MAX_GENERATIONS,
        1,
        _MAX_GENERATIONS,
    )
    require(
        population * (generations + 1) <= _MAX_EVALUATIONS,
        f"ga_config: at most {_MAX_EVALUATIONS} evaluations, population_size × "
        "(max_generations + 1), are required",
        population * (generations + 1),
    )
    return population, generations


def exam_request_from_proto(message: HistoryExamRequest) -> ExamRequest:
    """Return a received exam request.

    Raises:
        InvalidMessageError: Names the field, what was required, what was found.
    """
    members = _members(message)
    require(
        message.exam_number >= 1,
        "exam_number: at least 1 is required",
        message.exam_number,
    )
    require(
        0 < message.alpha < 1,
        "alpha: a share between 0 and 1 is required",
        message.alpha,
    )
    return ExamRequest(
        request_id=identifier("request_id", message.request_id),
        span=_span(message, message.symbol or message.group, HOUR_SECONDS),
        design_hash=identifier("design_hash", message.design_hash),
        exam_number=message.exam_number,
        alpha=message.alpha,
        seed=message.seed or seed_of(message.request_id),
        members=members,
    )


def _members(message: HistoryExamRequest) -> tuple[str, ...]:
    """Return the symbols of a group, none where one symbol is examined."""
    members = tuple(message.members)
    if message.WhichOneof("subject") == "group":
        require(
            is_group(message.group),
            f"group: a name that begins with {GROUP_PREFIX} is required",
            message.group,
        )
        require(
            2 <= len(members) <= _MAX_MEMBERS and list(members) == sorted({*members}),
            f"members: 2 to {_MAX_MEMBERS} symbols, sorted, each once, are required",
            members[:5],
        )
        return tuple(identifier("members", member) for member in members)
    require(bool(message.symbol), "subject: a symbol or a group is required", "")
    require(not members, "members: a group is required", members[:5])
    return ()


def _span(
    message: StrategyDiscoveryRequest | HistoryExamRequest,
    symbol: str,
    alignment_seconds: int,
) -> Span:
    try:
        interval_seconds = parse_interval(message.interval)
    except ValueError as error:
        raise InvalidMessageError(f"interval: {error}") from error
    require(
        interval_seconds % MINUTE_SECONDS == 0 and interval_seconds <= _DAY_SECONDS,
        "interval: whole minutes, at most a day, are required",
        message.interval,
    )
    start = from_timestamp("start_time", message.start_time)
    end = from_timestamp("end_time", message.end_time)
    alignment = timedelta(seconds=max(interval_seconds, alignment_seconds))
    for name, at in (("start_time", start), ("end_time", end)):
        require(
            (at - _EPOCH) % alignment == timedelta(0),
            f"{name}: a multiple of {int(alignment.total_seconds())} s is required",
            at.isoformat(),
        )
    span = Span(
        symbol=identifier("symbol", symbol),
        start=start,
        end=end,
        interval_seconds=interval_seconds,
        fee_bps=number("fee_bps", message.fee_bps, 0, _MAX_COST_BPS),
        slippage_bps=number("slippage_bps", message.slippage_bps, 0, _MAX_COST_BPS),
    )
    require(
        2 <= span.bars <= MAX_BARS,
        f"start_time, end_time: a span of 2 to {MAX_BARS} bars is required",
        f"{span.bars} bars",
    )
    return span


def _count(name: str, value: int, default: int, low: int, high: int) -> int:
    found = value or default
    require(low <= found <= high, f"{name}: {low} to {high} is required", value)
    return found
