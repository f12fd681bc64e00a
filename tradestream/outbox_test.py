"""Messages wait in the outbox until they are published, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg2.extensions import connection as Connection

from tradestream import outbox
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.postgres import transaction

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOM, TOPIC = "strategy_rotation", "risk-approved-strategies"

pytestmark = pytest.mark.integration


def add(connection: Connection, value: bytes, now: datetime) -> None:
    with transaction(connection) as cursor:
        message = Message("BTC-USD", value, {"type": "Set", "schema": "v1"})
        outbox.add(cursor, ROOM, TOPIC, [message], now)


def waiting_and_done(connection: Connection) -> tuple[int, int]:
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE published_at IS NULL),"
            " count(*) FILTER (WHERE published_at IS NOT NULL) FROM outbox"
        )
        row = cursor.fetchone()
    assert row is not None
    return row[0], row[1]


def test_publishes_what_waits_once_and_in_order(
    postgres: Connection, bus: MemoryBus
) -> None:
    add(postgres, b"first", NOW)
    add(postgres, b"second", NOW)

    assert outbox.publish_waiting(postgres, bus, ROOM, NOW) == 2
    assert outbox.publish_waiting(postgres, bus, ROOM, NOW) == 0

    values = [record.message.value for record in bus.newest(TOPIC, 10)]
    assert values == [b"first", b"second"]
    assert waiting_and_done(postgres) == (0, 2)


def test_what_another_room_wrote_is_not_ours(
    postgres: Connection, bus: MemoryBus
) -> None:
    add(postgres, b"theirs", NOW)

    assert outbox.publish_waiting(postgres, bus, "risk_adjusted_sizing", NOW) == 0
    assert waiting_and_done(postgres) == (1, 0)


def test_published_rows_go_after_a_week_and_waiting_ones_never(
    postgres: Connection, bus: MemoryBus
) -> None:
    add(postgres, b"old", NOW)
    outbox.publish_waiting(postgres, bus, ROOM, NOW)
    add(postgres, b"new", NOW)
    later = NOW + timedelta(days=7, seconds=1)

    outbox.publish_waiting(postgres, bus, ROOM, later)

    assert waiting_and_done(postgres) == (0, 1)
    assert [r.message.value for r in bus.newest(TOPIC, 10)] == [b"old", b"new"]
