"""What is compared: some genomes of a type on a random window of a market."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.agreement.markets import MARKETS
from tradestream.backtest.costs import Costs
from tradestream.backtest.program import Programs
from tradestream.backtest.window import Window
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of, jumping_market
from tradestream.testing.plain.comparison import Comparison, compare
from tradestream.testing.plain.rows import Bars

_GENOMES_A_TASK = 9
"""One more than the engine takes at once."""
JUMPS = (3.0, 10.0, 100.0)
_CROWDS = (0, 0, 60, 1_000)
_ROW_BYTES = 64 << 20


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
    """Return what came out of one task.

    The engine evaluates the genomes alone or in a crowd, with much memory for rows
    or hardly any: it takes other ways then, and must arrive at the same place.
    """
    source = Random(task.seed)
    series, costs = MARKETS[task.market](source)
    instrument = instrument_of(series)
    window = Window(
        series,
        instrument,
        costs,
        row_budget_bytes=source.choice([_ROW_BYTES, 0]),
        programs=_programs(task.strategy),
    )
    space = Space(CATALOGUE[task.strategy])
    genomes = space.random(task.genomes + source.choice(_CROWDS), task.seed)
    bars = Bars(series, instrument)
    compared = compare(window, bars, task.strategy, genomes, first=task.genomes)
    return list(compared)


def jump_task(task: tuple[str, float]) -> list[Comparison]:
    """Return how a type fares whose market a bar multiplies by a factor."""
    name, factor = task
    series = jumping_market(300, factor=factor)
    instrument = instrument_of(series)
    window = Window(series, instrument, Costs(), programs=_programs(name))
    genomes = Space(CATALOGUE[name]).random(9, name)
    return list(compare(window, Bars(series, instrument), name, genomes))


@cache
def _programs(name: str) -> Programs:
    return Programs({name: CATALOGUE[name]})
