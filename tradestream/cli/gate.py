"""`tradestream gate`: how the refused, the unproven, and the validated did."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradestream.cli import output
from tradestream.cli.records_options import records_options

if TYPE_CHECKING:
    from rich.table import Table

    from tradestream.discovery.paper_scores import VerdictScore
    from tradestream.report.gate_records import Doors


@click.command(name="gate", short_help="Score the gate by what came after.")
@records_options
@click.option(
    "--output",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
def command(
    data_dir: Path | None,
    postgres_url: str | None,
    postgres_password_file: Path | None,
    form: str,
) -> None:
    """Say how strategies did on paper after the gate's verdicts.

    Every claim, refusal, and validation is followed for 90 days, traded or not.
    Excess is the return beyond what the market gave at the same exposure, after
    costs; the interval of the mean Sharpe ratio counts symbols, since strategies
    on one symbol move alike. Below: what exams and claims have spent.

    \b
    Examples:
      tradestream gate
      tradestream gate --output json
    """
    # Imported late: --help needs no database client.
    from tradestream.cli import connections
    from tradestream.report.gate_records import read_doors, read_scores

    place = connections.postgres_place(data_dir, postgres_url, postgres_password_file)
    connection = connections.connect_records(place)
    try:
        scores, doors = read_scores(connection), read_doors(connection)
    finally:
        connection.close()
    if form == "json":
        output.write_json(
            {
                "verdicts": [asdict(score) for score in scores],
                "doors": [asdict(door) for door in doors],
            }
        )
    else:
        output.write_tables([_verdicts(scores), _doors(doors)])


def _verdicts(scores: "Sequence[VerdictScore]") -> "Table":
    from rich.table import Table

    table = Table(title="On paper, since the verdict", title_justify="left")
    table.add_column("verdict")
    for name in (
        "strategies", "symbols", "hours", "excess bps/h", "gained", "Sharpe a year",
        "95 % interval",
    ):  # fmt: skip
        table.add_column(name, justify="right")
    for score in scores:
        table.add_row(
            score.verdict,
            f"{score.strategies:,}",
            f"{score.symbols:,}",
            f"{score.hours:,}",
            _shown(score.excess_bps, "+.3f"),
            _shown(score.gained, ".0%"),
            _shown(score.sharpe, "+.1f"),
            "–"
            if score.low is None
            else f"{_shown(score.low, '+.1f')} … {_shown(score.high, '+.1f')}",
        )
    return table


def _doors(doors: "Sequence[Doors]") -> "Table":
    from rich.table import Table

    table = Table(title="Spent at the doors", title_justify="left")
    table.add_column("subject")
    for name in ("exams", "α spent", "claims", "open", "proven", "next line"):
        table.add_column(name, justify="right")
    for door in doors:
        table.add_row(
            door.subject,
            f"{door.exams:,}",
            f"{door.spent:.3%}",
            f"{door.claims:,}",
            f"{door.open:,}",
            f"{door.proven:,}",
            _shown(door.next_line, ",.0f"),
        )
    return table


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
