"""The cells of the study: which markets live, at which costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from tradestream.backtest.costs import Costs
from tradestream.study.markets import PLANTED

FREE, USUAL = Costs(0.0, 0.0), Costs()


@dataclass(frozen=True, slots=True)
class Cell:
    """Markets of one kind.

    Attributes:
        kind: One of `markets.EDGELESS` or `markets.PLANTED`.
        strength: Of the planted edge; 0 without one.
        free: Whether trading costs nothing.
    """

    kind: str
    strength: float = 0.0
    free: bool = False

    @property
    def name(self) -> str:
        """E.g. `garch free` or `trend 0.62`."""
        strength = f" {self.strength:g}" if self.planted else ""
        return f"{self.kind}{strength}{' free' if self.free else ''}"

    @property
    def planted(self) -> bool:
        """Whether there is an edge to find."""
        return self.kind in PLANTED

    @property
    def costs(self) -> Costs:
        """What trading costs."""
        return FREE if self.free else USUAL


EDGELESS_CELLS = tuple(
    Cell(kind, free=free)
    for free in (True, False)
    for kind in ("brownian", "drift", "garch", "bootstrap")
)
PLANTED_CELLS = (
    *(Cell("trend", strength) for strength in (0.45, 0.5, 0.57, 0.62)),
    *(Cell("revert", strength) for strength in (34.0, 40.0, 45.0, 56.0)),
    *(Cell("volume", strength) for strength in (0.6, 0.7, 0.8, 0.9)),
)
CELLS = (*EDGELESS_CELLS, *PLANTED_CELLS)


def chosen(names: Sequence[str]) -> tuple[Cell, ...]:
    """Return the cells that are named, by name or kind; all if none is.

    Raises:
        KeyError: If a name fits no cell.
    """
    if not names:
        return CELLS
    found: list[Cell] = []
    for name in names:
        fitting = [cell for cell in CELLS if name in (cell.name, cell.kind)]
        if not fitting:
            raise KeyError(name)
        found += [cell for cell in fitting if cell not in found]
    return tuple(found)
