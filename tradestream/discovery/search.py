"""Searching the parameters of one strategy type on one window.

A small space is searched exhaustively and certified so; a large one by the
genetic search. The same window, type, and configuration give the same bytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tradestream.backtest.details import adverse_excursion_p95
from tradestream.backtest.metrics import METRICS, Number, reported
from tradestream.backtest.window import Window
from tradestream.candles import Floats
from tradestream.discovery.evolve import GOES_ON, NO_ROOM, evolve
from tradestream.discovery.genetic import GENERATION, TRIED, begin
from tradestream.discovery.genome import Space, space_of
from tradestream.discovery.objective import excess_sharpe_score
from tradestream.strategies.declaration import Value

EXHAUSTIVE_LIMIT = 20_000
MOST_EVALUATIONS = 1_000_000
"""More would not fit the memory of a worker."""

AT_A_TIME = 20_000
"""Genomes of a compiled call, about; between two, an interrupt is heard."""

Watch = Callable[[int, float], None]
"""Told generations done and the best score, now and then in a long search."""


def _nobody(_generation: int, _best: float) -> None:
    pass


EXHAUSTIVE, GENETIC = "exhaustive", "genetic"


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How to search.

    Attributes:
        population_size: Genomes a generation, 4 or more.
        max_generations: Generations after the first, 1 or more.
        top_n: How many distinct results to return at most, 1 or more.
        seed: 0 to 2**64 − 1; the same seed finds the same.
        exhaustive_limit: Largest space that is searched exhaustively.

    Raises:
        ValueError: If a number is out of its range.
    """

    population_size: int = 50
    max_generations: int = 30
    top_n: int = 5
    seed: int = 1
    exhaustive_limit: int = EXHAUSTIVE_LIMIT

    def __post_init__(self) -> None:
        for name, low, high in (
            ("population_size", 4, 100_000),
            ("max_generations", 1, 100_000),
            ("top_n", 1, 10_000),
            ("seed", 0, 2**64 - 1),
            ("exhaustive_limit", 0, 1_000_000),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must be within {low} to {high}, was {value}")
        if self.evaluations > MOST_EVALUATIONS:
            raise ValueError(
                "population_size × (max_generations + 1) must be at most "
                f"{MOST_EVALUATIONS:,}, was {self.evaluations:,}"
            )

    @property
    def evaluations(self) -> int:
        """How many genomes a genetic search tries at most."""
        return self.population_size * (self.max_generations + 1)

    def frugal(self) -> "SearchConfig":
        """Return one that is exhaustive only where a genetic search costs as much."""
        limit = min(self.evaluations, self.exhaustive_limit)
        return replace(self, exhaustive_limit=limit)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One genome that a search found.

    Attributes:
        parameters: Typed values by name.
        score: What was maximized.
        metrics: By name, as `metrics.METRICS` and `adverse_excursion_p95`;
            None where undefined.
        hourly: Shape (hours,), Σ of net simple returns of each clock hour.
        exposure: Bars held ÷ bars.
        rank: Place among the results, from 1.
        plateau: Share of one-step neighbours with at least half of the score;
            None if the score is not positive or there is no neighbour.
    """

    parameters: dict[str, Value]
    score: float
    metrics: dict[str, Number]
    hourly: Floats
    exposure: float
    rank: int
    plateau: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Every genome tried, with score, trades, and excess Sharpe ratio a bar.

    Attributes:
        genomes: Shape (t, p), distinct, values in declaration order.
        scores: Shape (t,), what was maximized; −inf without a trade.
        trades: Shape (t,), round trips.
        sharpes: Shape (t,), NaN or 0 without a trade.
        certificate: `exhaustive` or `genetic`.
    """

    genomes: Floats
    scores: Floats
    trades: Floats
    sharpes: Floats
    certificate: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found and what it tried.

    Attributes:
        found: Best first; none if nothing traded.
        trials: Distinct genomes evaluated.
        trials_with_trades: Those that traded; the sums run over these.
        sharpe_sum: Σ of their excess Sharpe ratios a bar.
        sharpe_square_sum: Σ of the squares.
        certificate: `exhaustive` or `genetic`.
        landscape: The trials themselves.
    """

    found: tuple[Found, ...]
    trials: int
    trials_with_trades: int
    sharpe_sum: float
    sharpe_square_sum: float
    certificate: str
    landscape: Trials


def search(window: Window, strategy_name: str, config: SearchConfig) -> SearchResult:
    """Search the best parameters of a type on a window.

    Raises:
        KeyError: If the catalogue has no such type.
    """
    space = space_of(window.programs.catalogue[strategy_name])
    trials = try_genomes(window, strategy_name, config)
    traded = trials.sharpes[trials.trades > 0]
    return SearchResult(
        _found(window, strategy_name, space, trials, config.top_n),
        len(trials.genomes),
        len(traded),
        float(np.sum(traded)),
        float(np.sum(traded * traded)),
        trials.certificate,
        trials,
    )


def try_genomes(
    window: Window, strategy_name: str, config: SearchConfig, watch: Watch = _nobody
) -> Trials:
    """Search a type on a window; return every genome that was tried.

    Raises:
        KeyError: If the catalogue has no such type.
    """
    space = space_of(window.programs.catalogue[strategy_name])
    if space.size() <= config.exhaustive_limit:
        return _evaluated(window, strategy_name, space.enumerate())
    return evolve_trials(window, strategy_name, space, config, watch)


def _evaluated(window: Window, strategy_name: str, genomes: Floats) -> Trials:
    trades, sharpes = window.outcomes(strategy_name, genomes)
    scores = excess_sharpe_score(sharpes, trades)
    return Trials(genomes, scores, trades, sharpes, EXHAUSTIVE)


def evolve_trials(
    window: Window,
    strategy_name: str,
    space: Space,
    config: SearchConfig,
    watch: Watch = _nobody,
) -> Trials:
    """Run the genetic search; return every genome that it tried."""
    program = window.program(strategy_name)
    hunt = begin(
        space.genes,
        points=space.size(),
        size=config.population_size,
        generations=config.max_generations,
        seed=config.seed,
    )
    market = np.array([window.market.total, window.market.square])
    genomes, results = np.empty(hunt.places.shape), np.empty((len(hunt.places), 2))
    batch, state = window.batch(program), GOES_ON
    steps = max(1, AT_A_TIME // config.population_size)
    while state == GOES_ON:
        state = evolve(
            window.engine, program, hunt, batch, market, steps, genomes, results
        )
        if state == GOES_ON:
            watch(int(hunt.counts[GENERATION]), float(hunt.scores[hunt.members[0]]))
    if state == NO_ROOM:
        raise MemoryError("row budget too small for one genome")
    tried = int(hunt.counts[TRIED])
    trades, sharpes = results[:tried].T.copy()
    scores = hunt.scores[:tried].copy()
    return Trials(genomes[:tried].copy(), scores, trades, sharpes, GENETIC)


def best_trials(trials: Trials, top_n: int) -> list[int]:
    """Return the places of the best trials; of those that trade alike, the first.

    Best first, by score, then trades, then parameters.
    """
    best: list[int] = []
    outcomes: set[tuple[float, float]] = set()
    for i in _best_first(trials, top_n):
        outcome = (float(trials.scores[i]), float(trials.trades[i]))
        if not np.isfinite(outcome[0]) or len(best) == top_n:
            break
        if outcome not in outcomes:
            outcomes.add(outcome)
            best.append(int(i))
    return best


def _best_first(trials: Trials, top_n: int) -> Iterator[int]:
    """Yield places of trials best first; sort no more of them than are asked for."""
    scores, count = trials.scores, len(trials.scores)
    taken, wanted = 0, 16 * top_n
    while taken < count:
        wanted = min(wanted, count)
        line = np.partition(scores, count - wanted)[count - wanted]
        near = np.flatnonzero(scores >= line)
        genes = tuple(trials.genomes[near].T[::-1])
        order = near[np.lexsort((*genes, -trials.trades[near], -scores[near]))]
        yield from order[taken:]
        taken, wanted = len(order), 16 * wanted


def _found(
    window: Window, strategy_name: str, space: Space, trials: Trials, top_n: int
) -> tuple[Found, ...]:
    best = best_trials(trials, top_n)
    if not best:
        return ()
    genomes, scores = trials.genomes[best], trials.scores[best]
    result = window.evaluate(strategy_name, genomes)
    metrics = {name: result.metrics[name].tolist() for name in METRICS}
    plateaus = _plateaus(window, strategy_name, space, genomes, scores)
    return tuple(
        Found(
            parameters=space.parameters(genome),
            score=float(scores[i]),
            metrics={
                **{name: reported(name, metrics[name][i]) for name in METRICS},
                "adverse_excursion_p95": adverse_excursion_p95(
                    window, strategy_name, genome
                ),
            },
            hourly=result.hourly[i],
            exposure=float(result.exposure[i]),
            rank=i + 1,
            plateau=plateaus[i],
        )
        for i, genome in enumerate(genomes)
    )


def _plateaus(
    window: Window, strategy_name: str, space: Space, genomes: Floats, scores: Floats
) -> list[float | None]:
    """Return of each genome the share of neighbours with half of its score."""
    around, counts = space.all_neighbours(genomes[scores > 0])
    if not len(around):
        return [None] * len(scores)
    found = _evaluated(window, strategy_name, around).scores
    parts = iter(np.split(found, np.cumsum(counts)[:-1]))
    plateaus: list[float | None] = []
    for score in scores:
        part = next(parts) if score > 0 else found[:0]
        near = np.count_nonzero(part >= score / 2)
        plateaus.append(near / len(part) if len(part) else None)
    return plateaus
