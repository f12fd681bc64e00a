"""Speed of the engine beside its peers: two rules in depth, and all types."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks._peer_engines import (
    Outcome,
    Task,
    run_bare,
    run_raptorbt,
    run_vectorbt,
)
from benchmarks._peer_rows import CROSSING, THRESHOLDS, Rule
from benchmarks.figures import Figure
from tradestream.backtest.costs import Costs
from tradestream.backtest.program import Programs, catalogue_programs
from tradestream.backtest.window import Evaluation, Window
from tradestream.candles import CandleSeries, Floats
from tradestream.discovery.genome import Space
from tradestream.testing.markets import instrument_of, random_walk

POPULATION = 1_550
COSTS = Costs()
DAY, WEEK, QUARTER = 1_440, 10_080, 129_600
_ROUND_SECONDS = 0.1
SPANS = {DAY: "1 day", WEEK: "1 week", QUARTER: "90 days"}
PEER_GENOMES = {DAY: 400, WEEK: 80, QUARTER: 10}
RAPTORBT_CHUNKS = {DAY: (50, 200), WEEK: (20, 80), QUARTER: (10,)}
VECTORBT_CHUNKS = {DAY: (100, 200, 400), WEEK: (20, 80), QUARTER: (10,)}
BARE_CHUNKS = {DAY: (50, 200), WEEK: (10, 40), QUARTER: (5, 10)}

Bounds = dict[tuple[str, int], tuple[float, float]]
CROSSING_BOUNDS: Bounds = {
    ("raptorbt", DAY): (120, 250),
    ("raptorbt", WEEK): (100, 200),
    ("raptorbt", QUARTER): (60, 170),
    ("vectorbt", DAY): (220, 500),
    ("vectorbt", WEEK): (300, 400),
    ("vectorbt", QUARTER): (1_000, 2_000),
    ("bare", DAY): (40, 80),
    ("bare", WEEK): (30, 60),
    ("bare", QUARTER): (18, 50),
}
THRESHOLD_BOUNDS: Bounds = {
    ("raptorbt", DAY): (150, 250),
    ("raptorbt", WEEK): (150, 250),
}
PEERS = {
    "raptorbt": "raptorbt",
    "vectorbt": "vectorbt through its API",
    "bare": "vectorbt's bare loop, rows given to it, no metrics",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A rule on a window.

    Attributes:
        rule: The rule.
        series: The bars.
        ours: Genomes that we run.
        theirs: Genomes that a peer runs.
        programs: The rule as our engine knows it.
    """

    rule: Rule
    series: CandleSeries
    ours: Floats
    theirs: Floats
    programs: Programs

    @classmethod
    def of(cls, rule: Rule, bars: int) -> "Case":
        """Return a rule on a random walk."""
        space = Space(rule.strategy)
        name = rule.strategy.name
        programs = catalogue_programs()
        if name not in programs.catalogue:
            programs = Programs({name: rule.strategy})
        theirs = space.random(PEER_GENOMES[bars], 2)
        return cls(
            rule, random_walk(bars), space.random(POPULATION, 1), theirs, programs
        )

    def evaluate(self, genomes: Floats, *, hourly: bool = False) -> Evaluation:
        """Make a window, its rows, and all metrics."""
        instrument = instrument_of(self.series)
        window = Window(self.series, instrument, COSTS, programs=self.programs)
        return window.evaluate(self.rule.strategy.name, genomes, hourly=hourly)

    def task(self) -> Task:
        """Make the rows of the peers."""
        tick = instrument_of(self.series).price_tick
        signals = self.rule.rows(self.series, tick, self.theirs)
        return Task(self.series, COSTS, self.theirs, signals)


def check_agreement(name: str, case: Case, theirs: Outcome) -> None:
    """Compare trades and final equity of every genome.

    A position open at the end is sold by us and only marked by them: one exit's
    cost. A fee within or on top of the stake differs by 1e-6 a trade.

    Raises:
        RuntimeError: If a genome differs.
    """
    mine = case.evaluate(case.theirs)
    differing = int(np.sum(mine.trades != theirs.trades))
    gap = np.zeros(1)
    if theirs.equity is not None:
        gap = np.abs((1 + mine.total_return) / theirs.equity - 1)
    allowed = 1.3e-3 + 2e-6 * mine.trades
    if differing or np.any(gap > allowed):
        raise RuntimeError(
            f"{name}: equal trades are required, was {differing} genomes that differ, "
            f"gap of equity {np.max(gap):.1e}"
        )


def cpu_seconds(run: Callable[[], object]) -> float:
    """Return the CPU seconds of one round, of all threads."""
    started = time.process_time()
    run()
    return time.process_time() - started


def rates(
    runs: dict[str, tuple[Callable[[], object], int]], rounds: int
) -> dict[str, list[float]]:
    """Return genomes a CPU second of every round of each, taking turns.

    A round is the best of what fits into a tenth of a second, the same for all:
    what runs for a millisecond is else at the mercy of one interruption.
    """
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (run, genomes) in runs.items():
            least, spent = float("inf"), 0.0
            while spent < _ROUND_SECONDS:
                seconds = cpu_seconds(run)
                least, spent = min(least, seconds), spent + seconds
            found[name].append(genomes / least)
    return found


def _peer_runs(
    case: Case, bars: int, peers: set[str]
) -> dict[str, tuple[Callable[[], Outcome], int]]:
    """Return every setting of every peer; rows counted but for the bare loop."""
    count = len(case.theirs)
    prepared = case.task()
    runs: dict[str, tuple[Callable[[], Outcome], int]] = {}
    for chunk in RAPTORBT_CHUNKS[bars]:
        run = partial(_on_new_rows, case, run_raptorbt, chunk)
        runs[f"raptorbt {chunk}"] = run, count
    for engine in ("numba", "rust"):
        for chunk in VECTORBT_CHUNKS[bars]:
            run = partial(_on_new_rows, case, run_vectorbt, chunk, engine)
            runs[f"vectorbt {engine} {chunk}"] = run, count
    for chunk in BARE_CHUNKS[bars]:
        runs[f"bare {chunk}"] = partial(run_bare, prepared, chunk), count
    return {name: run for name, run in runs.items() if name.split()[0] in peers}


def _on_new_rows(case: Case, run: Callable[..., Outcome], *settings: object) -> Outcome:
    return run(case.task(), *settings)


def measure(rule: Rule, bars: int, bounds: Bounds, rounds: int) -> list[Figure]:
    """Compare one rule on one span with every peer that has a bound."""
    case = Case.of(rule, bars)
    theirs = _peer_runs(case, bars, {peer for peer, span in bounds if span == bars})
    for name, (peer_run, _) in theirs.items():
        check_agreement(name, case, peer_run())
    runs: dict[str, tuple[Callable[[], object], int]] = {
        "ours": (lambda: case.evaluate(case.ours), POPULATION),
        "hourly": (lambda: case.evaluate(case.ours, hourly=True), POPULATION),
        **theirs,
    }
    for run, _ in list(runs.values())[:2]:
        run()
    found = rates(runs, rounds)
    what = f"{rule.strategy.name}, {SPANS[bars]}"
    figures = [
        _rate(f"{what}: ours, tables and rows counted", found["ours"]),
        _rate(f"{what}: ours, with sums of every hour", found["hourly"]),
    ]
    for (peer, span), (limit, aim) in bounds.items():
        if span == bars:
            names = [name for name in theirs if name.split()[0] == peer]
            best = max(names, key=lambda name: max(found[name]))
            figures.append(_rate(f"{what}: {PEERS[peer]} ({best})", found[best]))
            figures.append(
                _ratio(f"{what}: × {peer}", found["ours"], found[best], limit, aim)
            )
    return figures


def _rate(what: str, rounds: list[float]) -> Figure:
    ends = (min(rounds), max(rounds))
    return Figure(what, max(rounds), "backtests/s", spread=ends)


def _ratio(
    what: str, ours: list[float], theirs: list[float], limit: float, aim: float
) -> Figure:
    each = [a / b for a, b in zip(ours, theirs, strict=True)]
    ratio = max(ours) / max(theirs)
    return Figure(what, ratio, "×", limit, aim=aim, spread=(min(each), max(each)))


def rules(rounds: int, *, quick: bool) -> list[Figure]:
    """Compare the crossing and the thresholds on every span."""
    figures = []
    for bars in SPANS:
        if quick and bars == QUARTER:
            continue
        some = rounds if bars < QUARTER else max(2, rounds // 2)
        figures += measure(CROSSING, bars, CROSSING_BOUNDS, some)
        if bars != QUARTER:
            figures += measure(THRESHOLDS, bars, THRESHOLD_BOUNDS, some)
    return figures


def all_types(rounds: int, *, quick: bool) -> list[Figure]:
    """Compare every type with raptorbt, to which signals are given for nothing."""
    series = random_walk(DAY)
    window = Window(series, instrument_of(series), COSTS)
    ratios: dict[str, float] = {}
    for name, strategy in window.programs.catalogue.items():
        genomes = Space(strategy).random(POPULATION, 1)
        task = _given(window, name, genomes[: 40 if quick else 120])
        runs: dict[str, tuple[Callable[[], object], int]] = {
            "ours": (partial(_anew, series, name, genomes), POPULATION),
            "raptorbt": (partial(run_raptorbt, task, 40), len(task.genomes)),
        }
        runs["ours"][0]()
        found = rates(runs, rounds)
        ratios[name] = max(found["ours"]) / max(found["raptorbt"])
    worst = sorted(ratios, key=lambda name: ratios[name])[:5]
    slowest = ", ".join(f"{name} {ratios[name]:.0f}" for name in worst)
    what = f"all {len(ratios)} types, 1 day, population {POPULATION:,}: × raptorbt"
    return [
        Figure(f"{what}, median", statistics.median(ratios.values()), "×", 40, aim=60),
        Figure(f"{what}, least ({slowest})", min(ratios.values()), "×", 9, aim=15),
    ]


def _anew(series: CandleSeries, name: str, genomes: Floats) -> Evaluation:
    window = Window(series, instrument_of(series), COSTS)
    return window.evaluate(name, genomes, hourly=False)


def _given(window: Window, name: str, genomes: Floats) -> Task:
    """Return a task whose signals our own engine computed, at no cost to the peer."""
    masks = {}
    for genome in genomes:
        enter, leave = (
            np.unpackbits(m.view(np.uint8), count=window.bars, bitorder="little")
            for m in window.masks(name, genome)
        )
        masks[genome.tobytes()] = enter.astype(np.bool_), leave.astype(np.bool_)

    def signals(part: Floats) -> tuple[np.ndarray, np.ndarray]:
        pairs = [masks[genome.tobytes()] for genome in part]
        return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])

    return Task(window.series, COSTS, genomes, signals)
