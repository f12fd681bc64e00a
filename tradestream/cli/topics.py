"""`tradestream topics`: the topics of the full size's bus."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradestream.bus.kafka_url import bootstrap_servers
from tradestream.cli import output
from tradestream.cli.bus_options import bus_security_options

if TYPE_CHECKING:
    from tradestream.bus.security import BusSecurity
    from tradestream.bus.topic_changes import Change


PENDING = 2
"""Exit status of --dry_run when something would be done, as `terraform plan` has."""


@click.group(name="topics", short_help="Make the topics of Kafka as declared.")
def command() -> None:
    """Work on the topics of Kafka, the bus of the full size."""


@command.command(name="apply", short_help="Create and alter topics, delete none.")
@click.option(
    "--bus_url",
    required=True,
    envvar="TRADESTREAM_BUS_URL",
    help="Brokers, e.g. kafka://host:9092.",
)
@click.option(
    "--replication",
    type=click.IntRange(1, 32767),
    help="Copies of topics that are made; 1 for a single broker.  "
    "[default: as declared]",
)
@click.option(
    "--dry_run",
    is_flag=True,
    help=f"Only say what would be done; exit status {PENDING} if that is anything.",
)
@click.option(
    "--topics_file",
    type=click.Path(path_type=Path),
    help="What is declared.  [default: platform/kafka/topics.yaml]",
)
@bus_security_options
def apply(
    bus_url: str,
    replication: int | None,
    dry_run: bool,
    topics_file: Path | None,
    security: "BusSecurity",
) -> int:
    """Make the topics of Kafka as they are declared.

    Creates what is missing, raises numbers of partitions, alters settings; deletes
    and lowers nothing. Safe to run again.

    Exit status: 0 done, or nothing to do; 1 something is wrong; 2 with --dry_run,
    topics are other than declared; 75 no broker answers.

    \b
    Examples:
      tradestream topics apply --bus_url=kafka://kafka:9092
      tradestream topics apply --bus_url=kafka://localhost:9092 --replication=1
    """
    bootstrap_servers(bus_url)
    # Imported late: --help needs no client.
    from tradestream.bus.declared_topics import FILE, read_declared
    from tradestream.bus.kafka_topics import apply_topics

    declared = read_declared(topics_file or FILE)
    done = apply_topics(
        bus_url,
        security,
        declared,
        replication=replication,
        dry_run=dry_run,
    )
    _tell(done, dry_run=dry_run)
    return PENDING if dry_run and any(change.what for change in done) else 0


def _tell(done: "list[Change]", *, dry_run: bool) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("topic", "partitions", "replication", "done", "notes"):
        table.add_column(title)
    words = {"create": "created", "alter": "altered", "": "as declared"}
    would = {"create": "to create", "alter": "to alter", "": "as declared"}
    for change in done:
        table.add_row(
            change.topic.name,
            str(change.topic.partitions),
            str(change.replication),
            (would if dry_run else words)[change.what],
            "; ".join(change.notes),
        )
    changed = sum(bool(change.what) for change in done)
    verb = "to change" if dry_run else "changed"
    output.write_tables([table, f"{changed} of {len(done)} topics {verb}"])
