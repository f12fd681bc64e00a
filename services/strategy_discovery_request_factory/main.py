"""Ask discovery to search every span of bars that is new, once.

Safe to rerun: request ids are hashes of what is asked, and a span is asked for
only when it moved past its watermark.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

from collections.abc import Sequence

from absl import app, flags

from services.strategy_discovery_request_factory import run as factory
from tradestream.discovery.requests import OBJECTIVE
from tradestream.runtime import flags as shared
from tradestream.runtime.app import run

_BUS = shared.define_bus()
_CANDLES = shared.define_candles()
_REDIS = shared.define_redis()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
_SYMBOLS = flags.DEFINE_list(
    "symbols", [], "Symbols to search, e.g. BTC-USD,ETH-USD; default: those in Redis."
)
_STRATEGIES = flags.DEFINE_list(
    "strategies", [], "Strategy types to search, e.g. SMA_RSI; default: all."
)
_WINDOWS = flags.DEFINE_list(
    "windows",
    "1597,2584,4181,6765,10946,17711,28657,46368,75025,121393".split(","),
    "Lengths of the spans to search, in minutes.",
)
_MIN_ADVANCE = flags.DEFINE_float(
    "min_advance", 0.01, "Share of a window it moves before it is searched again.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_MAX_MISSING = flags.DEFINE_float(
    "max_missing", 0.05, "Largest share of minutes that the venue itself may lack.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_MAX_LAG = flags.DEFINE_integer(
    "max_lag", 20_000, "Add nothing while more requests than this wait.", lower_bound=0
)
_TOP_N = flags.DEFINE_integer(
    "top_n", 5, "Distinct results a request.", lower_bound=1, upper_bound=1_000
)
_POPULATION = flags.DEFINE_integer(
    "population_size", 50, "Genomes a generation.", lower_bound=4
)
_GENERATIONS = flags.DEFINE_integer(
    "max_generations", 30, "Generations after the first.", lower_bound=1
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Seed of every search; 0: from the request id.", lower_bound=0
)
_FEE = flags.DEFINE_float("fee_bps", 10.0, "Fee a side in bps.", lower_bound=0.0)
_SLIPPAGE = flags.DEFINE_float(
    "slippage_bps", 2.0, "Slippage a side in bps.", lower_bound=0.0
)
_OBJECTIVE = flags.DEFINE_enum(
    "objective", OBJECTIVE, [OBJECTIVE], "What a search maximizes."
)
