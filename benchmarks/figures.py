"""Figures of speed: how one is written down, printed, and kept as JSON.

A benchmark is a module `benchmarks/<name>.py` that ends in `report(name, figures)`;
`make benchmark BENCH=<name>` runs it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path("build/benchmarks")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        what: What was measured, in words.
        value: The number.
        unit: Its unit, e.g. `s`, `rows/s`, `×`.
        limit: What it should reach, or stay under when `less_is_better`.
        less_is_better: Whether `limit` is a ceiling.
        aim: What it should reach if possible.
        spread: The lowest and the highest of several rounds.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    less_is_better: bool = False
    aim: float | None = None
    spread: tuple[float, float] | None = None

    @property
    def reached(self) -> bool:
        """Whether the figure keeps its limit; true when it has none."""
        if self.limit is None:
            return True
        if self.less_is_better:
            return self.value <= self.limit
        return self.value >= self.limit


def cells(figure: Figure) -> tuple[str, str, str, str]:
    """Return a figure as text: measured, spread, limit, and aim."""
    sign = "≤" if figure.less_is_better else "≥"
    limit = "" if figure.limit is None else f"{sign} {figure.limit:,g}"
    aim = "" if figure.aim is None else f"{sign} {figure.aim:,g}"
    spread = ""
    if figure.spread is not None:
        spread = " to ".join(_number(end) for end in figure.spread)
    return f"{_number(figure.value)} {figure.unit}", spread, limit, aim


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:,.3g}"


def report(name: str, figures: Sequence[Figure]) -> int:
    """Print `figures` as a table, write `build/benchmarks/<name>.json`.

    Returns:
        The exit status: 0 if every figure keeps its limit, 1 if one does not.
    """
    table = Table("figure", "measured", "spread", "limit", "aim", title=name)
    for figure in figures:
        measured, spread, limit, aim = cells(figure)
        colour = "" if figure.reached else "[red]"
        table.add_row(figure.what, f"{colour}{measured}", spread, limit, aim)
    Console().print(table)
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(figure), "reached": figure.reached} for figure in figures]
    text = json.dumps({"benchmark": name, "figures": rows}, indent=2)
    (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    return 0 if all(figure.reached for figure in figures) else 1
