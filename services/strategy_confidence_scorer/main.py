"""Keep the gate: ask for exams, fold claims, change statuses; then score.

Safe to rerun: every step moves a watermark in the transaction of its effect.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

from collections.abc import Sequence
from contextlib import closing
from time import monotonic

from absl import flags

from services.strategy_confidence_scorer import settings as told
from services.strategy_confidence_scorer.meters import METERS
from services.strategy_confidence_scorer.reporting import tell
from services.strategy_confidence_scorer.score import score
from tradestream.portfolio.confidence import Weights
from tradestream.runtime import durations
from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number
from tradestream.runtime.symbols import define_symbols

_BUS = shared.define_bus()
_CANDLES = shared.define_candles()
_POSTGRES = shared.define_postgres()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_SYMBOLS = define_symbols(
    "Symbols to look at, e.g. BTC-USD,ETH-USD; default: all with bars."
)
_START = durations.define_history_start(
    "backfill_start", "365d", "Where histories begin: days ago, e.g. 365d, or ISO time."
)
_MISSING = define_number(
    "max_missing", 0.05, "Largest share of minutes that the venue itself may lack.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_BUDGET = define_number("run_budget", 200.0, "Seconds to begin in.", lower_bound=1.0)
_COST = {"lower_bound": 0.0, "upper_bound": 1_000.0}
_FEE = define_number("fee_bps", 10.0, "Fee a side in bps.", **_COST)
_SLIPPAGE = define_number("slippage_bps", 2.0, "Slippage a side in bps.", **_COST)
_AGAIN = durations.define_duration("ask_again_after", "6h", "An exam's time to answer.")
_KEEP = durations.define_duration("keep_evaluations", "14d", "How long finds last.")
_POOLED = flags.DEFINE_bool("pooled", True, "Examine all symbols together, too.")
_WEIGHTS = [
    define_number(f"{part}_weight", weight, "Weight in a score.", lower_bound=0.0)
    for part, weight in (("performance", 0.6), ("frequency", 0.25), ("recency", 0.15))
]
flags.register_multi_flags_validator(
    [weight.name for weight in _WEIGHTS], lambda given: sum(given.values()) > 0,
    "one weight above 0 is required",
)  # fmt: skip


def main(_argv: Sequence[str]) -> None:
    """Run once."""
    began, now = monotonic(), _CLOCK.now()
    settings = told.Settings(
        backfill_start=durations.history_start(_START.value, now),
        max_missing=_MISSING.value,
        fee_bps=_FEE.value,
        slippage_bps=_SLIPPAGE.value,
        ask_again_after=durations.parse_duration(_AGAIN.value),
        pooled=_POOLED.value,
        keep_evaluations=durations.parse_duration(_KEEP.value),
        weights=Weights(*(weight.value for weight in _WEIGHTS)),
    )
    with closing(_POSTGRES.connect()) as connection, closing(_CANDLES.open()) as store:
        report = score(
            connection, _BUS.open, store, symbols=_SYMBOLS.value, settings=settings,
            now=now, out_of_time=lambda: monotonic() - began > _BUDGET.value,
        )  # fmt: skip
    tell(report, _METRICS.room(METERS), monotonic() - began, now)


if __name__ == "__main__":
    run(main)
