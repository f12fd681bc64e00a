"""Ask discovery to search every span of bars that is new, once.

Safe to rerun: request ids are hashes of what is asked, and a span is asked for
only when it moved past its watermark.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

from collections.abc import Sequence

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number
from tradestream.runtime.symbols import define_symbols

_BUS = shared.define_bus()
_CANDLES = shared.define_candles()
_REDIS = shared.define_redis()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_FIBONACCI = [1597, 2584, 4181, 6765, 10946, 17711, 28657, 46368, 75025, 121393]
_WINDOWS = [str(minutes) for minutes in _FIBONACCI]
_SHARE = {"lower_bound": 0.0, "upper_bound": 1.0}
_COST = {"lower_bound": 0.0, "upper_bound": 1_000.0}
_COUNT = (1, 100_000)
_SEED = (0, 2**64 - 1)
# fmt: off
define_symbols("Such as BTC-USD,ETH-USD; those in Redis if empty.")
flags.DEFINE_list("strategies", [], "Types such as SMA_RSI; all if empty.")
flags.DEFINE_list("windows", _WINDOWS, "Lengths of the spans to search, in minutes.")
define_number("min_advance", 0.01, "Share of a window to move by.", **_SHARE)
define_number("max_missing", 0.05, "Share that the venue may lack.", **_SHARE)
flags.DEFINE_integer("max_lag", 20_000, "Waiting requests that stop a run.", 0)
flags.DEFINE_integer("top_n", 5, "Distinct results a request.", 1, 1_000)
flags.DEFINE_integer("population_size", 50, "Genomes a generation.", 4, 100_000)
flags.DEFINE_integer("max_generations", 30, "Generations after the first.", *_COUNT)
flags.DEFINE_integer("seed", 0, "Of every search; 0: each from its request id.", *_SEED)
define_number("fee_bps", 10.0, "Fee a side in basis points.", **_COST)
define_number("slippage_bps", 2.0, "Slippage a side in basis points.", **_COST)
flags.DEFINE_enum("objective", "excess_sharpe", ["excess_sharpe"], "What to maximize.")
# fmt: on


def _are_windows(windows: Sequence[str]) -> bool:
    return all(w.isdecimal() and 3 <= int(w) <= 1_000_000 for w in windows)


def _are_types(names: Sequence[str]) -> bool:
    from tradestream.strategies.catalogue import CATALOGUE

    return all(name in CATALOGUE for name in names)


flags.register_validator("windows", _are_windows, "3 to 1000000 minutes are required")
flags.register_validator(
    "strategies", _are_types, "types of the catalogue are required"
)


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from services.strategy_discovery_request_factory.meters import METERS
    from services.strategy_discovery_request_factory.run import run_once

    run_once(
        _BUS.open,
        _CANDLES.open,
        _REDIS.connect,
        _METRICS.room(METERS),
        flags.FLAGS.flag_values_dict(),
        now=_CLOCK.now(),
    )


if __name__ == "__main__":
    run(main)
