"""What messages become: rows of the database, already checked.

Pure: no I/O, no clock, no flags.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from protos.discovery.v1.result_pb2 import DiscoveredStrategy
from services.strategy_consumer.hourly import Floats
from services.strategy_consumer.windows import CheckedWindow


@dataclass(frozen=True, slots=True)
class Strategy:
    """One strategy on one market.

    Attributes:
        strategy_id: Hash of all else, in hex.
        strategy_name: Its type.
        symbol: Trading pair.
        interval: Name of the bar length, e.g. `1m`.
        parameters: JSON by name.
    """

    strategy_id: str
    strategy_name: str
    symbol: str
    interval: str
    parameters: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One time that a strategy was evaluated.

    Attributes:
        evaluation_id: Hash of request and strategy, in hex.
        strategy_id: What was evaluated.
        message: All numbers, checked; its row is made only if it is new.
        window: The checked window.
        hourly: The hourly sums of the strategy and of the market.
    """

    evaluation_id: str
    strategy_id: str
    message: DiscoveredStrategy
    window: CheckedWindow
    hourly: tuple[Floats, Floats]

    @property
    def goodness(self) -> tuple[float, int, str]:
        """What the best evaluation of a strategy has the most of."""
        return self.message.score, self.window.end, self.evaluation_id

    @property
    def newness(self) -> tuple[int, float, str]:
        """What the latest evaluation of a strategy has the most of."""
        return self.window.end, self.message.score, self.evaluation_id

    @property
    def canonical(self) -> bytes:
        """All of it as bytes, to choose one of two that share an id."""
        return self.message.SerializeToString(deterministic=True)


@dataclass(frozen=True, slots=True, eq=False)
class Find:
    """A strategy and one evaluation of it."""

    strategy: Strategy
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Trials:
    """One row of the ledger of trials.

    Attributes:
        request_id: The search request that was answered.
        copy_row: The row as PostgreSQL's binary COPY takes it.
    """

    request_id: str
    copy_row: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """A find that passed an exam.

    Attributes:
        find: What passed; of a group, its basket.
        t: Its studentized mean excess.
        members: Of a group: what it did on each symbol, as JSON.
    """

    find: Find
    t: float
    members: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ExamAnswer:
    """The outcome of one exam.

    Attributes:
        canonical: All of it as bytes, to choose one of two answers.
        request_id: The exam request that was answered.
        asked: What must equal the exam's row: symbol, interval, exam number,
            start and end of the window in seconds since 1970, design hash,
            members of a group.
        genomes: Genomes evaluated.
        eligible: Those with enough round trips.
        resamples: Resamples drawn.
        critical_value: The t to reach, if any.
        best_t: The best t, if any.
        data_fingerprint: Hash of the bars.
        code_version: Version of engine and catalogue.
        passes: What passed.
    """

    canonical: bytes
    request_id: str
    asked: tuple[str, str, int, int, int, str, tuple[str, ...]]
    genomes: int
    eligible: int
    resamples: int
    critical_value: float | None
    best_t: float | None
    data_fingerprint: str
    code_version: str
    passes: tuple[Pass, ...]


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """A strategy, and which evaluations of a batch are its best and latest."""

    strategy: Strategy
    best: Evaluation
    latest: Evaluation


@dataclass(slots=True)
class Batch:
    """Rows without duplicates, in the order of their keys.

    The order keeps two writers from waiting for each other in a circle, and
    makes what is stored independent of the order of arrival.
    """

    strategies: list[StrategyRow] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    trials: list[Trials] = field(default_factory=list)


def evaluations_by_id(finds: Iterable[Find]) -> dict[str, Find]:
    """Return finds without duplicates.

    Of two different ones under one id, which only a request answered twice on
    corrected bars can bring, the one with the smaller bytes stays.
    """
    chosen: dict[str, Find] = {}
    for find in finds:
        key = find.evaluation.evaluation_id
        known = chosen.setdefault(key, find)
        if known is find:
            continue
        if find.evaluation.canonical < known.evaluation.canonical:
            chosen[key] = find
    return chosen


def trials_by_id(trials: Iterable[Trials]) -> dict[str, Trials]:
    """Return rows of the ledger without duplicates, chosen in the same way."""
    chosen: dict[str, Trials] = {}
    for row in trials:
        known = chosen.setdefault(row.request_id, row)
        if row.copy_row < known.copy_row:
            chosen[row.request_id] = row
    return chosen


def batch(
    finds: dict[str, Find], stored: Container[str], trials: dict[str, Trials]
) -> Batch:
    """Return the rows to store.

    Args:
        finds: By evaluation id.
        stored: Ids of evaluations that are stored already.
        trials: By request id.
    """
    strategies: dict[str, Strategy] = {}
    best: dict[str, Evaluation] = {}
    latest: dict[str, Evaluation] = {}
    fresh = [finds[key] for key in sorted(finds) if key not in stored]
    for find in fresh:
        key, found = find.strategy.strategy_id, find.evaluation
        if strategies.setdefault(key, find.strategy) is find.strategy:
            best[key] = latest[key] = found
            continue
        best[key] = max(best[key], found, key=lambda e: e.goodness)
        latest[key] = max(latest[key], found, key=lambda e: e.newness)
    return Batch(
        [StrategyRow(strategies[k], best[k], latest[k]) for k in sorted(strategies)],
        [find.evaluation for find in fresh],
        [trials[key] for key in sorted(trials)],
    )
