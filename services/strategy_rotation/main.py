"""Choose the strategies of each symbol that may trade, once.

At most five of a symbol, best score first, no two alike. Safe to rerun: a set
that did not change is left alone, and a message that still waits is published.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

import time
from collections.abc import Sequence

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number

_POSTGRES = shared.define_postgres()
_BUS = shared.define_bus()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_MOST = flags.DEFINE_integer(
    "most_strategies", 5, "Largest number of strategies of a symbol.", lower_bound=1
)
_MOST_CORRELATION = define_number(
    "most_correlation", 0.9, "Largest correlation of hourly excess between two.",
    lower_bound=-1.0, upper_bound=1.0,
)  # fmt: skip
_MIN_STATUS = flags.DEFINE_enum(
    "min_status", "validated", ["validated", "probation"],
    "What a strategy must have reached. `probation` lets unproven strategies trade:"
    " on paper only.",
)  # fmt: skip


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from services.strategy_rotation.meters import METERS
    from services.strategy_rotation.report import report
    from services.strategy_rotation.run import run_once

    started, now = time.monotonic(), _CLOCK.now()
    statuses = ["validated"]
    if _MIN_STATUS.value == "probation":
        statuses.append("probation")
    connection = _POSTGRES.connect()
    try:
        outcome = run_once(
            connection,
            _BUS.open,
            statuses=statuses,
            most=_MOST.value,
            most_correlation=_MOST_CORRELATION.value,
            now=now,
        )
    finally:
        connection.close()
    report(outcome, _METRICS.room(METERS), now, time.monotonic() - started)


if __name__ == "__main__":
    run(main)
