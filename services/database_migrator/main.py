"""Bring the database to the newest schema, and Kafka to the declared topics, once.

Applies the SQL files of --migrations_dir in the order of their names, each in a
transaction of its own that also records it; with --bus_url=kafka://… creates and
alters topics as well, and deletes none. Where rooms have roles of their own, each
is granted what platform/postgres/roles.yaml declares, and no more. Safe to run from
two processes at once, and again.

Exit status: 0 done, 1 bad flags, an applied file that changed, or too few
brokers, 75 the database or Kafka did not answer.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from services.database_migrator.meters import METERS
from services.database_migrator.topics import apply_declared
from tradestream.migrations.files import read_migrations
from tradestream.migrations.migrate import migrate
from tradestream.roles.declared import read_declared
from tradestream.roles.grants import grant_declared
from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.logs import get_logger

_DEFAULT_DIRECTORY = Path(__file__).parents[2] / "platform" / "migrations"

_POSTGRES = shared.define_postgres()
_BUS = shared.define_bus(required=False)
_METRICS = shared.define_metrics()
shared.define_tracing()
_CLOCK = shared.define_clock()
_DIRECTORY = flags.DEFINE_string(
    "migrations_dir", None, "Folder of the SQL files; platform/migrations if unset."
)
_REPLICATION = flags.DEFINE_integer(
    "topics_replication",
    None,
    "Copies of topics that are made, 1 for a single broker; as declared if unset.",
    lower_bound=1,
)


def main(argv: Sequence[str]) -> None:
    """Apply what is missing."""
    del argv
    started = time.monotonic()
    now = _CLOCK.now()
    migrations = read_migrations(Path(_DIRECTORY.value or _DEFAULT_DIRECTORY))
    connection = _POSTGRES.connect()
    try:
        applied = migrate(connection, migrations, now)
        granted = grant_declared(connection, read_declared())
    finally:
        connection.close()
    topics = apply_declared(_BUS.url, _BUS.security(), _REPLICATION.value)
    seconds = time.monotonic() - started
    metrics = _METRICS.room(METERS)
    metrics.counter("applied_migrations_total").inc(len(applied))
    metrics.finish(now, seconds)
    get_logger("database_migrator").info(
        "migrations applied" if applied else "nothing to migrate",
        applied=list(applied),
        known=len(migrations),
        privileges_changed=granted,
        topics_changed=topics,
        seconds=round(seconds, 3),
    )


if __name__ == "__main__":
    run(main)
