"""`tradestream topics`: the topics of the full size's bus."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradestream.bus.kafka_url import bootstrap_servers
from tradestream.bus.security import DEFAULT_MECHANISM, SASL_MECHANISMS, BusSecurity
from tradestream.cli import output

if TYPE_CHECKING:
    from tradestream.bus.topic_changes import Change

_FILE = click.Path(dir_okay=False)


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
@click.option("--dry_run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--topics_file",
    type=click.Path(path_type=Path),
    help="What is declared.  [default: platform/kafka/topics.yaml]",
)
@click.option("--bus_user", envvar="TRADESTREAM_BUS_USER", help="User of Kafka.")
@click.option(
    "--bus_password_file",
    type=_FILE,
    envvar="TRADESTREAM_BUS_PASSWORD_FILE",
    help="File holding its password.",
)
@click.option(
    "--bus_sasl_mechanism",
    type=click.Choice(SASL_MECHANISMS),
    default=DEFAULT_MECHANISM,
    show_default=True,
    envvar="TRADESTREAM_BUS_SASL_MECHANISM",
    help="How the password is shown.",
)
@click.option(
    "--bus_tls_ca_file",
    type=_FILE,
    envvar="TRADESTREAM_BUS_TLS_CA_FILE",
    help="Certificates that sign those of Kafka; no TLS without.",
)
@click.option(
    "--bus_tls_cert_file",
    type=_FILE,
    envvar="TRADESTREAM_BUS_TLS_CERT_FILE",
    help="Certificate that Kafka asks us for.",
)
@click.option(
    "--bus_tls_key_file",
    type=_FILE,
    envvar="TRADESTREAM_BUS_TLS_KEY_FILE",
    help="Key of that certificate.",
)
def apply(
    bus_url: str,
    replication: int | None,
    dry_run: bool,
    topics_file: Path | None,
    **security: Any,
) -> None:
    """Make the topics of Kafka as they are declared.

    Creates what is missing, raises numbers of partitions, alters settings; deletes
    and lowers nothing. Safe to run again.

    Exit status: 0 done, 1 something is wrong, 75 no broker answers.

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
        _security(security),
        declared,
        replication=replication,
        dry_run=dry_run,
    )
    _tell(done, dry_run=dry_run)


def _security(options: dict[str, Any]) -> BusSecurity:
    return BusSecurity(
        **{f.name: options[f"bus_{f.name}"] for f in fields(BusSecurity)}
    )


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
