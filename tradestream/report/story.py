"""What the page of one strategy tells, as plain records; drawn by `strategy_page`.

Filled from the tables (`strategy_build`) or from a life replayed on a file
(`life_page`). Ratios are fractions, times aware UTC; None means undefined or
not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradestream.report.landscape import Landscape


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One change of a status, with the reason in words."""

    changed_at: datetime
    from_status: str | None
    to_status: str
    door: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimStory:
    """One claim of the strategy.

    Attributes:
        number: Its running number in the symbol's life.
        born_at: From here on hours count.
        folded_until: Hours before this are in the evidence.
        evidence: The e-value, 1 at birth.
        threshold: The line that it must cross.
        trips: Round trips since birth.
        raw_return: Sum of net returns of the hours since birth.
        state: open, validated, or closed.
        training_t: Mean excess ÷ its standard error before birth.
        proven_at: When it crossed the line, if it did.
        closed_reason: Why it was closed, if it was.
    """

    number: int
    born_at: datetime
    folded_until: datetime
    evidence: float
    threshold: float
    trips: int
    raw_return: float
    state: str
    training_t: float
    proven_at: datetime | None
    closed_reason: str | None


@dataclass(frozen=True, slots=True)
class ExamStory:
    """The exam that the strategy passed, or else the market's newest.

    Attributes:
        number: Its number in the market's life.
        window_start_at: First bar examined.
        window_end_at: First instant after the last.
        genomes: Designs examined.
        eligible: Those that traded at least 10 times.
        critical_value: The t to reach; None when nothing could pass.
        best_t: Best t of a design that gained, if one traded enough.
        own_t: What this strategy reached, if it was examined and passed.
        ts: The t of everybody in the running; empty when not known.
        note: Why there is no picture, if there is none.
    """

    number: int
    window_start_at: datetime
    window_end_at: datetime
    genomes: int | None
    eligible: int | None
    critical_value: float | None
    best_t: float | None
    own_t: float | None
    ts: Sequence[float] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What it made in one part of the bars."""

    label: str
    start: datetime
    end: datetime
    total_return: float
    market_return: float
    max_drawdown: float
    excess_sharpe: float | None
    trades: int


@dataclass(frozen=True, slots=True)
class Robustness:
    """Evidence beside the gate.

    Attributes:
        start: First bar looked at.
        end: First instant after the last.
        trials: Genomes tried that the Deflated Sharpe Ratio allows for.
        deflated_sharpe: A probability.
        overfitting_probability: A share.
        evidence: As `tradestream.robustness.collect.as_data`, and `since_found`.
    """

    start: datetime
    end: datetime
    trials: int
    deflated_sharpe: float | None
    overfitting_probability: float | None
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """What it did on paper after a verdict."""

    verdict: str
    since_at: datetime
    until_at: datetime
    hours: int
    excess_sum: float
    raw_return: float


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the page of one strategy says.

    Attributes:
        key: Name of its charts and of its part of a page.
        identity: Id of the strategy; None on a file, where there are none.
        symbol: Its market.
        strategy_name: Its type.
        parameters: Typed values by name, as declared.
        status: Where it stands.
        reasons: Why, in words, what decides first.
        born_at: Bars from here on were not seen by what found it.
        born: What happened then, in words.
        changes: Its history, oldest first.
        claims: The one drawn first, then the others, newest first.
        exam: The exam it passed, or the market's newest.
        parts: Results before birth, after it, and on all bars.
        plateau: Share of neighbours with at least half of its score.
        landscapes: What the search maximizes, around it.
        landscape_span: First and last instant of those bars.
        robustness: Evidence beside the gate, if it was computed.
        paper: What it did after verdicts.
        problem: Why there is nothing to draw, if so.
        charts: What the page's script draws.
        on_file: Whether it is of a life on a file, that has no tables.
    """

    key: str
    identity: str | None
    symbol: str
    strategy_name: str
    parameters: Mapping[str, int | float]
    status: str
    reasons: Sequence[str]
    born_at: datetime | None = None
    born: str = ""
    changes: Sequence[StatusChange] = ()
    claims: Sequence[ClaimStory] = ()
    exam: ExamStory | None = None
    parts: Sequence[Part] = ()
    plateau: float | None = None
    landscapes: Sequence[Landscape] = ()
    landscape_span: tuple[datetime, datetime] | None = None
    robustness: Robustness | None = None
    paper: Sequence[PaperRecord] = ()
    problem: str | None = None
    charts: Mapping[str, Any] = field(default_factory=dict)
    on_file: bool = False
