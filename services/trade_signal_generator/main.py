"""Turn the newest closed bars into trade signals, once.

Safe to rerun: every strategy has a watermark, every signal an id that says what
it is, and a message that still waits is published.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

import time
from collections.abc import Sequence

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.durations import define_duration, parse_duration

_POSTGRES = shared.define_postgres()
_CANDLES = shared.define_candles()
_BUS = shared.define_bus()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_REPLAY = define_duration(
    "replay", "0", "How far back a new strategy starts, e.g. 24h; 0: at the newest bar."
)
_WAIT = define_duration(
    "wait_for_bar", "20s", "How long to wait for the newest bar, e.g. 20s; 0: not."
)
_LIVE_WITHIN = define_duration(
    "live_within", "3m", "Signals of a bar that closed longer ago are marked replayed."
)
_EXPIRES_AFTER = define_duration(
    "expires_after", "2m", "How long after the close of its bar a signal may be used."
)
_MAX_AGE = define_duration(
    "max_candle_age", "10m", "A symbol whose newest bar closed longer ago gets none."
)
_MOST_CUTS = flags.DEFINE_integer(
    "most_cuts", 3, "Cuts of a history that must give the same signals.", lower_bound=1
)


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from services.trade_signal_generator.arrivals import Patience
    from services.trade_signal_generator.meters import METERS
    from services.trade_signal_generator.report import report
    from services.trade_signal_generator.run import Systems, run_once
    from services.trade_signal_generator.settings import Settings

    started, clock = time.monotonic(), _CLOCK.clock()
    settings = Settings(
        replay=parse_duration(_REPLAY.value),
        live_within=parse_duration(_LIVE_WITHIN.value),
        expires_after=parse_duration(_EXPIRES_AFTER.value),
        max_age=parse_duration(_MAX_AGE.value),
        most_cuts=_MOST_CUTS.value,
    )
    seconds = parse_duration(_WAIT.value).total_seconds()
    patience = Patience(seconds, time.monotonic, time.sleep)
    connection = _POSTGRES.connect()
    systems = Systems(connection, _CANDLES.open, _BUS.open, clock.now, patience)
    try:
        tally, published = run_once(systems, settings)
    finally:
        connection.close()
    metrics = _METRICS.room(METERS)
    report(tally, published, metrics, clock.now(), time.monotonic() - started)


if __name__ == "__main__":
    run(main)
