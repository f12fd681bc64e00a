"""What the job on Flink needs to know. Pure: imports nothing of Flink."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.strategy_discovery.flink.client_properties import client_properties
from tradestream.bus.kafka_url import bootstrap_servers
from tradestream.bus.security import BusSecurity
from tradestream.candle_store.port import CandleStore
from tradestream.errors import ConfigurationError
from tradestream.runtime.clock import Clock

ROOT = Path(__file__).resolve().parents[3]
"""Folder that holds `services`, `tradestream`, and `protos`."""


@dataclass(frozen=True, slots=True)
class Work:
    """How requests are answered; travels to each Python worker by pickle.

    Attributes:
        open_store: Opens the candle store.
        clock: Says which windows are over.
        max_missing: Largest share of bars that may be missing, e.g. 0.05.
        row_budget_bytes: Memory for rows of indicators, of each window.
        keep_windows: How many windows a worker keeps in memory.
        keep_seconds: After how long a window's bars are read again.
        max_deliveries: Tries of a request that ends its worker.
        tries: Folder that counts them; None not to count.
        wait_seconds: How long a request may wait for others to be done, when one
            that ended its worker is tried alone.
    """

    open_store: Callable[[], CandleStore]
    clock: Clock
    max_missing: float = 0.05
    row_budget_bytes: int = 64 << 20
    keep_windows: int = 2
    keep_seconds: float = 20.0
    max_deliveries: int = 10
    tries: Path | None = None
    wait_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class Kafka:
    """Where requests come from and results go to.

    Attributes:
        bootstrap: Addresses, e.g. `host:9092,host:9093`.
        group: Consumer group whose offsets show the lag.
        transactions: Prefix of the ids of transactions; no two jobs share it.
        transaction_seconds: How long a transaction may stay open, at most what
            the broker allows (15 minutes unless told otherwise).
        properties: What else clients are told, e.g. `security.protocol`.
    """

    bootstrap: str
    group: str = "strategy_discovery"
    transactions: str = "strategy_discovery"
    transaction_seconds: float = 900.0
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cluster:
    """How Flink runs the job.

    Attributes:
        checkpoints: Folder or URL of checkpoints.
        checkpoint_seconds: Time between two; results are seen after one.
        parallelism: Python workers that answer.
        bundle: Requests that a worker is handed at once; a checkpoint waits for
            them.
        connector: Jar of the Kafka connector; None where Flink has it already.
        jobmanager: `host:port` of the JobManager to submit to; None to run
            where Flink's own settings say, else within this process.
        resume: Checkpoint or savepoint to go on from, a URL.
        python: Interpreter of the workers, at the same place on every machine.
        root: Folder that holds `services` and `tradestream`, likewise.
    """

    checkpoints: str
    checkpoint_seconds: float = 10.0
    parallelism: int = 2
    bundle: int = 8
    connector: str | None = None
    jobmanager: str | None = None
    resume: str | None = None
    python: str = sys.executable
    root: Path = ROOT


@dataclass(frozen=True, slots=True)
class JobSettings:
    """All of it."""

    work: Work
    kafka: Kafka
    cluster: Cluster


def kafka_of(url: str | None, security: BusSecurity, seconds: float) -> Kafka:
    """Return what the flags of the bus say to the job.

    Raises:
        ConfigurationError: If they name no Kafka, or a file cannot be read.
    """
    return Kafka(
        ",".join(bootstrap_servers(url or "")),
        transaction_seconds=seconds,
        properties=client_properties(security),
    )


def tries_folder(
    named: str | None, bus_url: str | None, jobmanager: str | None, *, detached: bool
) -> Path:
    """Return where tries are counted: as named, else below the temporary folder.

    Raises:
        ConfigurationError: If none is named and the job does not run here: a
            temporary folder elsewhere is nobody else's, and ends with its pod.
    """
    if named is not None:
        return Path(named).absolute()
    if detached or not _is_here(jobmanager):
        raise ConfigurationError(
            "--tries_dir: a folder that all workers of the job share and that outlives"
            " them is required where the job does not run on this machine, was none"
        )
    bus = hashlib.sha256((bus_url or "").encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tradestream-tries-{os.getuid()}" / bus


def _is_here(jobmanager: str | None) -> bool:
    host = "localhost" if jobmanager is None else jobmanager.rpartition(":")[0]
    return host == "localhost" or host.startswith("127.")
