"""Tests of asking for an exam again when no answer comes, on a real PostgreSQL."""

from datetime import timedelta

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.score import score
from services.strategy_confidence_scorer.small_world_fake import (
    HOUR,
    NOISE,
    NOW,
    rows,
    run,
)
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Bus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.errors import UnavailableError

pytestmark = pytest.mark.integration


class Killed(BaseException):
    """Stands for SIGKILL: passes every `except Exception`."""


def kill(_: str) -> None:
    raise Killed


def no_bus() -> Bus:
    raise UnavailableError("a bus is required, was none")


def test_a_lost_exam_is_asked_again_with_the_same_bytes_until_it_is_answered(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(NOISE, 9), NOW)
    run(postgres, bus, store, NOW)
    minute = timedelta(minutes=1)

    asked = [
        run(postgres, bus, store, NOW + after).exams_asked_again
        for after in (6 * HOUR - minute, 6 * HOUR, 6 * HOUR, 12 * HOUR, 13 * HOUR)
    ]

    assert asked == [0, 1, 0, 1, 0]
    messages = bus.topics[DISCOVERY_REQUESTS]
    assert len(messages) == 3
    assert messages[1:] == [messages[0]] * 2
    assert rows(postgres, "SELECT exam_number FROM exams") == [(1,)]
    assert world.answer_exams(postgres, bus, store, NOW + 13 * HOUR) == 1
    assert run(postgres, bus, store, NOW + 30 * HOUR).exams_asked_again == 0


def test_a_lost_exam_is_asked_again_when_its_outbox_row_is_gone(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(NOISE, 9), NOW)
    run(postgres, bus, store, NOW)
    with postgres, postgres.cursor() as cursor:
        cursor.execute("DELETE FROM outbox")

    report = run(postgres, bus, store, NOW + 7 * HOUR)

    assert (report.exams_asked_again, report.published) == (1, 1)
    first, second = bus.topics[DISCOVERY_REQUESTS]
    assert first == second


def test_the_time_to_answer_begins_with_the_publication(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(NOISE, 9), NOW)
    with pytest.raises(UnavailableError):
        score(postgres, no_bus, store, symbols=(), settings=world.settings(), now=NOW)

    late = run(postgres, bus, store, NOW + 7 * HOUR)

    assert (late.published, late.exams_asked_again) == (1, 0)
    assert run(postgres, bus, store, NOW + 13 * HOUR).exams_asked_again == 1


@pytest.mark.parametrize(
    "where",
    [
        "services.strategy_confidence_scorer.exam_requests.failpoint",
        "tradestream.outbox.failpoint",
    ],
)
def test_a_run_killed_while_it_asks_again_asks_once(
    postgres: Connection,
    bus: MemoryBus,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    store = world.stocked(world.market(NOISE, 9), NOW)
    run(postgres, bus, store, NOW)
    later = NOW + 7 * HOUR
    with monkeypatch.context() as patch:
        patch.setattr(where, kill)
        with pytest.raises(Killed):
            run(postgres, bus, store, later)

    report = run(postgres, bus, store, later)

    assert (report.exams_asked_again, report.published) == (0, 1)
    assert rows(postgres, "SELECT count(*) FROM outbox") == [(2,)]
    assert len({m.value for m in bus.topics[DISCOVERY_REQUESTS]}) == 1
