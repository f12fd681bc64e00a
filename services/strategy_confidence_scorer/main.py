"""Keep the gate: ask for exams, fold claims, change statuses; then score.

Safe to rerun: every step moves a watermark in the transaction of its effect.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

from collections.abc import Sequence
from dataclasses import asdict
from time import monotonic

from absl import flags

from services.strategy_confidence_scorer.score import score
from services.strategy_confidence_scorer.settings import (
    ROOM,
    Settings,
    history_start,
    is_history_start,
)
from tradestream.portfolio.confidence import Weights
from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.logs import get_logger

_BUS = shared.define_bus()
_CANDLES = shared.define_candles()
_POSTGRES = shared.define_postgres()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
_SYMBOLS = flags.DEFINE_list(
    "symbols", [], "Symbols to look at, e.g. BTC-USD,ETH-USD; default: all with bars."
)
_START = flags.DEFINE_string(
    "backfill_start", "365d", "Where histories begin: days ago, e.g. 365d, or ISO time."
)
flags.register_validator(
    "backfill_start", is_history_start, "days such as 365d or an ISO time is required"
)
_MISSING = flags.DEFINE_float(
    "max_missing", 0.05, "Largest share of minutes that the venue itself may lack.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_FEE = flags.DEFINE_float("fee_bps", 10.0, "Fee a side in bps.", lower_bound=0.0)
_SLIPPAGE = flags.DEFINE_float(
    "slippage_bps", 2.0, "Slippage a side in bps.", lower_bound=0.0
)
_PERFORMANCE = flags.DEFINE_float(
    "performance_weight", 0.6, "Weight of evidence in a score.", lower_bound=0.0
)
_FREQUENCY = flags.DEFINE_float(
    "frequency_weight", 0.25, "Weight of rediscovery in a score.", lower_bound=0.0
)
_RECENCY = flags.DEFINE_float(
    "recency_weight", 0.15, "Weight of freshness in a score.", lower_bound=0.0
)


def main(_argv: Sequence[str]) -> None:
    """Run once."""
    began, now, metrics = monotonic(), _CLOCK.now(), _METRICS.room(ROOM)
    settings = Settings(
        backfill_start=history_start(_START.value, now),
        max_missing=_MISSING.value,
        fee_bps=_FEE.value,
        slippage_bps=_SLIPPAGE.value,
        weights=Weights(_PERFORMANCE.value, _FREQUENCY.value, _RECENCY.value),
    )
    connection, store = _POSTGRES.connect(), _CANDLES.open()
    try:
        report = score(
            connection,
            _BUS.open,
            store,
            symbols=_SYMBOLS.value,
            settings=settings,
            now=now,
        )
    finally:
        store.close()
        connection.close()
    seconds = monotonic() - began
    get_logger(ROOM).info("run finished", seconds=round(seconds, 3), **asdict(report))
    for name, count in asdict(report).items():
        metrics.counter(f"{name}_total").inc(count)
    metrics.gauge("run_duration_seconds").set(seconds)
    metrics.success(now)
    metrics.push()


if __name__ == "__main__":
    run(main)
