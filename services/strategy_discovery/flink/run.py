"""Submitting the job, watching over it, and stopping it with a savepoint."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from services.strategy_discovery.flink.resuming import savepoints
from services.strategy_discovery.flink.settings import JobSettings
from tradestream.bus.port import Bus
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.candle_store.port import CandleStore
from tradestream.errors import TradeStreamError
from tradestream.runtime.logs import get_logger
from tradestream.runtime.shutdown import Shutdown

if TYPE_CHECKING:
    from pyflink.common import JobClient

GROUP = "strategy_discovery"
_LOOK_SECONDS = 0.5


class JobFailedError(TradeStreamError):
    """Raised when the job ended by itself, which it never should."""


def check_servers(
    open_bus: Callable[[], Bus], open_store: Callable[[], CandleStore]
) -> None:
    """Ask bus and store before the job does: it would only try again for ever.

    Raises:
        UnavailableError: If one does not answer.
        ConfigurationError: If a topic is missing, or one lets us not in.
    """
    bus = open_bus()
    try:
        for topic in (
            DISCOVERY_REQUESTS,
            DISCOVERED_STRATEGIES,
            dead_letters(DISCOVERY_REQUESTS),
        ):
            bus.lag(topic, GROUP)
    finally:
        bus.close()
    store = open_store()
    try:
        store.symbols()
    finally:
        store.close()


def run_job(settings: JobSettings, *, detached: bool) -> int:
    """Submit the job; stay with it until asked to stop, unless `detached`.

    Returns:
        The exit status, 0.

    Raises:
        JobFailedError: If the job failed, or somebody cancelled it.
    """
    from services.strategy_discovery.flink.job import submit

    log = get_logger("strategy_discovery")
    client = submit(settings)
    job = str(client.get_job_id())
    log.info("job submitted", job=job, resumed_from=settings.cluster.resume)
    if detached:
        return 0
    shutdown = Shutdown()
    while not shutdown.wait(_LOOK_SECONDS):
        _require_alive(client)
    path = _stop(client, settings.cluster.checkpoints)
    log.info("job stopped", job=job, savepoint=path)
    return 0


def _require_alive(client: "JobClient") -> None:
    status = client.get_job_status().result()
    if status.name in ("FAILED", "CANCELED", "FINISHED", "SUSPENDED"):
        raise JobFailedError(f"a running job is required, was {status.name}")


def _stop(client: "JobClient", checkpoints: str) -> str:
    from services.strategy_discovery.flink.job import stop_with_savepoint

    return stop_with_savepoint(client, savepoints(checkpoints))
