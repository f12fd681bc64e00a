"""One worker process: its own connections, its own member of the group."""

import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from services.strategy_discovery.limits import Done, Limits
from tradestream.bus.port import Bus
from tradestream.candle_store.port import CandleStore
from tradestream.runtime.app import guarded
from tradestream.runtime.clock import Clock
from tradestream.runtime.shutdown import Shutdown
from tradestream.runtime.tracing.start import TracingSettings, traced
from tradestream.runtime.traffic import TRAFFIC


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker process needs to know; travels to it by pickle.

    Attributes:
        open_bus: Opens the bus.
        open_store: Opens the candle store.
        limits: How much a worker takes on.
        member: Name of this process's worker without its number.
        grace_seconds: Time to finish the batch in hand when asked to stop.
        clock: Says which windows are over.
        tracing: What of the work is traced.
    """

    open_bus: Callable[[], Bus]
    open_store: Callable[[], CandleStore]
    limits: Limits
    member: str
    grace_seconds: float
    clock: Clock
    tracing: TracingSettings = field(default_factory=TracingSettings)


def run_child(settings: Settings, number: int, reports: Connection) -> None:
    """Work until asked to stop, then exit; 75 if a dependency was unavailable."""
    room = "strategy_discovery"

    def work() -> int:
        return guarded(room, lambda: _work(settings, number, reports))

    sys.exit(traced(room, settings.tracing, work))


def _work(settings: Settings, number: int, reports: Connection) -> None:
    shutdown = Shutdown()
    # The engine is imported, and compiled, in the worker alone.
    from tradestream.kernels.use import use_baked_kernels

    use_baked_kernels()
    from services.strategy_discovery.work import work

    parent = multiprocessing.parent_process()
    deadline: list[float] = []

    def stop() -> bool:
        return shutdown.requested or (parent is not None and not parent.is_alive())

    def must_stop() -> bool:
        if not stop():
            return False
        if not deadline:
            deadline.append(time.monotonic() + settings.grace_seconds)
        return time.monotonic() >= deadline[0]

    def report(done: Done) -> None:
        done.traffic = TRAFFIC.take()
        reports.send(done)

    bus, store = settings.open_bus(), settings.open_store()
    try:
        work(
            bus,
            store,
            settings.limits,
            member=f"{settings.member}-{number}",
            stop=stop,
            must_stop=must_stop,
            report=report,
            clock=settings.clock,
        )
    finally:
        store.close()
        bus.close()
