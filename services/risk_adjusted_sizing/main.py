"""Size the strategies that may trade under limits of risk, once.

Safe to rerun: the same strategies and the same bars give the same sizes, and a
message that still waits is published.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number

_POSTGRES = shared.define_postgres()
_CANDLES = shared.define_candles()
_BUS = shared.define_bus()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_CAPITAL = define_number(
    "capital", 100_000.0, "Capital in the account currency, at most 1e15.",
    lower_bound=0.01, upper_bound=1e15,
)  # fmt: skip
_SHARE = {"lower_bound": 1e-6, "upper_bound": 1.0}
_SHARES = {
    name: define_number(name, share, f"Largest share of capital {what}.", **_SHARE)
    for name, share, what in (
        ("max_risk", 0.02, "at risk in one position"),
        ("max_symbol", 0.10, "in one symbol"),
        ("max_group", 0.25, "in one group of correlated symbols"),
        ("max_total", 1.0, "in all positions"),
    )
}
_GROUP_CORRELATION = define_number(
    "group_correlation", 0.7, "Symbols that correlate above this are one group.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_HISTORY_HOURS = flags.DEFINE_integer(
    "history_hours", 336, "Hourly bars that risk is measured on.", lower_bound=15
)
_MAX_AGE_HOURS = flags.DEFINE_integer(
    "max_age_hours", 3, "How old the newest whole hour of bars may be.", lower_bound=1
)


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from services.risk_adjusted_sizing.meters import METERS
    from services.risk_adjusted_sizing.report import report
    from services.risk_adjusted_sizing.run import run_once
    from services.risk_adjusted_sizing.size import Settings
    from tradestream.portfolio.sizing import Limits

    started, now = time.monotonic(), _CLOCK.now()
    settings = Settings(
        Limits(*(Decimal(repr(f.value)) for f in (_CAPITAL, *_SHARES.values()))),
        group_correlation=_GROUP_CORRELATION.value,
        history_hours=_HISTORY_HOURS.value,
        max_age=timedelta(hours=_MAX_AGE_HOURS.value),
    )
    connection = _POSTGRES.connect()
    try:
        outcome = run_once(connection, _CANDLES.open, _BUS.open, settings, now=now)
    finally:
        connection.close()
    metrics = _METRICS.room(METERS)
    report(outcome, metrics, now, time.monotonic() - started)


if __name__ == "__main__":
    run(main)
