"""What discovery is asked to do, and the ids of requests.

The id of a request is a hash of everything else in it, so that asking twice is
asking once.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from protos.discovery.v1.request_pb2 import StrategyDiscoveryRequest
from tradestream.candles import interval_label

OBJECTIVE = "excess_sharpe"
"""What a search maximizes; the only objective today."""

DEFAULT_TOP_N = 5
DEFAULT_POPULATION_SIZE = 50
DEFAULT_MAX_GENERATIONS = 30

MAX_BARS = 1_100_000
"""Bars of the longest span: two years of minutes, and some."""

GROUP_PREFIX = "group:"
"""Names of groups of symbols begin so, and no symbol does."""

_HOLE = "\x00"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Which bars to work on, and at what costs; requests that share it share work.

    Attributes:
        symbol: Trading pair, e.g. `BTC-USD`.
        start: First bar, inclusive.
        end: End, exclusive; whole intervals after `start`.
        interval_seconds: Length of a bar in seconds, a multiple of 60.
        fee_bps: Fee a side in basis points.
        slippage_bps: Slippage a side in basis points.
    """

    symbol: str
    start: datetime
    end: datetime
    interval_seconds: int
    fee_bps: float
    slippage_bps: float

    @property
    def bars(self) -> int:
        """How many bars the span has when none is missing."""
        return int((self.end - self.start).total_seconds()) // self.interval_seconds

    @property
    def interval(self) -> str:
        """Name of the interval, e.g. `1m`."""
        return interval_label(self.interval_seconds)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A genetic search for the best parameters of one strategy type.

    Attributes:
        request_id: Hash of all else.
        span: The bars to search on.
        strategy_name: Strategy type, e.g. `SMA_RSI`.
        top_n: How many distinct results to report.
        population_size: Genomes a generation.
        max_generations: Generations after the first.
        seed: Seed of the search, never 0.
    """

    request_id: str
    span: Span
    strategy_name: str
    top_n: int
    population_size: int
    max_generations: int
    seed: int


@dataclass(frozen=True, slots=True)
class ExamRequest:
    """An exam of the fixed design of genomes on new bars (Door A).

    Attributes:
        request_id: Hash of all else.
        span: The bars to examine on; whole hours.
        design_hash: Hash of the list of genomes.
        exam_number: Running number of the exam in the symbol's life, from 1.
        alpha: Share of false alarms that this exam may spend.
        seed: Seed of the bootstrap.
        members: Of a group, whose name is the symbol of `span`: its symbols.
    """

    request_id: str
    span: Span
    design_hash: str
    exam_number: int
    alpha: float
    seed: int
    members: tuple[str, ...] = ()


def request_id(request: Message) -> str:
    """Return the hash of all fields of `request` but its own `request_id`.

    Canonical JSON (sorted keys, no blanks, fields at their default left out)
    of the fields and the message type, sha256, in hex.
    """
    return _hash(_canonical(request))


def request_ids(template: StrategyDiscoveryRequest, names: Sequence[str]) -> list[str]:
    """Return the ids of `template` with each of `names` as its strategy, fast."""
    holed = StrategyDiscoveryRequest()
    holed.CopyFrom(template)
    holed.strategy_name = _HOLE
    before, after = _canonical(holed).split(json.dumps(_HOLE))
    return [_hash(before + json.dumps(name) + after) for name in names]


def seed_of(request_id: str) -> int:
    """Return the seed that a request with seed 0 stands for, 1 … 2⁶³−1."""
    digest = hashlib.sha256(request_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1 or 1


def is_group(name: str) -> bool:
    """Return whether `name` names a group of symbols, such as `group:all`."""
    return name.startswith(GROUP_PREFIX) and len(name) > len(GROUP_PREFIX)


def timestamp(at: datetime) -> Timestamp:
    """Return an aware time as protobuf, to the second."""
    return Timestamp(seconds=int(at.timestamp()))


def _canonical(request: Message) -> str:
    fields = _plain(request)
    fields.pop("request_id", None)
    fields["message"] = request.DESCRIPTOR.name
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def _plain(message: Message) -> dict[str, Any]:
    return {field.name: _plain_value(value) for field, value in message.ListFields()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Message):
        return _plain(value)
    return value if isinstance(value, str | float | int) else list(value)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
