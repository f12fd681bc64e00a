"""The Python operators of the job: thin shells around what is pure.

A worker imports the engine when its operator opens, after the real `print` is back.
"""

from collections.abc import Iterator
from typing import Any

from pyflink.common import Row, Types
from pyflink.datastream import (
    KeyedProcessFunction,
    OutputTag,
    ProcessFunction,
    RuntimeContext,
)

from services.strategy_discovery.flink.plain_print import restore_print
from services.strategy_discovery.flink.records import (
    MessageRow,
    RequestRow,
    record_of,
    row_of,
)
from services.strategy_discovery.flink.settings import Work
from tradestream.candle_store.port import CandleStore

_BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())
_HEADERS = Types.MAP(Types.STRING(), _BYTES)
MESSAGE = Types.ROW_NAMED(["key", "value", "headers"], [_BYTES, _BYTES, _HEADERS])
KEYED_REQUEST = Types.ROW_NAMED(
    ["span", "key", "value", "headers", "partition", "offset"],
    [Types.STRING(), _BYTES, _BYTES, _HEADERS, Types.INT(), Types.LONG()],
)
LETTERS = OutputTag("letters", MESSAGE)


class ReadRequest(ProcessFunction):  # type: ignore[misc]  # pyflink is untyped
    """Names the bars that a request is about; puts aside what is no request."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def open(self, runtime_context: RuntimeContext) -> None:
        """Start to count."""
        restore_print()
        self._failures = _metrics(runtime_context).counter("failures_total")

    def process_element(self, value: Row, ctx: Any) -> Iterator[Any]:  # noqa: ARG002  Flink gives it
        """Yield the request with the name of its span, or a dead letter."""
        from services.strategy_discovery.flink.discovery import span_of

        found = span_of(record_of(RequestRow(*value)), self._work)
        if isinstance(found, str):
            yield Row(found, *value)
        else:
            self._failures.inc()
            yield LETTERS, _row(row_of(found))


class Discover(KeyedProcessFunction):  # type: ignore[misc]  # pyflink is untyped
    """Answers requests, or puts them aside."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._store: CandleStore | None = None

    def open(self, runtime_context: RuntimeContext) -> None:
        """Open the candle store, load the engine, and start to count."""
        restore_print()
        from services.strategy_discovery.flink.discovery import Discovery

        number = runtime_context.get_index_of_this_subtask()
        self._store = self._work.open_store()
        self._discovery = Discovery(self._work, self._store, f"flink-{number}")
        metrics = _metrics(runtime_context)
        # Flink would put the key of a label into the middle of the name.
        self._requests = metrics.counter("requests_total")
        self._exams = metrics.counter("exams_total")
        self._evaluations = metrics.counter("evaluations_total")
        self._failures = metrics.counter("failures_total")

    def close(self) -> None:
        """Give back the connection of the store, if it was opened."""
        if self._store is not None:
            self._store.close()

    def process_element(self, value: Row, ctx: Any) -> Iterator[Any]:  # noqa: ARG002  Flink gives it
        """Yield the messages that answer a request, or a dead letter."""
        handled = self._discovery.handle(record_of(RequestRow(*list(value)[1:])))
        if handled.letter is not None:
            self._failures.inc()
            yield LETTERS, _row(row_of(handled.letter))
            return
        self._requests.inc()
        self._exams.inc(int(handled.is_exam))
        self._evaluations.inc(handled.evaluations)
        for message in handled.results:
            yield _row(row_of(message))


def _row(message: MessageRow) -> Row:
    return Row(*message)


def _metrics(context: RuntimeContext) -> Any:
    return context.get_metrics_group().add_group("tradestream_strategy_discovery")
