"""What is compared: some genomes of a type on a random window of a market."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.agreement.markets import MARKETS
from tradestream.backtest.program import Programs
from tradestream.backtest.window import Window
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of
from tradestream.testing.plain.comparison import Comparison, compare
from tradestream.testing.plain.rows import Bars

_GENOMES_A_TASK = 9
"""One more than the engine takes at once."""


@dataclass(frozen=True, slots=True)
class Task:
    """Some genomes of one type on one random window of a market."""

    strategy: str
    market: str
    genomes: int
    seed: str


def tasks(names: Sequence[str], genomes: int, seed: int) -> Iterator[Task]:
    """Yield the work: every type has its share, spread over the markets."""
    markets = list(MARKETS)
    for i, name in enumerate(names):
        left = genomes // len(names) + (i < genomes % len(names))
        most = min(_GENOMES_A_TASK, max(1, left // len(markets)))
        part = 0
        while left:
            market = markets[part % len(markets)]
            count = min(left, most)
            yield Task(name, market, count, f"{seed} {name} {part}")
            left, part = left - count, part + 1


def run(task: Task) -> list[Comparison]:
    """Return what came out of one task."""
    series, costs = MARKETS[task.market](Random(task.seed))
    instrument = instrument_of(series)
    genomes = Space(CATALOGUE[task.strategy]).random(task.genomes, task.seed)
    window = Window(series, instrument, costs, programs=_programs(task.strategy))
    return list(compare(window, Bars(series, instrument), task.strategy, genomes))


@cache
def _programs(name: str) -> Programs:
    return Programs({name: CATALOGUE[name]})
