"""How signals are computed and sent, and what a run reports."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Settings:
    """How signals are computed and sent.

    Attributes:
        replay: How far back a new strategy starts; nil: at the newest bar.
        live_within: A bar that closed longer ago gives `replayed` signals.
        expires_after: After the close of its bar nobody may act on a signal.
        max_age: A symbol whose newest bar closed longer ago is left alone.
        most_cuts: Cuts after calls, to see whether a rule looks ahead.
    """

    replay: timedelta = timedelta()
    live_within: timedelta = timedelta(minutes=3)
    expires_after: timedelta = timedelta(minutes=2)
    max_age: timedelta = timedelta(minutes=10)
    most_cuts: int = 3


@dataclass(slots=True)
class Tally:
    """What a run did.

    Attributes:
        strategies: Strategies that may trade.
        bars: Bars looked at, over all strategies.
        signals: Signals written, by action; `replayed` ones apart.
        mismatches: Signals of the past that changed, by reason.
        withheld: What was held back, by reason.
        open_positions: Strategies that are in a position after the run.
        ages: Seconds from the close of the bar to the signal, live ones only.
    """

    strategies: int = 0
    bars: int = 0
    signals: Counter[str] = field(default_factory=Counter)
    mismatches: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    open_positions: int = 0
    ages: list[float] = field(default_factory=list)
