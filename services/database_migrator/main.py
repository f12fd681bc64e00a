"""Bring the database to the newest schema, once.

Applies the SQL files of --migrations_dir in the order of their names, each in a
transaction of its own that also records it. Safe to run from two processes at
once, and again.

Exit status: 0 done, 1 bad flags or an applied file that changed, 75 the
database did not answer.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from services.database_migrator.meters import METERS
from tradestream.migrations.files import read_migrations
from tradestream.migrations.migrate import migrate
from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.logs import get_logger

_DEFAULT_DIRECTORY = Path(__file__).parents[2] / "platform" / "migrations"

_POSTGRES = shared.define_postgres()
_METRICS = shared.define_metrics()
shared.define_tracing()
_CLOCK = shared.define_clock()
_DIRECTORY = flags.DEFINE_string(
    "migrations_dir", None, "Folder of the SQL files; platform/migrations if unset."
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
    finally:
        connection.close()
    seconds = time.monotonic() - started
    metrics = _METRICS.room(METERS)
    metrics.counter("applied_migrations_total").inc(len(applied))
    metrics.finish(now, seconds)
    get_logger("database_migrator").info(
        "migrations applied" if applied else "nothing to migrate",
        applied=list(applied),
        known=len(migrations),
        seconds=round(seconds, 3),
    )


if __name__ == "__main__":
    run(main)
