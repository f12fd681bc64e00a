"""Submitting the job, watching over it, and stopping it with a savepoint."""

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from services.strategy_discovery.flink.answers_of_java import (
    JobFailedError,
    answered,
    submitted,
)
from services.strategy_discovery.flink.known_offsets import require_not_behind
from services.strategy_discovery.flink.resuming import metadata_of, savepoints
from services.strategy_discovery.flink.settings import Cluster, JobSettings
from tradestream.bus.kafka_offsets import KafkaOffsets
from tradestream.bus.kafka_settings import client_options
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.port import Bus
from tradestream.bus.security import BusSecurity
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.candle_store.port import CandleStore
from tradestream.errors import (
    ConfigurationError,
    UnavailableError,
)
from tradestream.runtime.logs import get_logger
from tradestream.runtime.shutdown import Shutdown

if TYPE_CHECKING:
    from pyflink.common import JobClient

GROUP = "strategy_discovery"
_LOOK_SECONDS = 0.5
_ANSWER_SECONDS = 10.0
STATUS_SECONDS = 120
"""Longer than Flink's client itself tries again."""

STOP_SECONDS = 960
"""Longer than a savepoint may wait for the requests in hand."""


def check_cluster(cluster: Cluster) -> None:
    """Look for what the job is submitted with before Java does.

    Raises:
        ConfigurationError: If the connector is not there.
        UnavailableError: If the JobManager does not answer.
    """
    if cluster.connector is not None and not Path(cluster.connector).is_file():
        raise ConfigurationError(
            f"--connector: a jar is required, was {cluster.connector}"
        )
    if cluster.jobmanager is None:
        return
    try:
        with urllib.request.urlopen(
            f"http://{cluster.jobmanager}/overview", timeout=_ANSWER_SECONDS
        ):
            pass
    except OSError as error:
        raise UnavailableError(
            f"flink at {cluster.jobmanager} did not answer: {error}"
        ) from error


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


def check_resume(resume: str | None, url: str, security: BusSecurity) -> None:
    """Ask whether the group went on without the job, as far as that can be seen.

    Raises:
        ConfigurationError: If it did: the job would answer again.
        UnavailableError: If no broker answers.
    """
    if resume is None:
        return
    metadata = metadata_of(resume)
    if metadata is None:
        get_logger("strategy_discovery").warning(
            "checkpoint not compared with the group: it is no local folder;"
            " where others answered meanwhile, begin with --resume=none",
            resume=resume,
        )
        return
    times = KafkaTimes()
    offsets = KafkaOffsets(client_options(url, security, times), times.retry)
    try:
        partitions = offsets.partitions(DISCOVERY_REQUESTS)
        committed = offsets.committed(GROUP, partitions)
    finally:
        offsets.close()
    require_not_behind(
        metadata, {p.partition: at for p, (at, _) in committed.items()}, resume
    )


def run_job(settings: JobSettings, *, detached: bool) -> int:
    """Submit the job; stay with it until asked to stop, unless `detached`.

    Returns:
        The exit status, 0.

    Raises:
        JobFailedError: If the job failed, or somebody cancelled it.
        UnavailableError: If Flink does not answer any more.
    """
    from services.strategy_discovery.flink.job import submit

    log = get_logger("strategy_discovery")
    client = submitted(lambda: submit(settings))
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
    from services.strategy_discovery.flink.job import status_of

    status = answered(lambda: status_of(client, STATUS_SECONDS), "say how the job is")
    if status in ("FAILED", "CANCELED", "FINISHED", "SUSPENDED"):
        raise JobFailedError(f"a running job is required, was {status}")


def _stop(client: "JobClient", checkpoints: str) -> str:
    from services.strategy_discovery.flink.job import stop_with_savepoint

    folder = savepoints(checkpoints)
    return answered(
        lambda: stop_with_savepoint(client, folder, STOP_SECONDS),
        "stop with a savepoint",
    )
