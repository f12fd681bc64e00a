"""Messages written with the change that they announce, published after it.

A room that decides in the database and tells others by a message puts both in
one transaction; whoever runs next publishes what still waits. A message may be
published twice, so it carries its own identity.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream.bus.port import Bus, Message
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

BATCH = 1000
KEEP = timedelta(days=7)
"""How long a published row stays, for people."""


def add(
    cursor: Cursor, room: str, topic: str, messages: Sequence[Message], now: datetime
) -> None:
    """Write messages into the outbox, within the caller's transaction."""
    from psycopg2.extras import execute_values

    rows = [
        (room, topic, m.key, m.value, json.dumps(dict(m.headers), sort_keys=True), now)
        for m in messages
    ]
    execute_values(
        cursor,
        "INSERT INTO outbox"
        " (room, topic, message_key, message_value, headers, created_at) VALUES %s",
        rows,
        page_size=BATCH,
    )


def publish_waiting(connection: Connection, bus: Bus, room: str, now: datetime) -> int:
    """Publish what waits for a room, oldest first; return how many messages.

    Raises:
        UnavailableError: If database or bus did not answer; what was not marked
            is published again by the next call.
    """
    published = 0
    while batch := _publish_batch(connection, bus, room, now):
        published += batch
    return published


def publish_if_waiting(
    connection: Connection, open_bus: Callable[[], Bus], room: str, now: datetime
) -> int:
    """Publish what waits for a room; leave the bus alone when nothing does.

    Raises:
        UnavailableError: As `publish_waiting` does, and as `open_bus` does.
    """
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM outbox"
            " WHERE room = %s AND published_at IS NULL)",
            (room,),
        )
        row = cursor.fetchone()
    if row is None or not row[0]:
        return 0
    bus = open_bus()
    try:
        return publish_waiting(connection, bus, room, now)
    finally:
        bus.close()


def _publish_batch(connection: Connection, bus: Bus, room: str, now: datetime) -> int:
    with transaction(connection) as cursor:
        # Rows that another run is publishing are its own to mark.
        cursor.execute(
            "SELECT outbox_id, topic, message_key, message_value, headers FROM outbox"
            " WHERE room = %s AND published_at IS NULL"
            " ORDER BY outbox_id LIMIT %s FOR UPDATE SKIP LOCKED",
            (room, BATCH),
        )
        rows = cursor.fetchall()
        for topic, group in groupby(rows, key=lambda row: str(row[1])):
            bus.publish(topic, [Message(r[2], bytes(r[3]), r[4]) for r in group])
        failpoint("outbox.published")
        if rows:
            cursor.execute(
                "UPDATE outbox SET published_at = %s WHERE outbox_id = ANY(%s)",
                (now, [row[0] for row in rows]),
            )
            cursor.execute(
                "DELETE FROM outbox WHERE room = %s AND published_at < %s",
                (room, now - KEEP),
            )
    return len(rows)
