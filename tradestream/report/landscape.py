"""What the search maximizes around one strategy: a curve, a map, or maps of pairs.

Computed on demand. One gene: a curve. Two: a map of the whole space, coarsened
to 60 × 60. More: 20 × 20 maps of pairs with the other genes held; of five genes
the four that matter most.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import Floats
from tradestream.strategies.declaration import Value

if TYPE_CHECKING:
    from tradestream.backtest.window import Window
    from tradestream.discovery.genome import Space

CURVE, MAP, PAIR = 200, 60, 20
"""Points of a gene on a curve, on the map of two genes, and on a map of a pair."""

MOST_GENES = 4
_YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Landscape:
    """Scores over one or two genes.

    Attributes:
        names: Of the gene across, and of the one upwards if there are two.
        across: Values of the first, ascending.
        upwards: Values of the second, ascending; empty for a curve.
        scores: A row for each value upwards (one for a curve): the score as an
            annual Sharpe ratio; None where nothing was traded or the genes
            must not be so.
        at: Where the strategy is: its place across and upwards.
        whole: Whether every point of the space is on it.
    """

    names: tuple[str, ...]
    across: tuple[float, ...]
    upwards: tuple[float, ...]
    scores: tuple[tuple[float | None, ...], ...]
    at: tuple[int, int]
    whole: bool


def landscapes(
    window: "Window", strategy_name: str, parameters: Mapping[str, Value]
) -> tuple[Landscape, ...]:
    """Return the landscape around a strategy; up to some 2,400 backtests.

    Args:
        window: The bars that it was found on.
        strategy_name: Its type.
        parameters: All of its parameters.

    Raises:
        ValueError: As `StrategyType.check` does.
    """
    from tradestream.discovery.genome import space_of

    space = space_of(window.programs.catalogue[strategy_name])
    genome = space.genome(dict(parameters))
    view = _View(window, space, np.rint(genome * space.genes[:, 2]))
    genes = range(len(genome))
    if len(genome) == 1:
        return (view.curve(),)
    if len(genome) == 2:
        return (view.chart(0, 1, MAP),)
    chosen = list(genes)
    if len(chosen) > MOST_GENES:
        matter = sorted(chosen, key=lambda gene: -view.sensitivity(gene))
        chosen = sorted(matter[:MOST_GENES])
    return tuple(view.chart(a, b, PAIR) for a, b in combinations(chosen, 2))


@dataclass(frozen=True, slots=True)
class _View:
    """The space seen from one of its points, `home`, in steps of the grid."""

    window: "Window"
    space: "Space"
    home: Floats

    def curve(self) -> Landscape:
        places = self._axis(0, CURVE)
        scores = self._scores(places[:, None])
        return Landscape(
            (self._name(0),),
            self._values(0, places),
            (),
            (scores,),
            (int(np.searchsorted(places, self.home[0])), 0),
            len(places) == self.space.size(),
        )

    def chart(self, a: int, b: int, most: int) -> Landscape:
        across, upwards = self._axis(a, most), self._axis(b, most)
        points = np.tile(self.home, (len(across) * len(upwards), 1))
        points[:, a] = np.tile(across, len(upwards))
        points[:, b] = np.repeat(upwards, len(across))
        scores = self._scores(points)
        width = len(across)
        rows = tuple(scores[i : i + width] for i in range(0, len(scores), width))
        allowed = int(np.count_nonzero(self._allowed(points)))
        return Landscape(
            (self._name(a), self._name(b)),
            self._values(a, across),
            self._values(b, upwards),
            rows,
            (
                int(np.searchsorted(across, self.home[a])),
                int(np.searchsorted(upwards, self.home[b])),
            ),
            len(self.home) == 2 and allowed == self.space.size(),
        )

    def sensitivity(self, gene: int) -> float:
        """Return how much the score varies along a gene."""
        places = self._axis(gene, PAIR)
        points = np.tile(self.home, (len(places), 1))
        points[:, gene] = places
        known = [score for score in self._scores(points) if score is not None]
        return float(np.std(known)) if known else 0.0

    def _name(self, gene: int) -> str:
        return self.space.strategy.parameters[gene].name

    def _values(self, gene: int, places: Floats) -> tuple[float, ...]:
        return tuple((places / self.space.genes[gene, 2]).tolist())

    def _axis(self, gene: int, most: int) -> Floats:
        """Return up to `most` places of a gene, or one more: home is among them."""
        low, high = self.space.genes[gene, :2]
        count = int(min(high - low + 1, most))
        evenly = np.linspace(low, high, count).round()
        return np.unique(np.append(evenly, self.home[gene]))

    def _allowed(self, points: Floats) -> NDArray[np.bool_]:
        """Return which points keep the order of their parameters."""
        allowed = np.ones(len(points), np.bool_)
        for gene, above in enumerate(self.space.genes[:, 3].astype(int)):
            if above >= 0:
                allowed &= points[:, gene] > points[:, above]
        return allowed

    def _scores(self, points: Floats) -> tuple[float | None, ...]:
        return tuple(self._annual(points))

    def _annual(self, points: Floats) -> Iterator[float | None]:
        from tradestream.discovery.objective import excess_sharpe_score

        allowed = self._allowed(points)
        scores = np.full(len(points), -np.inf)
        if allowed.any():
            genomes = points[allowed] / self.space.genes[:, 2]
            trades, sharpes = self.window.outcomes(self.space.strategy.name, genomes)
            scores[allowed] = excess_sharpe_score(sharpes, trades)
        a_year = np.sqrt(_YEAR_SECONDS / self.window.series.interval_seconds)
        for score in scores * a_year:
            yield float(round(score, 2)) if np.isfinite(score) else None
