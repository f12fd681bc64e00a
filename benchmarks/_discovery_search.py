"""Speed of the search, the history exam, and the command, beside DEAP and pymoo."""

import csv
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from benchmarks._discovery_speed import COSTS, DAY, cpu_seconds
from benchmarks.figures import Figure
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.design import design
from tradestream.discovery.exam import run_exam
from tradestream.discovery.exam_schedule import exam_alpha
from tradestream.discovery.search import EXHAUSTIVE_LIMIT, SearchConfig, search
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of, random_walk
from tradestream.testing.servers import temporary_folder

PROCESSES = 2
TWO_WEEKS = 14 * DAY
LONG, LONGEST = 121_393, 525_600
HOUR_START = 1_699_999_200


def whole_hours(bars: int, seed: int = 7) -> CandleSeries:
    """Return a random walk that begins on a whole hour."""
    walk = random_walk(bars, seed=seed)
    times = HOUR_START + 60 * np.arange(bars)
    return CandleSeries(
        walk.symbol, 60, times, walk.opens, walk.highs, walk.lows, walk.closes,
        walk.volumes,
    )  # fmt: skip


def _requests(
    seed: int,
    rounds: int,
    limit: int,
    barrier: Barrier,
    results: "SimpleQueue[tuple[float, float]]",
) -> None:
    """Search every type on days of one market, each window used for all types."""
    windows = [random_walk(DAY, seed=seed + k) for k in range(rounds + 1)]
    for k, series in enumerate(windows):
        if k == 1:  # the first loaded the code
            barrier.wait()
            begun, cpu = time.perf_counter(), time.process_time()
        window = Window(series, instrument_of(series), COSTS)
        for name in CATALOGUE:
            search(
                window, name, SearchConfig(seed=seed + k + 1, exhaustive_limit=limit)
            )
    spent = time.perf_counter() - begun, time.process_time() - cpu
    results.put(spent)


def requests(*, quick: bool) -> list[Figure]:
    """Measure searches a second of two processes, over all types."""
    rounds = 2 if quick else 8
    genetic = f"genetic searches of 50 × 30 on 1 day, mean of {len(CATALOGUE)} types"
    usual = "the same with spaces of up to 20,000 points searched in full"
    wall, cpu = _rates(rounds, 0)
    wall_full, cpu_full = _rates(rounds, EXHAUSTIVE_LIMIT)
    return [
        Figure(f"{genetic}, two processes", wall, "requests/s", 1_000, aim=2_000),
        Figure(f"{genetic}, two CPU seconds", cpu, "requests", 1_000, aim=2_000),
        Figure(f"{usual}, two processes", wall_full, "requests/s"),
        Figure(f"{usual}, two CPU seconds", cpu_full, "requests"),
        *_family(),
    ]


def _rates(rounds: int, limit: int) -> tuple[float, float]:
    """Return searches a second, and in two seconds of processor time."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(PROCESSES), context.SimpleQueue()
    workers = [
        context.Process(
            target=_requests, args=(100 * k, rounds, limit, barrier, results)
        )
        for k in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    spent = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    done = PROCESSES * rounds * len(CATALOGUE)
    wall = done / max(seconds for seconds, _ in spent)
    return wall, PROCESSES * done / sum(seconds for _, seconds in spent)


def _family() -> list[Figure]:
    name = "SMA_EMA_CROSSOVER"
    series = [random_walk(DAY, seed=k) for k in range(8)]

    def run() -> None:
        for one in series:
            search(
                Window(one, instrument_of(one), COSTS),
                name,
                SearchConfig(exhaustive_limit=0),
            )

    run()
    rate = PROCESSES * len(series) / min(cpu_seconds(run) for _ in range(3))
    return [
        Figure(f"genetic searches of {name} alone, two CPU seconds", rate, "requests")
    ]


def exam(rounds: int) -> list[Figure]:
    """Measure a first history exam of 14 days without an edge, on one core."""
    series = whole_hours(TWO_WEEKS)

    def run() -> None:
        window = Window(series, instrument_of(series), COSTS)
        run_exam(window, design(), alpha=exam_alpha(1), seed=1)

    run()
    found = [cpu_seconds(run) for _ in range(rounds)]
    genomes = sum(len(rows) for rows in design().genomes.values())
    what = f"history exam of {genomes:,} genomes, 14 days, bootstrap included"
    ends = (min(found), max(found))
    return [Figure(what, min(found), "CPU s", 3, True, aim=1.5, spread=ends)]


def write_csv(series: CandleSeries, path: Path) -> None:
    """Write a series as the command reads it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["open_time", "open", "high", "low", "close", "volume"])
        for row in zip(
            series.open_times, series.opens, series.highs, series.lows,
            series.closes, series.volumes, strict=True,
        ):  # fmt: skip
            stamp = datetime.fromtimestamp(int(row[0]), UTC).isoformat()
            rows.writerow([stamp, *(repr(float(value)) for value in row[1:])])


def command(rounds: int) -> list[Figure]:
    """Measure the whole command `tradestream search`, from start to exit."""
    with temporary_folder("search") as folder:
        path = folder / "WALK-USD.csv"
        write_csv(whole_hours(TWO_WEEKS), path)
        words = ("-m", "tradestream.cli.main", "search", "--candles", str(path))
        found = []
        for _ in range(rounds):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True)
            found.append(time.perf_counter() - begun)
    what = "`tradestream search`, 14 days, all types, warm, start to exit"
    ends = (min(found), max(found))
    return [Figure(what, min(found), "s", 20, True, aim=8, spread=ends)]


def _peak(run: Callable[[], None], results: "SimpleQueue[float]") -> None:
    """Report the most memory that this process held, in MiB.

    Not of getrusage: that is inherited from whoever started the process.
    """
    run()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    results.put(int(line.split()[1]) / 1024)


def search_all() -> None:
    """Search every type on the longest window that searches use."""
    series = random_walk(LONG)
    window = Window(series, instrument_of(series), COSTS)
    for name in CATALOGUE:
        search(window, name, SearchConfig(population_size=200, max_generations=1))


def examine_year() -> None:
    """Examine every genome of the design on a year of minutes."""
    series = whole_hours(LONGEST)
    window = Window(series, instrument_of(series), COSTS)
    run_exam(window, design(), alpha=exam_alpha(1), seed=1)


def memory(*, quick: bool) -> list[Figure]:
    """Measure the peak of a process that did nothing else."""
    context = multiprocessing.get_context("spawn")
    figures = []
    cases = {f"a search of every type at {LONG:,} bars": search_all}
    if not quick:
        cases[f"a history exam at {LONGEST:,} bars"] = examine_year
    for what, run in cases.items():
        results = context.SimpleQueue()
        worker = context.Process(target=_peak, args=(run, results))
        worker.start()
        peak = results.get()
        worker.join()
        figures.append(Figure(f"peak memory: {what}", peak, "MiB", 350, True, aim=256))
    return figures
