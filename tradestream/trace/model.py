"""What a trace is made of: steps of one matter, from the first to the last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Detail = str | int | float | bool | None

STAGES = (
    "asked", "answered", "put aside", "trials stored", "found", "exam asked",
    "exam answered", "exam passed", "exam settled", "claim opened", "status",
    "claim proven", "claim closed", "scored", "approved", "left the set",
    "set announced", "sized", "sizes announced", "signal", "signal announced",
)  # fmt: skip
"""Everything that can happen, in the order of cause."""


@dataclass(frozen=True, slots=True)
class Match:
    """Something that an id names.

    Attributes:
        kind: `search`, `exam`, `strategy`, `evaluation`, `signal`, `set`, or
            `message` for what only the bus knows.
        identity: The whole id.
        title: What it is, in words.
    """

    kind: str
    identity: str
    title: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    Attributes:
        what: One of STAGES.
        at: When, by the clock of whoever noted it; None when nobody did.
        source: Table or topic that says so.
        identity: Id of the request, strategy, or signal that it happened to.
        details: What else is known.
    """

    what: str
    at: datetime | None
    source: str
    identity: str
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(slots=True)
class Ids:
    """What belongs to the matter.

    Attributes:
        requests: Searches and exams.
        strategies: Strategies that came of them.
        signals: Signals to look at; None: the newest of each strategy.
        correlations: Correlation ids of messages beside those.
    """

    requests: set[str] = field(default_factory=set)
    strategies: set[str] = field(default_factory=set)
    signals: set[str] | None = None
    correlations: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Way:
    """The whole way of one matter.

    Attributes:
        match: What was asked for.
        steps: What happened, in order.
        notes: What the reader should know about the steps.
        unasked: Why the bus could not be asked, so that its steps are missing; None
            when it was, or was not to be.
    """

    match: Match
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    unasked: str | None = None
