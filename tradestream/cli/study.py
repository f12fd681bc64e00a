"""`tradestream study truth`: how often the gate is wrong, and what it finds."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradestream.cli.study_pooled import command as pooled

if TYPE_CHECKING:
    from tradestream.study.run import Progress

_BARS = (
    Path(__file__).resolve().parents[2]
    / "services/exchange_simulator/recordings"
    / "BTC-USD_1m_2023-03-01_2023-03-14.csv.gz"
)


@click.group(name="study", short_help="Measure the gate on made markets.")
def command() -> None:
    """Measure what is promised, on markets whose truth is known."""


command.add_command(pooled)


@command.command(name="truth")
@click.option(
    "--lives",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="Markets of each cell.",
)
@click.option(
    "--cells",
    default="",
    help="Cells or kinds, separated by commas, e.g. garch,trend 0.62.  [default: all]",
)
@click.option(
    "--days",
    type=click.IntRange(14, 365),
    default=42,
    show_default=True,
    help="Length of a life.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    help="Processes.",
)
@click.option(
    "--results",
    "results_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("docs/truth/lives.jsonl"),
    show_default=True,
    help="One line a life; what is there, at as many days, is not lived again.",
)
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page there, e.g. docs/truth.md.",
)
@click.option(
    "--bars",
    "bars_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Recorded minutes for bootstraps.  [default: 14 days of BTC-USD]",
)
@click.option(
    "--tell",
    "tell_version",
    help="Only tell what the lives of this version of the code say; live none.",
)
@click.option(
    "--note", default="", help="What readers of the page must know of the code."
)
def truth(
    lives: int,
    cells: str,
    days: int,
    workers: int,
    results_path: Path,
    write: Path | None,
    bars_path: Path | None,
    tell_version: str | None,
    note: str,
) -> None:
    """Live many made markets and count what is validated on them.

    Markets without an edge, at the usual costs and at none, and markets with a
    planted one of several strengths. A study that is stopped goes on where it was.

    \b
    Examples:
      tradestream study truth --lives 2 --cells garch
      tradestream study truth --lives 50 --write docs/truth.md
    """
    # Imported late: --help needs no engine.
    from tradestream.candle_files import read_candles
    from tradestream.strategies.catalogue import CATALOGUE
    from tradestream.study.cells import CELLS, chosen
    from tradestream.study.page import page
    from tradestream.study.results import ResultsFile, study_version
    from tradestream.study.run import Plan, run_study
    from tradestream.study.tallies import lived_each
    from tradestream.study.verdicts import verdicts

    names = [name.strip() for name in cells.split(",") if name.strip()]
    try:
        of = chosen(names)
    except KeyError as error:
        cells_known = ", ".join(cell.name for cell in CELLS)
        raise click.UsageError(
            f"a cell or kind is required, was {error.args[0]!r}; cells are "
            f"{cells_known}; a kind is the first word of a cell"
        ) from None
    bars = None if bars_path is None else read_candles(bars_path)
    drawn_from = "" if bars is None else bars.fingerprint()
    version = tell_version or study_version()
    results = ResultsFile(results_path, version, days, drawn_from)
    if tell_version is None:
        if bars is None and any(cell.kind == "bootstrap" for cell in of):
            bars = read_candles(_BARS)
        with _progress() as told:
            run_study(Plan(of, lives, days, bars), results, workers, told)
    known = results.read()
    for verdict in verdicts(known, of, days):
        holds = {True: "holds", False: "does not hold", None: "too few lives"}
        click.echo(f"{verdict.bound}: {verdict.measured}: {holds[verdict.holds]}")
    if write is not None:
        typed = "tradestream study truth"
        if names:
            typed += f" --cells {shlex.quote(cells)}"
        if bars_path is not None:
            typed += f" --bars {shlex.quote(str(bars_path))}"
        lived = lived_each(known, of)[1]
        typed += f" --lives {lived} --days {days} --write {write}"
        write.write_text(
            page(
                known,
                of,
                days=days,
                types=len(CATALOGUE),
                command=typed,
                version=results.version,
                note=note,
            ),
            encoding="utf-8",
        )


@contextmanager
def _progress() -> Iterator["Progress"]:
    """Yield what shows a bar to a person, and lines to a file."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:

        def write(done: int, total: int, what: str) -> None:
            sys.stderr.write(f"{done}/{total} {what}\n")

        yield write
        return
    with Progress(
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("living", total=1)

        def advance(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield advance
