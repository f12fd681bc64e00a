"""The stages of the main line, in the order of the demo, small enough for chaos."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tradestream.bus import topics

SYMBOLS = ("TREND1-USD", "REVERT1-USD", "GBM1-USD", "BTC-USD")
_SYMBOLS = ",".join(SYMBOLS)
BACKFILL = "8d"


@dataclass(frozen=True, slots=True)
class Stage:
    """One room's turn; the next begins when this one has nothing left to do.

    Attributes:
        name: What is shown.
        room: Folder under `services/`.
        flags: Its flags, beside those that name servers and hold the clock.
        later: How far the clock stands from where it was first held.
        poisoned: Topic that holds malformed messages before the room's turn.
    """

    name: str
    room: str
    flags: Mapping[str, str] = field(default_factory=dict)
    later: timedelta = timedelta()
    poisoned: str | None = None


_MIGRATE = Stage("migrate", "database_migrator")
_GATE_FLAGS = {"symbols": _SYMBOLS, "backfill_start": BACKFILL}
_SCORER_FLAGS = {**_GATE_FLAGS, "pooled": "true"}
_INGEST = Stage(
    "ingest candles",
    "candle_ingestor",
    {**_GATE_FLAGS, "requests_per_second": "500"},
)
_ASK = (
    Stage("list symbols", "top_crypto_updater"),
    _INGEST,
    Stage(
        "ask for searches",
        "strategy_discovery_request_factory",
        {"symbols": _SYMBOLS, "windows": "1597,4181"},
    ),
    Stage("ask for exams, fold hours", "strategy_confidence_scorer", _SCORER_FLAGS),
)
_ASK_AGAIN = Stage(
    "ask for unanswered exams",
    "strategy_confidence_scorer",
    {**_SCORER_FLAGS, "ask_again_after": "1h"},
)
_ANSWER = (
    Stage(
        "search and examine",
        "strategy_discovery",
        {"workers": "2", "drain": "true"},
        poisoned=topics.DISCOVERY_REQUESTS,
    ),
    Stage("store results", "strategy_consumer", poisoned=topics.DISCOVERED_STRATEGIES),
    Stage("settle, claim, score", "strategy_confidence_scorer", _SCORER_FLAGS),
    Stage("rotate", "strategy_rotation"),
    Stage("size", "risk_adjusted_sizing"),
    Stage("signal", "trade_signal_generator", {"replay": "24h"}),
    Stage(
        "evidence beside the gate",
        "strategy_robustness",
        {"span": "1d", "other_symbols": "1", "refresh_after": "1h"},
    ),
)
CORRECTED_MINUTES = 2
"""Before the first now: a bar that the venue corrects before the clock moves."""

HOLE_HOURS = 5
"""Before the first now: a minute that the venue has no bar of."""


def _later(hours: int, *stages: Stage) -> tuple[Stage, ...]:
    later = timedelta(hours=hours)
    return tuple(
        replace(s, name=f"{s.name}, {hours} h later", later=later) for s in stages
    )


STAGES = (
    _MIGRATE,
    *_ASK,
    *_later(1, _ASK_AGAIN, _INGEST, *_ANSWER),
    *_later(3, *_ASK, *_ANSWER),
)
