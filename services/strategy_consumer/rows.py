"""What messages become: rows of the database, already checked.

Pure: no I/O, no clock, no flags.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One time that a strategy was evaluated.

    Attributes:
        evaluation_id: Hash of request and strategy, in hex.
        strategy_id: What was evaluated.
        score: What the search maximized.
        window_end: End of the window, seconds since 1970.
        copy_row: The row as PostgreSQL's binary COPY takes it.
    """

    evaluation_id: str
    strategy_id: str
    score: float
    window_end: int
    copy_row: bytes

    @property
    def goodness(self) -> tuple[float, int, str]:
        """What the best evaluation of a strategy has the most of."""
        return self.score, self.window_end, self.evaluation_id

    @property
    def newness(self) -> tuple[int, float, str]:
        """What the latest evaluation of a strategy has the most of."""
        return self.window_end, self.score, self.evaluation_id


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Pass:
    """A find that passed an exam, with its t."""

    find: Find
    t: float


@dataclass(frozen=True, slots=True)
class ExamAnswer:
    """The outcome of one exam.

    Attributes:
        request_id: The exam request that was answered.
        asked: What must equal the exam's row: symbol, interval, exam number,
            start and end of the window in seconds since 1970, design hash.
        genomes: Genomes evaluated.
        eligible: Those with enough round trips.
        resamples: Resamples drawn.
        critical_value: The t to reach, if any.
        best_t: The best t, if any.
        data_fingerprint: Hash of the bars.
        code_version: Version of engine and catalogue.
        passes: What passed.
    """

    request_id: str
    asked: tuple[str, str, int, int, int, str]
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


def batch(finds: Iterable[Find], trials: Iterable[Trials]) -> Batch:
    """Return the rows to store.

    Of two different rows under one key, which only a request answered twice on
    corrected bars can bring, the one with the smaller bytes stays.
    """
    evaluations: dict[str, Evaluation] = {}
    strategies: dict[str, Strategy] = {}
    for find in finds:
        found = find.evaluation
        known = evaluations.setdefault(found.evaluation_id, found)
        if known is not found and found.copy_row < known.copy_row:
            evaluations[found.evaluation_id] = found
        strategies[find.strategy.strategy_id] = find.strategy
    ledger: dict[str, Trials] = {}
    for row in trials:
        kept = ledger.setdefault(row.request_id, row)
        if row.copy_row < kept.copy_row:
            ledger[row.request_id] = row
    best: dict[str, Evaluation] = {}
    latest: dict[str, Evaluation] = {}
    for row_ in evaluations.values():
        key = row_.strategy_id
        if key not in best:
            best[key] = latest[key] = row_
            continue
        best[key] = max(best[key], row_, key=lambda e: e.goodness)
        latest[key] = max(latest[key], row_, key=lambda e: e.newness)
    return Batch(
        [StrategyRow(strategies[k], best[k], latest[k]) for k in sorted(strategies)],
        [evaluations[key] for key in sorted(evaluations)],
        [ledger[key] for key in sorted(ledger)],
    )
