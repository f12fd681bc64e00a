"""Store what discovery found, once: drain the topic into the database.

Safe to rerun: rows have keys of their own, and what is there stays as it is.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

from collections.abc import Sequence

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number

_BUS = shared.define_bus()
_POSTGRES = shared.define_postgres()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_BATCH = flags.DEFINE_integer(
    "batch", 4_000, "Messages stored in one transaction.", 1, 100_000
)
_BUDGET = define_number(
    "run_budget", 200.0, "Seconds after which no new batch is begun.", lower_bound=1.0
)


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from services.strategy_consumer.meters import METERS
    from services.strategy_consumer.run import run_once

    run_once(
        _BUS.open,
        _POSTGRES.connect,
        _METRICS.room(METERS),
        batch=_BATCH.value,
        budget_seconds=_BUDGET.value,
        now=_CLOCK.now(),
    )


if __name__ == "__main__":
    run(main)
