"""Spans of a run reach a collector; a collector that fails costs no run."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tradestream.runtime.tracing import context, spans
from tradestream.runtime.tracing.export import OtlpSink
from tradestream.runtime.tracing.spans import span
from tradestream.runtime.tracing.start import TracingSettings, traced
from tradestream.testing.otlp_receiver import Receiver, otlp_receiver

ROOM = "strategy_rotation"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with otlp_receiver() as running:
        yield running


def work() -> int:
    with span("approve", "strategy-1"):
        return 0


def test_the_run_and_its_work_arrive_as_real_otlp(receiver: Receiver) -> None:
    status = traced(ROOM, TracingSettings(receiver.url), work)

    assert status == 0
    (approved,) = receiver.named("approve")
    (run,) = receiver.named(f"run {ROOM}")
    assert approved.room == run.room == ROOM
    assert approved.trace == f"{context.trace_id('strategy-1'):032x}"
    assert approved.span.links[0].trace_id == run.span.trace_id
    assert approved.span.links[0].span_id == run.span.span_id
    assert approved.attribute("correlation_id") == "strategy-1"
    assert 0 < approved.span.start_time_unix_nano <= approved.span.end_time_unix_nano
    assert run.attribute("exit_status") == 0
    assert spans.tracer() is None


def test_a_failed_run_is_an_error_in_its_span(receiver: Receiver) -> None:
    assert traced(ROOM, TracingSettings(receiver.url), lambda: 75) == 75

    (run,) = receiver.named(f"run {ROOM}")
    assert run.span.status.message == "exit status 75"


def test_a_run_that_raises_is_traced_and_still_raises(receiver: Receiver) -> None:
    def fail() -> int:
        raise RuntimeError("no bars")

    with pytest.raises(RuntimeError, match="no bars"):
        traced(ROOM, TracingSettings(receiver.url), fail)

    (run,) = receiver.named(f"run {ROOM}")
    assert run.span.status.message == "RuntimeError: no bars"


@pytest.mark.parametrize("status", [400, 503])
def test_a_collector_that_refuses_costs_no_run(receiver: Receiver, status: int) -> None:
    receiver.status = status

    assert traced(ROOM, TracingSettings(receiver.url), work) == 0

    assert receiver.requests >= 1
    assert not receiver.spans


def test_a_collector_that_is_away_costs_no_run() -> None:
    with otlp_receiver() as gone:
        url = gone.url

    assert traced(ROOM, TracingSettings(url), work) == 0


def test_the_end_waits_no_longer_than_its_bound_and_says_what_was_lost(
    receiver: Receiver,
) -> None:
    receiver.hold.set()
    sink = OtlpSink(receiver.url, ROOM, flush_seconds=0.2)
    run = spans.new_run()
    tracer = spans.Tracer(ROOM, 1.0, sink, run)
    with spans.tracing(tracer), span("approve", "strategy-1"):
        pass

    lost = sink.close()

    assert receiver.hold.is_set()
    assert lost == 1


def test_many_spans_all_arrive_once(receiver: Receiver) -> None:
    def busy() -> int:
        for number in range(5_000):
            with span("search", f"request {number}"):
                pass
        return 0

    traced(ROOM, TracingSettings(receiver.url), busy)

    found = {received.trace for received in receiver.named("search")}
    assert len(found) == len(receiver.named("search")) == 5_000


def test_nothing_is_imported_where_nothing_is_traced() -> None:
    code = (
        "import sys\n"
        "from tradestream.runtime import app, flags, matter\n"
        "from tradestream.runtime.tracing.start import TracingSettings, traced\n"
        "traced('room', TracingSettings(), lambda: 0)\n"
        "print([n for n in sys.modules if n.startswith('opentelemetry')])\n"
    )

    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"
