"""Draining the topic into a real database."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message as Proto
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection

from protos.discovery.v1.result_pb2 import DiscoveredStrategy, HistoryExamResult
from services.strategy_consumer.consume import GROUP, Consumed, consume
from services.strategy_consumer.database import Database
from tradestream.bus.codec import encode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERED_STRATEGIES, dead_letters
from tradestream.discovery.messages import group_fingerprint
from tradestream.errors import UnavailableError
from tradestream.testing.discovery_results import (
    END,
    discovered_strategy,
    exam_result,
    search_summary,
    window,
)

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TABLES = ("strategies", "evaluations", "trials", "exams", "exam_passes")


def publish(bus: MemoryBus, *messages: Proto) -> None:
    bus.publish(DISCOVERED_STRATEGIES, [encode(m, key="BTC-USD") for m in messages])


def drain(bus: MemoryBus, postgres: Connection, batch: int = 1000) -> Consumed:
    with postgres, postgres.cursor() as cursor:
        cursor.execute("DISCARD TEMP")
    return consume(bus, Database(postgres), now=NOW, batch=batch)


def rows(postgres: Connection, table: str) -> list[tuple[Any, ...]]:
    with postgres, postgres.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
        return cursor.fetchall()


def everything(postgres: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(postgres, table) for table in TABLES}


def empty(postgres: Connection) -> None:
    with postgres, postgres.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def ask_exam(postgres: Connection, request_id: str = "exam-1") -> None:
    bars = window()
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exams (request_id, symbol, interval, exam_number,"
            " window_start_at, window_end_at, design_hash, alpha, seed, requested_at)"
            " VALUES (%s, 'BTC-USD', '1m', 1, to_timestamp(%s), to_timestamp(%s),"
            " 'design', 0.0075, 1, %s)",
            (request_id, bars.start_time.seconds, bars.end_time.seconds, NOW),
        )


def one(postgres: Connection, query: str) -> Any:
    with postgres, postgres.cursor() as cursor:
        cursor.execute(query)
        [row] = cursor.fetchall()
        return row


def test_stores_a_find_with_its_parameters_by_name(
    bus: MemoryBus, postgres: Connection
) -> None:
    found = discovered_strategy(
        parameters={
            "movingAveragePeriod": 20,
            "rsiPeriod": 14,
            "overboughtThreshold": 70,
            "oversoldThreshold": 30,
        }
    )
    publish(bus, found, search_summary())

    consumed = drain(bus, postgres)

    assert (consumed.strategies, consumed.evaluations, consumed.trials) == (1, 1, 1)
    assert one(
        postgres,
        "SELECT parameters->>'rsiPeriod', status, best_evaluation_id ="
        " latest_evaluation_id, created_at FROM strategies",
    ) == ("14", "candidate", True, NOW)


def test_stores_every_number_of_an_evaluation(
    bus: MemoryBus, postgres: Connection
) -> None:
    found = discovered_strategy(5, bars=window(missing=3))
    found.seed = 2**64 - 1
    found.ClearField("plateau")
    found.metrics.ClearField("sharpe")
    publish(bus, found)

    drain(bus, postgres)

    stored = one(
        postgres,
        "SELECT seed::text, plateau, metrics, hourly_strategy, hourly_market, bars,"
        " missing_bars, score, anchor_at, first_hour_at, window_end_at, price_tick,"
        " fee_bps FROM evaluations",
    )
    assert stored[:2] == ("18446744073709551615", None)
    assert stored[2]["sharpe"] is None
    assert stored[2]["alpha"] == found.metrics.alpha
    assert stored[3] == pytest.approx(list(found.hourly.strategy))
    assert stored[4] == pytest.approx(list(found.hourly.market))
    assert stored[5:8] == (1_594, 3, found.score)
    anchor = found.window.anchor.ToDatetime(UTC)
    assert stored[8:11] == (anchor, anchor.replace(minute=0), END)
    assert stored[11:] == (0.01, 10)


def test_nothing_to_do_is_done(bus: MemoryBus, postgres: Connection) -> None:
    assert drain(bus, postgres) == Consumed()


def test_a_bad_message_goes_aside_and_stops_nothing(
    bus: MemoryBus, postgres: Connection
) -> None:
    malformed = encode(discovered_strategy(), key="BTC-USD")
    broken = Message("BTC-USD", malformed.value[:-7], malformed.headers)
    strange = Message("BTC-USD", b"x", {"type": "somebody.else.v1.Thing"})
    spoiled = discovered_strategy(2)
    spoiled.metrics.sharpe = float("nan")
    bus.publish(DISCOVERED_STRATEGIES, [broken, strange])
    publish(bus, spoiled, discovered_strategy(3))

    consumed = drain(bus, postgres)

    letters = bus.topics[dead_letters(DISCOVERED_STRATEGIES)]
    assert [letter.value for letter in letters][:2] == [broken.value, b"x"]
    assert "metrics.sharpe" in letters[2].headers["dead_letter_reason"]
    assert [letter.headers["dead_letter_position"] for letter in letters] == list("012")
    assert (consumed.messages, consumed.evaluations) == (4, 1)
    assert bus.lag(DISCOVERED_STRATEGIES, GROUP) == 0


def some_messages() -> list[Proto]:
    """Finds of three requests, with rediscoveries, summaries, and an exam."""
    chance = random.Random(4)
    genomes = [discovered_strategy(seed).parameters for seed in range(4)]
    found: list[Proto] = []
    for number in range(3):
        name = f"request-{number}"
        bars = window(END + timedelta(minutes=16 * number))
        for rank, parameters in enumerate(chance.sample(genomes, 3), start=1):
            message = discovered_strategy(
                10 * number + rank, request_id=name, bars=bars, rank=rank
            )
            message.parameters.clear()
            for key, value in parameters.items():
                message.parameters[key].CopyFrom(value)
            # Equal scores: the order of arrival must not decide.
            message.score = round(message.score, 2)
            found.append(message)
        found.append(search_summary(request_id=name, bars=bars, results=3))
    passed = [
        (discovered_strategy(seed, request_id="exam-1", rank=rank), 5.0 / rank)
        for rank, seed in enumerate((2, 9), start=1)
    ]
    return [*found, exam_result(*passed)]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_order_and_duplicates_change_nothing(
    data: st.DataObject, postgres: Connection
) -> None:
    messages = some_messages()
    again = data.draw(st.lists(st.sampled_from(range(len(messages))), max_size=8))
    order = data.draw(st.permutations([*range(len(messages)), *again]))
    batch = data.draw(st.integers(1, len(order)))
    states = []
    for arrival in (range(len(messages)), order):
        empty(postgres)
        ask_exam(postgres)
        bus = MemoryBus()
        publish(bus, *(messages[i] for i in arrival))
        drain(bus, postgres, batch)
        states.append(everything(postgres))

    assert states[1] == states[0]
    assert len(states[0]["evaluations"]) == 11


def test_best_and_latest_follow_what_is_stored(
    bus: MemoryBus, postgres: Connection
) -> None:
    genome = dict.fromkeys(("smaPeriod", "emaPeriod"), 20)
    for number, score in enumerate((0.2, 0.1, 0.3, 0.25)):
        publish(
            bus,
            discovered_strategy(
                number,
                strategy_name="SMA_EMA_CROSSOVER",
                parameters=genome,
                request_id=f"request-{number}",
                bars=window(END - timedelta(hours=number)),
                score=score,
            ),
        )

    drain(bus, postgres, batch=2)

    assert one(
        postgres,
        "SELECT best.score, latest.score, best_score = best.score,"
        " latest_window_end_at = latest.window_end_at FROM strategies"
        " JOIN evaluations AS best ON best.evaluation_id = best_evaluation_id"
        " JOIN evaluations AS latest ON latest.evaluation_id = latest_evaluation_id",
    ) == (0.3, 0.2, True, True)


def group_result(*symbols: str) -> HistoryExamResult:
    """Return the outcome of an exam of a group in which one genome passed."""
    basket = discovered_strategy(1, request_id="exam-1", symbol="group:all")
    result = exam_result((basket, 6.0), symbol="group:all")
    for number, symbol in enumerate(symbols):
        result.members.add(
            symbol=symbol, window=window(), data_fingerprint=f"{number:064x}"
        )
        result.passing[0].members.add(
            symbol=symbol, t=3.5, trades=12, total_return=0.01, counted=True
        )
    result.data_fingerprint = group_fingerprint(
        {member.symbol: member.data_fingerprint for member in result.members}
    )
    return result


def test_the_exam_of_a_group_is_stored_with_its_members(
    bus: MemoryBus, postgres: Connection
) -> None:
    ask_exam(postgres)
    with postgres, postgres.cursor() as cursor:
        cursor.execute("UPDATE exams SET symbol = 'group:all', members = '{A,B}'")
    publish(bus, group_result("A", "C"), group_result("A", "B"))

    consumed = drain(bus, postgres)

    assert consumed.dead == {"exam": 1}
    [letter] = bus.topics[dead_letters(DISCOVERED_STRATEGIES)]
    assert "('A', 'C')" in letter.headers["dead_letter_reason"]
    symbol, members = one(
        postgres,
        "SELECT symbol, members FROM exam_passes JOIN strategies USING (strategy_id)",
    )
    assert symbol == "group:all"
    assert members["A"] == {
        "t": 3.5, "trades": 12, "total_return": 0.01, "counted": True,
    }  # fmt: skip


def test_what_is_stale_makes_room_for_the_same_request_on_new_candles(
    bus: MemoryBus, postgres: Connection
) -> None:
    old, other = discovered_strategy(1), discovered_strategy(2)
    publish(bus, old, other)
    drain(bus, postgres)
    fresh, late = DiscoveredStrategy(), DiscoveredStrategy()
    for message, source in ((fresh, old), (late, other)):
        message.CopyFrom(source)
        message.data_fingerprint = "f" * 64
        message.score = 9.0
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluations SET stale = true WHERE data_fingerprint = %s",
            (old.data_fingerprint,),
        )
    publish(bus, old, fresh, late)

    for _ in range(2):
        drain(bus, postgres, batch=1)

    with postgres, postgres.cursor() as cursor:
        cursor.execute("SELECT data_fingerprint, score, stale FROM evaluations")
        found = set(cursor.fetchall())
    assert found == {
        ("f" * 64, 9.0, False),
        (other.data_fingerprint, other.score, False),
    }
    assert one(postgres, "SELECT max(best_score) FROM strategies") == (9.0,)


def test_an_exam_is_answered_once(bus: MemoryBus, postgres: Connection) -> None:
    ask_exam(postgres)
    first = discovered_strategy(1, request_id="exam-1")
    publish(bus, exam_result((first, 6.0)))
    drain(bus, postgres)
    before = everything(postgres)
    other = discovered_strategy(2, request_id="exam-1")
    publish(bus, exam_result((first, 6.0)), exam_result((other, 7.0)))

    consumed = drain(bus, postgres)

    assert everything(postgres) == before
    assert (consumed.exams, consumed.dead) == (0, {})
    assert one(
        postgres,
        "SELECT answered_at, eligible, critical_value, t FROM exams"
        " JOIN exam_passes USING (request_id) JOIN strategies USING (strategy_id)",
    ) == (NOW, 1_500, 4.5, 6.0)


def test_an_answer_to_an_exam_nobody_asked_goes_aside(
    bus: MemoryBus, postgres: Connection
) -> None:
    ask_exam(postgres, "exam-2")
    mismatched = exam_result(request_id="exam-2")
    mismatched.exam_number = 7
    publish(bus, exam_result(), mismatched)

    consumed = drain(bus, postgres)

    assert consumed.dead == {"exam": 2}
    assert len(bus.topics[dead_letters(DISCOVERED_STRATEGIES)]) == 2
    assert one(postgres, "SELECT answered_at FROM exams") == (None,)
    assert rows(postgres, "strategies") == []


class ForgetfulBus(MemoryBus):
    """A bus that goes away before it hears of a commit."""

    def consumer(self, topic: str, group: str, *, member: str = "main") -> Any:
        consumer = super().consumer(topic, group, member=member)
        consumer.commit = self.go_away  # type: ignore[method-assign]
        return consumer

    def go_away(self, records: Sequence[object]) -> None:
        del records
        raise UnavailableError("the bus went away")


def test_a_run_that_never_committed_is_repeated_without_effect(
    postgres: Connection,
) -> None:
    forgetful = ForgetfulBus()
    publish(forgetful, *some_messages()[:-1])
    with pytest.raises(UnavailableError):
        drain(forgetful, postgres, batch=4)
    steady = MemoryBus()
    steady.publish(DISCOVERED_STRATEGIES, forgetful.topics[DISCOVERED_STRATEGIES])

    drain(steady, postgres)
    once = everything(postgres)
    empty(postgres)
    whole = MemoryBus()
    publish(whole, *some_messages()[:-1])
    drain(whole, postgres)

    assert once == everything(postgres)


def test_stops_between_batches_when_asked(bus: MemoryBus, postgres: Connection) -> None:
    publish(bus, *(discovered_strategy(seed) for seed in range(6)))
    asked: list[bool] = [False, False, True]

    consumed = consume(
        bus, Database(postgres), now=NOW, batch=2, stop=lambda: asked.pop(0)
    )

    assert consumed.messages == 4
    assert bus.lag(DISCOVERED_STRATEGIES, GROUP) == 2
