"""Prints how the engine was loaded, a hash of results, and the memory it took in MiB.

usage: results_fake baked | compiled | asked | failed

`asked` prints the first alone, `failed` then what functions raise that fail.
"""

import hashlib
import os
import sys

import numpy as np

from tradestream.kernels.use import use_baked_kernels


def main(how: str) -> None:
    """Run every type on one window, and search it."""
    baked = use_baked_kernels() if how != "compiled" else False
    print("baked" if baked else "compiled")
    if how == "failed":
        from tradestream.kernels.kernels_fake import failures

        print("\n".join(failures()))
    elif how != "asked":
        print(_digest())
        from tradestream.testing.process_memory import read_mib

        held = read_mib(os.getpid())
        print(held[0] if held else 0)


def _digest() -> str:
    from tradestream.backtest.costs import Costs
    from tradestream.backtest.details import fills_of
    from tradestream.backtest.window import Window
    from tradestream.discovery.genome import Space
    from tradestream.discovery.search import SearchConfig, evolve_trials
    from tradestream.instruments import Instrument
    from tradestream.testing.markets import random_walk

    digest = hashlib.sha256()
    instrument = Instrument("WALK-USD", 0.01, 1e-4)
    window = Window(random_walk(3_000), instrument, Costs(), row_budget_bytes=4 << 20)
    for name, strategy in window.programs.catalogue.items():
        genome = window.genome(name, strategy.defaults())
        found = window.evaluate(name, np.repeat(genome, 3, axis=0))
        for metric in sorted(found.metrics):
            digest.update(found.metrics[metric].tobytes())
        digest.update(found.hourly.tobytes())
        for bits in window.signals(name, strategy.defaults()):
            digest.update(bits.tobytes())
        digest.update(repr(fills_of(window, name, genome[0])).encode())
        trials = evolve_trials(window, name, Space(strategy), SearchConfig(6, 2))
        digest.update(repr(trials).encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1])
