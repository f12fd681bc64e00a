"""Tracing of one process, from its first line of work to its last."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from tradestream.runtime.tracing import spans
from tradestream.runtime.tracing.spans import Span, Tracer


@dataclass(frozen=True, slots=True)
class TracingSettings:
    """What is traced, and who is told; travels to child processes by pickle.

    Attributes:
        url: Base of the collector, e.g. `http://collector:4318`; None: nobody.
        share: Share of matters that are traced, 0 to 1.
    """

    url: str | None = None
    share: float = 1.0


def traced(room: str, settings: TracingSettings, work: Callable[[], int]) -> int:
    """Return what `work` returns; its run is a span, and so is what it does.

    Costs nothing, and imports nothing, where no collector is named.
    """
    if settings.url is None:
        return work()
    # Imported late: a fifth of a second that most runs need not pay.
    from tradestream.runtime.tracing.export import OtlpSink

    sink = OtlpSink(settings.url, room)
    tracer = Tracer(room, settings.share, sink, spans.new_run())
    started, status, error = time.time_ns(), 0, ""
    try:
        with spans.tracing(tracer):
            status = work()
            return status
    except BaseException as failure:
        error = f"{type(failure).__name__}: {failure}"
        raise
    finally:
        error = error or (f"exit status {status}" if status else "")
        noted = {"process.pid": os.getpid(), "exit_status": status}
        sink(
            Span(f"run {room}", tracer.run, None, spans.INTERNAL, started,
                 time.time_ns(), noted, error=error)
        )  # fmt: skip
        sink.close()
