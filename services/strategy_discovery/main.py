"""Answer discovery requests: search strategies, hold exams, publish what is found.

Results are published before their request is committed, so nothing is lost; the
same request on the same bars gives the same bytes, so nothing is doubled.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

import socket
from collections.abc import Sequence

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number

_BUS = shared.define_bus()
_CANDLES = shared.define_candles()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
_TRACING = shared.define_tracing()
# fmt: off
_WORKERS = flags.DEFINE_integer("workers", 0, "Processes; 0: one a core.", 0, 1024)
_MEMBER = flags.DEFINE_string("member", None, "Name in the group; the host's if unset.")
_DRAIN = flags.DEFINE_bool("drain", False, "Exit when no request is left.")
_BATCH = flags.DEFINE_integer("max_batch", 64, "Requests taken at once.", 1, 10_000)
_BATCH_SECONDS = define_number(
    "batch_seconds", 20.0, "Time for a batch.", lower_bound=0.0
)
_MISSING = define_number(
    "max_missing", 0.05, "Share that may lack.", lower_bound=0.0, upper_bound=1.0
)
_ROWS = flags.DEFINE_integer("row_budget_mib", 64, "For indicator rows of a window.", 1)
_TRIES = flags.DEFINE_integer("max_deliveries", 10, "Tries of a request that kills.", 1)
_GRACE = define_number(
    "grace_seconds", 20.0, "To finish a batch in hand.", lower_bound=0.0
)
# fmt: on


def main(argv: Sequence[str]) -> int:
    """Run until asked to stop, or until no request is left."""
    del argv
    from services.strategy_discovery.child import Settings
    from services.strategy_discovery.limits import Limits
    from services.strategy_discovery.meters import METERS
    from services.strategy_discovery.run import run_workers

    settings = Settings(
        open_bus=_BUS.opener(),
        open_store=_CANDLES.opener(),
        limits=Limits(
            max_batch=_BATCH.value,
            batch_seconds=_BATCH_SECONDS.value,
            max_missing=_MISSING.value,
            row_budget_bytes=_ROWS.value << 20,
            max_deliveries=_TRIES.value,
            drain=_DRAIN.value,
        ),
        member=_MEMBER.value or socket.gethostname(),
        grace_seconds=_GRACE.value,
        clock=_CLOCK.clock(),
        tracing=_TRACING.settings(),
    )
    metrics = _METRICS.room(METERS)
    return run_workers(settings, metrics, _CLOCK.clock(), workers=_WORKERS.value)


if __name__ == "__main__":
    run(main)
