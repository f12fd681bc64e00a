"""Compile every kernel into the cache: `python -m tradestream.backtest.compile`.

The first evaluation on a machine would wait for it otherwise. Running it again
costs a second.
"""

import time

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.backtest.details import fills_of
from tradestream.backtest.window import Window
from tradestream.candles import MINUTE_SECONDS, CandleSeries
from tradestream.discovery.genome import Space
from tradestream.discovery.search import SearchConfig, evolve_trials
from tradestream.indicators.compiled import cache_base, forget_old_code
from tradestream.indicators.library import INDICATORS, address
from tradestream.instruments import Instrument

_BARS = 200


def sample() -> CandleSeries:
    """Return a short market that kernels can be compiled on."""
    closes = 100 + np.sin(np.arange(_BARS) / 5)
    return CandleSeries(
        "SAMPLE",
        MINUTE_SECONDS,
        np.arange(_BARS) * MINUTE_SECONDS,
        closes,
        closes + 1,
        closes - 1,
        closes,
        np.ones(_BARS),
    )


def compile_all() -> float:
    """Compile what is not in the cache yet; return how many seconds it took."""
    started = time.perf_counter()
    for name in INDICATORS:
        address(name)
    window = Window(sample(), Instrument("SAMPLE", 0.01, 1.0), Costs())
    name, strategy = next(iter(window.programs.catalogue.items()))
    fills_of(window, name, window.genome(name, strategy.defaults())[0])
    evolve_trials(window, name, Space(strategy), SearchConfig(4, 1))
    return time.perf_counter() - started


def main() -> None:
    """Print how long it took, and where the code is."""
    seconds = compile_all()
    forget_old_code(cache_base())
    print(f"compiled in {seconds:.1f} s into {cache_base()}")


if __name__ == "__main__":
    main()
