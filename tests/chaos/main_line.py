"""The stages of the main line, in the order of the demo, small enough for chaos."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """

    name: str
    room: str
    flags: Mapping[str, str] = field(default_factory=dict)


STAGES = (
    Stage("migrate", "database_migrator"),
    Stage("list symbols", "top_crypto_updater"),
    Stage(
        "ingest candles",
        "candle_ingestor",
        {
            "symbols": _SYMBOLS,
            "backfill_start": BACKFILL,
            "requests_per_second": "500",
        },
    ),
    Stage(
        "ask for searches",
        "strategy_discovery_request_factory",
        {"symbols": _SYMBOLS, "windows": "1597,4181"},
    ),
    Stage(
        "ask for exams",
        "strategy_confidence_scorer",
        {"symbols": _SYMBOLS, "backfill_start": BACKFILL},
    ),
    Stage(
        "search and examine", "strategy_discovery", {"workers": "2", "drain": "true"}
    ),
    Stage("store results", "strategy_consumer"),
    Stage(
        "settle exams, register claims, score",
        "strategy_confidence_scorer",
        {"symbols": _SYMBOLS, "backfill_start": BACKFILL},
    ),
    Stage("rotate", "strategy_rotation"),
    Stage("size", "risk_adjusted_sizing"),
    Stage("signal", "trade_signal_generator", {"replay": "24h"}),
)
