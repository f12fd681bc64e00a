"""A traced bus passes the contract, and what passes it hangs together."""

import pytest

from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Bus, Message
from tradestream.runtime.matter import working_on
from tradestream.runtime.tracing import context, spans
from tradestream.runtime.tracing.spans import CONSUMER, PRODUCER, Span, Tracer
from tradestream.runtime.tracing.traced_bus import TracedBus
from tradestream.testing.bus_contract import BusContract, OpenBus


@pytest.fixture
def open_bus() -> OpenBus:
    shared = MemoryBus()

    def open_it(takeover_seconds: float) -> Bus:
        shared.takeover_seconds = takeover_seconds
        noted: list[Span] = []
        tracer = Tracer("room", 1.0, noted.append, spans.new_run())
        return TracedBus(shared, tracer)

    return open_it


class TestTracedBus(BusContract):
    """The contract of all buses."""


def message(matter: str, value: bytes = b"x") -> Message:
    return Message("BTC-USD", value, {"type": "t", "correlation_id": matter})


class Traced:
    """Two rooms on one bus, and the spans of both."""

    def __init__(self, bus: MemoryBus, share: float = 1.0) -> None:
        self.spans: list[Span] = []
        self.asker = Tracer("asker", share, self.spans.append, spans.new_run())
        self.worker = Tracer("worker", share, self.spans.append, spans.new_run())
        self.asking = TracedBus(bus, self.asker)
        self.working = TracedBus(bus, self.worker)

    def of(self, kind: str) -> list[Span]:
        return [span for span in self.spans if span.kind == kind]

    def ask(self, *matters: str) -> None:
        self.asking.publish("requests", [message(m) for m in matters])

    def work(self) -> None:
        consumer = self.working.consumer("requests", "workers")
        records = consumer.poll(10, 0.0)
        with spans.tracing(self.worker):
            for record in records:
                with working_on("answer", record.message.headers):
                    pass
                matter = record.message.headers["correlation_id"]
                self.working.publish("results", [message(matter), message(matter)])
        consumer.commit(records)


@pytest.fixture
def traced(bus: MemoryBus) -> Traced:
    return Traced(bus)


def test_everything_of_one_matter_is_one_trace_from_request_to_result(
    traced: Traced,
) -> None:
    traced.ask("one")
    traced.work()

    mine = [s for s in traced.spans if s.context.trace_id == context.trace_id("one")]
    by_name = {span.name: span for span in mine}
    asked, processed = by_name["publish requests"], by_name["process requests"]
    assert set(by_name) == {
        "publish requests", "process requests", "answer", "publish results",
    }  # fmt: skip
    assert len(mine) == 4
    assert asked.parent is None
    assert processed.parent == asked.context
    assert by_name["publish results"].parent == processed.context
    assert by_name["answer"].parent == processed.context
    assert processed.links == (traced.worker.run,)


def test_a_message_published_again_is_the_same_span(
    bus: MemoryBus, traced: Traced
) -> None:
    traced.ask("one")
    traced.ask("one")

    first, second = traced.of(PRODUCER)
    assert first.context == second.context
    headers = [record.message.headers for record in bus.newest("requests", 2)]
    assert headers[0] == headers[1]
    assert context.parse(headers[0]["traceparent"]) == first.context


def test_a_batch_is_a_span_of_the_run_with_links_to_its_matters(
    traced: Traced,
) -> None:
    traced.ask("one", "two")

    (batch,) = [s for s in traced.spans if s.parent == traced.asker.run]
    assert [link.trace_id for link in batch.links] == [
        context.trace_id("one"),
        context.trace_id("two"),
    ]
    assert batch.attributes["messaging.batch.message_count"] == 2


def test_a_batch_in_hand_ends_with_its_commit_though_another_was_polled(
    traced: Traced,
) -> None:
    traced.ask("one")
    consumer = traced.working.consumer("requests", "workers")
    first = consumer.poll(10, 0.0)
    traced.ask("one")
    second = consumer.poll(10, 0.0)
    consumer.commit(first)
    consumer.commit(second)

    spans_of_work = traced.of(CONSUMER)
    assert len(spans_of_work) == 2
    assert len({span.context for span in spans_of_work}) == 2


def test_matters_outside_the_share_and_without_an_id_leave_no_span(
    bus: MemoryBus,
) -> None:
    traced = Traced(bus, share=0.0)
    traced.ask("one")
    traced.asking.publish("requests", [Message("k", b"v", {"type": "t"})])

    assert not traced.of(PRODUCER)
    assert all(
        "traceparent" not in record.message.headers
        for record in bus.newest("requests", 9)
    )


def test_work_outside_a_trace_is_left_alone(traced: Traced) -> None:
    with working_on("answer", {"correlation_id": "one"}):
        pass

    assert not traced.spans


def test_work_that_fails_says_why(traced: Traced) -> None:
    with (
        spans.tracing(traced.worker),
        pytest.raises(ValueError, match="no bars"),
        working_on("answer", {"correlation_id": "one"}),
    ):
        raise ValueError("no bars")

    (span,) = traced.spans
    assert span.error == "ValueError: no bars"
