"""The closing table of the demo."""

from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from tradestream.local.demo.figures import Figures, Market


def print_tables(
    console: Console,
    figures: Figures,
    kinds: Sequence[tuple[str, Sequence[Market]]],
    seconds: Mapping[str, float],
    venue_symbols: Collection[str],
) -> None:
    """Print what was made, market by market, and how long each step took.

    Args:
        console: Where to print.
        figures: What was made.
        kinds: The traded markets by kind.
        seconds: How long each step took, by its title.
        venue_symbols: All markets of the venue, traded or not.
    """
    console.print()
    console.print(_made(figures))
    console.print()
    console.print(_markets(kinds))
    traded = {market.symbol for _, markets in kinds for market in markets}
    others = len(set(venue_symbols) - traded)
    if others:
        console.print(
            f"{others} more on the venue, not among the {len(traded)} largest"
        )
    console.print()
    console.print(_steps(seconds))


def _made(figures: Figures) -> Table:
    table = Table(title="What the main line made", title_justify="left", box=None)
    table.add_column()
    table.add_column(justify="right")
    for name, value in (
        ("symbols", figures.symbols),
        ("bars", figures.bars),
        ("requests", figures.searches + figures.exams),
        ("  searches", figures.searches),
        ("  exams", figures.exams),
        ("trials", figures.trials),
        ("strategies found", figures.found),
        ("  in probation", figures.probation),
        ("  validated", figures.validated),
        ("sized positions", figures.positions),
        ("signals", figures.signals),
    ):
        table.add_row(name, f"{value:,}")
    return table


def _markets(kinds: Sequence[tuple[str, Sequence[Market]]]) -> Table:
    table = Table(title="Market by market", title_justify="left", box=None)
    table.add_column("what the market is", overflow="fold")
    table.add_column("markets", overflow="fold")
    for title in ("found", "probation", "validated"):
        table.add_column(title, justify="right")
    for kind, markets in kinds:
        table.add_row(
            kind,
            ", ".join(market.symbol.removesuffix("-USD") for market in markets),
            str(sum(market.found for market in markets)),
            str(sum(market.probation for market in markets)),
            str(sum(market.validated for market in markets)),
        )
    return table


def _steps(seconds: Mapping[str, float]) -> Table:
    table = Table(title="Seconds of each step", title_justify="left", box=None)
    table.add_column()
    table.add_column(justify="right")
    for title, taken in seconds.items():
        table.add_row(title, f"{taken:.1f}")
    table.add_row("all of it", f"{sum(seconds.values()):.1f}", end_section=True)
    return table
