"""Compute the evidence beside the gate for strategies that matter, once.

Validated strategies first, then those in probation; oldest evidence first. Safe
to rerun: each strategy is stored by itself, and a fresh one is left alone.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

import time
from collections.abc import Sequence

from absl import flags

from tradestream.runtime import durations
from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number

_POSTGRES = shared.define_postgres()
_CANDLES = shared.define_candles()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_SPAN = durations.define_duration("span", "14d", "Newest bars that are looked at.")
_REFRESH = durations.define_duration(
    "refresh_after", "7d", "Age at which evidence is computed anew."
)
_OTHERS = flags.DEFINE_integer(
    "other_symbols", 5, "Other symbols that a genome is tried on.", lower_bound=0
)
_BUDGET = define_number(
    "run_budget", 200.0, "Seconds after which no strategy is begun.", lower_bound=1.0
)
_COST = {"lower_bound": 0.0, "upper_bound": 1_000.0}
_FEE = define_number("fee_bps", 10.0, "Fee a side in bps.", **_COST)
_SLIPPAGE = define_number("slippage_bps", 2.0, "Slippage a side in bps.", **_COST)


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from tradestream.kernels.use import use_baked_kernels

    use_baked_kernels()
    from services.strategy_robustness.compute import Settings
    from services.strategy_robustness.meters import METERS
    from services.strategy_robustness.run import report, run_once

    started, now = time.monotonic(), _CLOCK.now()
    settings = Settings(
        span=durations.parse_duration(_SPAN.value),
        refresh_after=durations.parse_duration(_REFRESH.value),
        other_symbols=_OTHERS.value,
        fee_bps=_FEE.value,
        slippage_bps=_SLIPPAGE.value,
    )
    connection, store = _POSTGRES.connect(), _CANDLES.open()
    try:
        outcome = run_once(
            connection, store, settings=settings, now=now,
            out_of_time=lambda: time.monotonic() - started > _BUDGET.value,
        )  # fmt: skip
    finally:
        store.close()
        connection.close()
    report(outcome, _METRICS.room(METERS), now, time.monotonic() - started)


if __name__ == "__main__":
    run(main)
