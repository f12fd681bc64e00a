"""Compile every kernel into the cache: `python -m tradestream.backtest.compile`.

The first evaluation on a machine would wait for it otherwise. Two processes share
the work, since compiling is bound by one core; running it again costs a second
or two. What is in the cache is then baked into one file for rooms that run without
the compiler, see `tradestream.kernels`.
"""

import multiprocessing
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from inspect import getsource
from pathlib import Path
from sys import modules

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.backtest.details import fills_of
from tradestream.backtest.window import Window
from tradestream.candles import MINUTE_SECONDS, CandleSeries
from tradestream.discovery.genome import Space
from tradestream.discovery.search import SearchConfig, evolve_trials
from tradestream.indicators.compiled import (
    cache_base,
    forget_old_code,
    sources_hash,
)
from tradestream.indicators.library import INDICATORS, address
from tradestream.instruments import Instrument
from tradestream.kernels.bake import bake
from tradestream.kernels.errors import MachineCodeError

_BARS = 200
_PROCESSES = 2


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


def compile_engine() -> None:
    """Compile what is not an indicator."""
    window = Window(sample(), Instrument("SAMPLE", 0.01, 1.0), Costs())
    name, strategy = next(iter(window.programs.catalogue.items()))
    genome = window.genome(name, strategy.defaults())
    fills_of(window, name, genome[0])
    window.evaluate(name, genome)
    window.outcomes(name, genome)
    evolve_trials(window, name, Space(strategy), SearchConfig(4, 1))


def compile_indicators(names: tuple[str, ...]) -> None:
    """Compile some indicators; those of one module share helpers."""
    for name in names:
        address(name)


def by_module() -> list[tuple[str, ...]]:
    """Return the names of all indicators by module, the longest module first."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name, declared in INDICATORS.items():
        groups[declared.kernel.__module__].append(name)
    lengths = {module: len(getsource(modules[module])) for module in groups}
    return [tuple(groups[m]) for m in sorted(groups, key=lambda m: -lengths[m])]


def compile_all() -> float:
    """Compile what is not in the cache yet, and bake all; return the seconds."""
    started = time.perf_counter()
    # Forked, because nothing but imports has happened here yet and those take longer
    # than loading what is in the cache already.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(_PROCESSES, mp_context=context) as pool:
        work = [pool.submit(compile_engine)]
        work += [pool.submit(compile_indicators, names) for names in by_module()]
        for done in as_completed(work):
            done.result()
    try:
        bake()
    except (MachineCodeError, OSError) as error:
        # Rooms take what is in the cache then, and hold the compiler in memory.
        print(f"kernels are not baked: {error}")
    return time.perf_counter() - started


def in_use() -> set[str]:
    """Return the names of the folders that hold code of the present sources."""
    files = {
        m.__file__ for name, m in modules.items() if name.startswith("tradestream.")
    }
    # A folder without __init__.py, as in a sandbox, has no file.
    return {sources_hash(Path(file).resolve()) for file in files if file}


def main() -> None:
    """Print how long it took, and where the code is."""
    seconds = compile_all()
    forget_old_code(cache_base(), in_use())
    print(f"compiled in {seconds:.1f} s into {cache_base()}")


if __name__ == "__main__":
    main()
