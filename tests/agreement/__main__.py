"""Compare the engine with plain loops over bars on random genomes of all types.

usage: python -m tests.agreement [--genomes N] [--seed N] [--strategy NAME]… [--write]

Same bars of fills, and every metric, the equity, and the hourly sums within 1e-9.
Exit status: 0 all agree, 1 a genome does not.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from tests.agreement.markets import MARKETS
from tests.agreement.page import agreement_page
from tradestream.backtest.program import Programs
from tradestream.backtest.window import Window
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of
from tradestream.testing.plain.comparison import Comparison, compare
from tradestream.testing.plain.rows import Bars

_PAGE = Path("docs/agreement.md")
_A_TASK = 6
"""Genomes that share a window."""


@dataclass(frozen=True, slots=True)
class Task:
    """Some genomes of one type on one random window of a market."""

    strategy: str
    market: str
    genomes: int
    seed: str


def tasks(names: Sequence[str], genomes: int, seed: int) -> Iterator[Task]:
    """Yield the work: every type has its share, spread over the markets."""
    for i, name in enumerate(names):
        left = genomes // len(names) + (i < genomes % len(names))
        part = 0
        while left:
            market = list(MARKETS)[part % len(MARKETS)]
            count = min(left, _A_TASK)
            yield Task(name, market, count, f"{seed} {name} {part}")
            left, part = left - count, part + 1


@cache
def _programs(name: str) -> Programs:
    return Programs({name: CATALOGUE[name]})


def run(task: Task) -> list[Comparison]:
    """Return what came out of one task."""
    source = Random(task.seed)
    series, costs = MARKETS[task.market](source)
    instrument = instrument_of(series)
    genomes = Space(CATALOGUE[task.strategy]).random(task.genomes, task.seed)
    window = Window(series, instrument, costs, programs=_programs(task.strategy))
    return list(compare(window, Bars(series, instrument), task.strategy, genomes))


def main(arguments: Sequence[str]) -> int:
    """Run all tasks on all cores and print one line a type."""
    parser = argparse.ArgumentParser(prog="python -m tests.agreement")
    parser.add_argument("--genomes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strategy", action="append", choices=list(CATALOGUE))
    parser.add_argument("--write", action="store_true", help=f"write {_PAGE}")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args(arguments)
    work = list(tasks(given.strategy or list(CATALOGUE), given.genomes, given.seed))
    found: dict[str, dict[str, list[Comparison]]] = defaultdict(
        lambda: defaultdict(list)
    )
    started = time.monotonic()
    with ProcessPoolExecutor(given.processes) as pool:
        running = {pool.submit(run, task): task for task in work}
        done = 0
        for future in as_completed(running):
            task = running[future]
            compared = future.result()
            found[task.strategy][task.market] += compared
            done += len(compared)
            for one in compared:
                if not one.agrees:
                    error, what = one.worst
                    print(f"{task} {one.parameters}: {what} {error:.3g}")
            if sys.stderr.isatty():
                print(f"\r{done} of {given.genomes}", end="", file=sys.stderr)
    seconds = time.monotonic() - started
    command = f"python -m tests.agreement --genomes {given.genomes} --seed {given.seed}"
    page = agreement_page(found, command, seconds)
    print(page)
    if given.write:
        _PAGE.write_text(page, encoding="utf-8")
    everything = [
        c for markets in found.values() for each in markets.values() for c in each
    ]
    return 0 if everything and all(c.agrees for c in everything) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
