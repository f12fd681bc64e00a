"""Backtests a second on one core, against raptorbt and vectorbt in the same run.

SMA_EMA_CROSSOVER on one day of minutes, its whole space of 2,116 genomes, all
metrics and hourly sums. Our figure includes everything: tables, rows, and
metrics are made anew in each round. That the engines agree on trades and final
equity is checked first. CPU time of one thread, best of several rounds that
take turns, so that a busy machine is unfair to nobody.
"""

import os
import sys
import time
from collections.abc import Callable

for _library in ("RAYON", "NUMBA", "OMP", "OPENBLAS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ["RAPTORBT_NO_VERSION_CHECK"] = "1"

import numpy as np  # noqa: E402

from benchmarks import _peers  # noqa: E402
from benchmarks._peers import Outcome  # noqa: E402
from benchmarks.figures import Figure, report  # noqa: E402
from tradestream.backtest.costs import Costs  # noqa: E402
from tradestream.backtest.window import Evaluation, Window  # noqa: E402
from tradestream.candles import Floats  # noqa: E402
from tradestream.discovery.genome import Space  # noqa: E402
from tradestream.strategies.catalogue import CATALOGUE  # noqa: E402
from tradestream.testing.markets import instrument_of, random_walk  # noqa: E402

NAME = "SMA_EMA_CROSSOVER"
ROUNDS = 5
VECTORBT_CHUNKS = (50, 100, 200, 400, 1000)
RAPTORBT_CHUNKS = (100, 529)
COSTS = Costs()
SERIES = random_walk(1440)
INSTRUMENT = instrument_of(SERIES)
GENOMES = Space(CATALOGUE[NAME]).enumerate()


def ours() -> Evaluation:
    """Make a window and backtest the whole space on it."""
    return Window(SERIES, INSTRUMENT, COSTS).evaluate(NAME, GENOMES)


def warm(window: Window) -> Callable[[], Evaluation]:
    """Return a round on a window whose rows are there already."""
    return lambda: window.evaluate(NAME, GENOMES)


def peer(
    run: Callable[..., Outcome], chunk: int, genomes: Floats = GENOMES
) -> Callable[[], Outcome]:
    """Return a round of a peer."""
    return lambda: run(SERIES, INSTRUMENT.price_tick, COSTS, genomes, chunk)


def check_agreement(name: str, theirs: Outcome) -> None:
    """Compare trades and final equity of every genome.

    A position open at the end is sold by us and only marked by them: one exit's
    cost. A fee within or on top of the stake differs by 1e-6 a trade.

    Raises:
        SystemExit: If a genome differs.
    """
    mine = ours()
    same = np.array_equal(mine.trades, theirs.trades)
    gap = np.abs((1 + mine.total_return) / theirs.equity - 1)
    if not same or np.any(gap > 1.3e-3 + 2e-6 * mine.trades):
        differing = int(np.sum(mine.trades != theirs.trades))
        sys.exit(
            f"{name}: {differing} genomes trade differently, gap {np.max(gap):.1e}"
        )
    count, most = len(GENOMES), float(np.max(gap))
    print(f"{name}: same trades in {count} genomes, gap of equity {most:.1e}")


def seconds(run: Callable[[], object]) -> float:
    """Return the CPU seconds of one round."""
    started = time.process_time()
    run()
    return time.process_time() - started


def best_of(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the least CPU seconds of each, taking turns."""
    least = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            least[name] = min(least[name], seconds(run))
    return least


def main() -> int:
    """Check agreement, measure, print, and write the figures."""
    check_agreement("raptorbt", peer(_peers.run_raptorbt, 529)())
    check_agreement("vectorbt", peer(_peers.run_vectorbt, 400)())
    window = Window(SERIES, INSTRUMENT, COSTS)
    runs: dict[str, Callable[[], object]] = {"ours": ours, "warm": warm(window)}
    runs |= {f"raptorbt {c}": peer(_peers.run_raptorbt, c) for c in RAPTORBT_CHUNKS}
    runs |= {f"vectorbt {c}": peer(_peers.run_vectorbt, c) for c in VECTORBT_CHUNKS}
    rate = {name: len(GENOMES) / s for name, s in best_of(runs, ROUNDS).items()}
    raptorbt = max(rate[f"raptorbt {c}"] for c in RAPTORBT_CHUNKS)
    vectorbt = max(rate[f"vectorbt {c}"] for c in VECTORBT_CHUNKS)
    return report(
        "backtests",
        [
            Figure(
                "tradestream, rows and tables included", rate["ours"], "backtests/s"
            ),
            Figure("tradestream, rows resident", rate["warm"], "backtests/s"),
            Figure("raptorbt, best batch size", raptorbt, "backtests/s"),
            Figure("vectorbt, best chunk size", vectorbt, "backtests/s"),
            Figure("against raptorbt", rate["ours"] / raptorbt, "×", 30),
            Figure("against vectorbt", rate["ours"] / vectorbt, "×", 100),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
