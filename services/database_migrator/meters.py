"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter

METERS = RoomMeters.of(
    "database_migrator",
    JOB,
    (counter("applied_migrations_total", "migrations", "files that were applied"),),
)
