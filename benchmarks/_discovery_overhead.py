"""What the genetic algorithm itself costs, beside DEAP and pymoo.

All search the same grid for the same smooth landscape, 50 × 30, whose evaluation
costs next to nothing; the CPU time of a run ÷ its evaluations is the overhead.
"""

import random
import warnings
from collections.abc import Callable

import numpy as np

from benchmarks._discovery_speed import cpu_seconds
from benchmarks.figures import Figure
from tradestream.candles import Floats
from tradestream.discovery.genetic import (
    FRESH,
    TRIED,
    Hunt,
    ask_next,
    begin,
    tell_next,
)
from tradestream.discovery.genome import Space
from tradestream.indicators.compiled import entry_point
from tradestream.strategies.catalogue import CATALOGUE

POPULATION, GENERATIONS = 50, 30
TYPE = "STOCHASTIC_RSI"
_RUNS = 5

SPACE = Space(CATALOGUE[TYPE])
LOWS, HIGHS = SPACE.genes[:, 0], SPACE.genes[:, 1]
BEST = LOWS + 0.3 * (HIGHS - LOWS)


def heights(places: Floats) -> Floats:
    """Return the landscape at places of the grid, shape (g,): one smooth hill."""
    return np.asarray(-np.sum(((places - BEST) / (HIGHS - LOWS)) ** 2, axis=1))


@entry_point
def _hunt(hunt: Hunt, best: Floats, spans: Floats) -> int:
    """Search the landscape in one compiled call, as `evolve` searches a window."""
    while ask_next(hunt) > 0:
        tried, fresh = hunt.counts[TRIED], hunt.counts[FRESH]
        for i in range(tried - fresh, tried):
            height = 0.0
            for j in range(best.shape[0]):
                height -= ((hunt.places[i, j] - best[j]) / spans[j]) ** 2
            hunt.scores[i] = height
        tell_next(hunt)
    return int(hunt.counts[TRIED])


def run_ours(seed: int) -> int:
    """Search once; return how many points were evaluated."""
    hunt = begin(
        SPACE.genes,
        points=SPACE.size(),
        size=POPULATION,
        generations=GENERATIONS,
        seed=seed,
    )
    return _hunt(hunt, BEST, HIGHS - LOWS)


def run_deap(seed: int) -> int:
    """The same with DEAP's eaSimple, one genome at a time as it evaluates them."""
    from deap import algorithms, base, creator, tools

    random.seed(seed)
    if not hasattr(creator, "Highest"):
        creator.create("Highest", base.Fitness, weights=(1.0,))
        creator.create("Genome", list, fitness=creator.Highest)
    lows, highs = ([int(x) for x in ends] for ends in (LOWS, HIGHS))
    best, spans = BEST.tolist(), (HIGHS - LOWS).tolist()
    evaluated = 0

    def height(genome: list[int]) -> tuple[float]:
        nonlocal evaluated
        evaluated += 1
        pairs = zip(genome, best, spans, strict=True)
        return (-sum(((x - b) / s) ** 2 for x, b, s in pairs),)

    def draw() -> list[int]:
        ends = zip(lows, highs, strict=True)
        genome: list[int] = creator.Genome(random.randint(*end) for end in ends)
        return genome

    tool = base.Toolbox()
    tool.register("evaluate", height)
    tool.register("mate", tools.cxUniform, indpb=0.5)
    tool.register("mutate", tools.mutUniformInt, low=lows, up=highs, indpb=0.2)
    tool.register("select", tools.selTournament, tournsize=3)
    first = [draw() for _ in range(POPULATION)]
    algorithms.eaSimple(first, tool, 0.9, 0.5, GENERATIONS, verbose=False)
    return evaluated


def run_pymoo(seed: int) -> int:
    """The same with pymoo's GA, a generation evaluated at once."""
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.core.problem import Problem
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling
    from pymoo.optimize import minimize

    class Hill(Problem):  # type: ignore[misc]  # pymoo is untyped
        """The landscape upside down."""

        def __init__(self) -> None:
            super().__init__(n_var=len(LOWS), n_obj=1, xl=LOWS, xu=HIGHS, vtype=int)

        def _evaluate(self, x: Floats, out: dict[str, Floats], *_: object) -> None:
            out["F"] = -heights(x.astype(np.float64))

    repair = RoundingRepair()
    algorithm = GA(
        pop_size=POPULATION,
        sampling=IntegerRandomSampling(),
        crossover=SBX(vtype=float, repair=repair),
        mutation=PM(vtype=float, repair=repair),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = minimize(
            Hill(), algorithm, ("n_gen", GENERATIONS + 1), seed=seed, verbose=False
        )
    return int(found.algorithm.evaluator.n_eval)


def overhead(rounds: int) -> list[Figure]:
    """Compare microseconds an evaluation."""
    runs = {"ours": run_ours, "DEAP": run_deap, "pymoo": run_pymoo}
    found: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run(0)
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(_each(run))
    least = {name: min(each) for name, each in found.items()}
    what = f"genetic algorithm, {POPULATION} × {GENERATIONS}"
    figures = [
        Figure(
            f"{what}: {name}, an evaluation", 1e6 * least[name], "CPU µs",
            spread=(1e6 * min(each), 1e6 * max(each)),
        )
        for name, each in found.items()
    ]  # fmt: skip
    return figures + [
        Figure(
            f"{what}: overhead less than {name}'s", least[name] / least["ours"], "×",
            limit,
        )
        for name, limit in (("DEAP", 50), ("pymoo", 120))
    ]  # fmt: skip


def _each(run: Callable[[int], int]) -> float:
    evaluated = 0

    def several() -> None:
        nonlocal evaluated
        evaluated = sum(run(seed) for seed in range(_RUNS))

    return cpu_seconds(several) / evaluated
