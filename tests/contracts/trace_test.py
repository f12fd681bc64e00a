"""T25: one id leads from a signal back to its request, over every room."""

import pytest

from tests.contracts.world import World
from tradestream.bus.memory import MemoryBus
from tradestream.postgres import connect
from tradestream.runtime.tracing.context import trace_id
from tradestream.trace.model import Way
from tradestream.trace.walk import walk

pytestmark = pytest.mark.integration


def way(world: World, wanted: str) -> Way:
    bus = MemoryBus()
    for topic, records in world.records.items():
        bus.publish(topic, [record.message for record in records])
    connection = connect(world.postgres_url)
    try:
        return walk(connection, lambda: bus, wanted)
    finally:
        connection.close()


def test_T25_a_signal_leads_back_to_what_was_asked(world: World) -> None:
    ((signal,),) = world.query("SELECT signal_id FROM trade_signals ORDER BY 1 LIMIT 1")

    found = way(world, signal)

    whats = {step.what for step in found.steps}
    assert found.match.kind == "signal"
    assert whats >= {
        "asked", "answered", "exam asked", "exam answered", "exam passed",
        "status", "approved", "set announced", "sized", "sizes announced", "signal",
        "signal announced",
    }  # fmt: skip
    (exam,) = {s.identity for s in found.steps if s.what == "exam asked"}
    (answer,) = [s for s in found.steps if s.what == "answered"]
    assert answer.identity == exam
    assert str(answer.details["answered_by"]).endswith("-0")


def test_T25_a_search_leads_on_to_what_it_found(world: World) -> None:
    ((search,),) = world.query(
        "SELECT request_id FROM trials ORDER BY results DESC, request_id LIMIT 1"
    )

    found = way(world, search)

    steps = {step.what: step for step in found.steps}
    assert found.match.kind == "search"
    assert (
        steps["asked"].details["strategy_name"]
        == (steps["trials stored"].details["strategy_name"])
    )
    assert steps["found"].details["request_id"] == search


def test_T25_every_message_of_work_carries_ids_that_rows_know(world: World) -> None:
    asked = {
        record.message.headers.get("request_id")
        for record in world.records["strategy-discovery-requests"]
    } - {None}
    answered = {
        record.message.headers.get("request_id")
        for record in world.records["discovered-strategies"]
    } - {None}
    stored = {
        identity
        for (identity,) in world.query(
            "SELECT request_id FROM trials UNION SELECT request_id FROM exams"
            " WHERE answered_at IS NOT NULL"
        )
    }

    assert answered == stored
    assert stored <= asked


def test_T25_a_search_is_one_trace_through_three_rooms(world: World) -> None:
    ((search,),) = world.query("SELECT request_id FROM trials ORDER BY 1 LIMIT 1")
    mine = [s for s in world.collector.spans if s.trace == f"{trace_id(search):032x}"]
    by_id = {received.span.span_id: received for received in mine}

    named = {(received.room, received.span.name): received for received in mine}
    assert set(named) == {
        ("strategy_discovery_request_factory", "publish strategy-discovery-requests"),
        ("strategy_discovery", "process strategy-discovery-requests"),
        ("strategy_discovery", "answer"),
        ("strategy_discovery", "publish discovered-strategies"),
        ("strategy_consumer", "process discovered-strategies"),
    }
    # A room that is run again tells the same span again.
    (first,) = [r for r in by_id.values() if not r.span.parent_span_id]
    assert first.room == "strategy_discovery_request_factory"
    stored = named["strategy_consumer", "process discovered-strategies"]
    answered = by_id[stored.span.parent_span_id]
    assert answered.span.name == "publish discovered-strategies"


def test_T25_an_exam_is_one_trace_from_the_asking_to_the_settling(world: World) -> None:
    ((exam,),) = world.query(
        "SELECT request_id FROM exams WHERE settled_at IS NOT NULL ORDER BY 1 LIMIT 1"
    )

    told = [s for s in world.collector.spans if s.trace == f"{trace_id(exam):032x}"]

    assert {(received.room, received.span.name) for received in told} == {
        ("strategy_confidence_scorer", "publish strategy-discovery-requests"),
        ("strategy_discovery", "process strategy-discovery-requests"),
        ("strategy_discovery", "answer"),
        ("strategy_discovery", "publish discovered-strategies"),
        ("strategy_consumer", "process discovered-strategies"),
        ("strategy_confidence_scorer", "settle"),
    }


def test_T25_a_signal_is_linked_to_the_trace_of_its_strategy(world: World) -> None:
    ((signal, strategy),) = world.query(
        "SELECT signal_id, strategy_id FROM trade_signals ORDER BY 1 LIMIT 1"
    )

    told = [s for s in world.collector.spans if s.trace == f"{trace_id(signal):032x}"]
    linked = {link.trace_id.hex() for s in told for link in s.span.links}
    approved = [s for s in world.collector.named("entered") if s.trace in linked]

    assert {s.span.name for s in told} == {"signal", "publish trade-signals"}
    assert {s.attribute("correlation_id") for s in approved} == {strategy}


def test_T25_every_room_tells_of_its_runs(world: World) -> None:
    told = {received.room for received in world.collector.spans}
    runs = {
        received.room
        for received in world.collector.spans
        if received.span.name == f"run {received.room}"
    }

    assert told == runs == set(world.logs)
