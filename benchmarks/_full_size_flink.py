"""Discovery on Flink beside plain workers: the same requests on two cores.

Part of `make benchmark BENCH=full_size`, or `python -m benchmarks._full_size_flink`.
Both run and are warm before the requests come, and write to the same broker. A run
ends with the newest result by its own time stamp: Flink's are committed later, with
the next checkpoint, which is a figure of its own.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from benchmarks._full_size_bus import running_kafka
from benchmarks.figures import Figure, report
from tests.full_size.flink import discovery_world
from tests.full_size.flink.running_job import RunningJob, eventually, running_job
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.candle_store.factory import open_candle_store
from tradestream.local.full_size.flink_server import (
    JOBMANAGER,
    TASKMANAGER,
    FlinkServer,
)
from tradestream.testing import servers

REQUESTS = 400
WARM_UP = 40
ROUNDS = 3
WORKERS = 2
CHECKPOINT_SECONDS = 10.0
WANTED_SHARE = 0.85
TUNINGS = ((1, 10.0), (8, 10.0), (64, 10.0), (8, 1.0))
SYMBOLS = tuple(f"WALK{number}-USD" for number in range(1, 21))
GROUP = "strategy_discovery"
_MOST_RESULTS = 100_000


@dataclass(frozen=True, slots=True)
class Run:
    """How long a round of requests took, in seconds.

    Attributes:
        written: Until the newest result was written.
        seen: Until who reads what is committed had them all.
    """

    written: float
    seen: float


def measure() -> list[Figure]:
    """Return throughput of both, what Flink's share is, and memory."""
    with _world() as (bus, flags, folder):
        with _workers(flags, folder) as memory:
            plain, plain_memory = _rounds(bus, 1), memory()
        with _cluster(folder) as server, _job(server, flags, folder) as job:
            flink, flink_memory = _rounds(bus, 100), _flink_memory(server)
            submitter = _megabytes(job.process.pid)
            flink_memory["memory of what submitted it, unless detached"] = submitter
    return _figures(plain, flink) + [
        Figure(what, value, "MB")
        for what, value in (plain_memory | flink_memory).items()
    ]


def tune() -> list[Figure]:
    """Return throughput with other bundles and intervals, a job for each."""
    figures = []
    with _world() as (bus, flags, folder), _cluster(folder) as server:
        for place, (bundle, seconds) in enumerate(TUNINGS):
            more = {"bundle": bundle, "checkpoint_interval": seconds}
            with _job(server, flags, folder, **more):
                runs = _rounds(bus, 1_000 * (place + 1))
            rates = sorted(REQUESTS / run.written for run in runs)
            what = f"Flink: bundles of {bundle}, checkpoint every {seconds:g} s"
            spread = (rates[0], rates[-1])
            figures.append(Figure(what, median(rates), "1/s", spread=spread))
    return figures


@contextlib.contextmanager
def _world() -> Iterator[tuple[KafkaBus, dict[str, object], Path]]:
    """Yield a bus, the flags of both, and a folder, with bars in Postgres."""
    with (
        servers.postgres_server() as postgres,
        running_kafka() as kafka,
        servers.temporary_folder("flink") as folder,
    ):
        databases = servers.Databases(postgres)
        url = databases.create()
        store = open_candle_store(url)
        discovery_world.fill(store, SYMBOLS)
        store.close()
        bus = KafkaBus(kafka.url)
        yield bus, {"bus_url": kafka.url, "candles_url": url}, folder
        bus.close()
        databases.close()


def _figures(plain: list[Run], flink: list[Run]) -> list[Figure]:
    rates = [sorted(REQUESTS / run.written for run in runs) for runs in (plain, flink)]
    medians = [median(r) for r in rates]
    names = (f"{WORKERS} plain workers", f"Flink, parallelism {WORKERS}")
    figures = [
        Figure(f"{name}: searches of a day", m, "1/s", spread=(r[0], r[-1]))
        for name, m, r in zip(names, medians, rates, strict=True)
    ]
    share = medians[1] / medians[0]
    waits = [run.seen - run.written for run in flink]
    return [
        *figures,
        Figure("throughput of Flink ÷ plain workers", share, "×", WANTED_SHARE),
        Figure(
            f"Flink: from written to committed, checkpoint every"
            f" {CHECKPOINT_SECONDS:g} s",
            median(waits), "s", spread=(min(waits), max(waits)),
        ),
    ]  # fmt: skip


def _rounds(bus: KafkaBus, seed: int) -> list[Run]:
    """Return each round; its requests are new, so that nothing is answered twice."""
    _answered(bus, discovery_world.searches(WARM_UP, seed=seed, symbols=SYMBOLS))
    return [
        _answered(
            bus,
            discovery_world.searches(REQUESTS, seed=seed + number, symbols=SYMBOLS),
        )
        for number in range(1, ROUNDS + 1)
    ]


def _answered(bus: KafkaBus, requests: list[Message]) -> Run:
    before = _summaries(bus)
    started = time.time()
    bus.publish(DISCOVERY_REQUESTS, requests)
    # Asking for the lag costs nothing beside the work; reading the results would.
    eventually(lambda: bus.lag(DISCOVERY_REQUESTS, GROUP) == 0, "no request is left")
    wanted = len(before) + len(requests)
    eventually(lambda: len(_summaries(bus)) >= wanted, "all is answered")
    seen = time.time()
    return Run(max(_summaries(bus)) - started, seen - started)


def _summaries(bus: KafkaBus) -> list[float]:
    """Return when the last message of each answer was written."""
    return [
        record.published_at.timestamp()
        for record in bus.newest(DISCOVERED_STRATEGIES, _MOST_RESULTS)
        if record.published_at is not None
        and record.message.headers["type"].endswith("SearchSummary")
    ]


@contextlib.contextmanager
def _workers(
    flags: dict[str, object], folder: Path
) -> Iterator[Callable[[], dict[str, float]]]:
    given = {**flags, "workers": WORKERS, "member": "benchmark"}
    command = [sys.executable, "-m", "services.strategy_discovery.main"]
    command += [f"--{name}={value}" for name, value in given.items()]
    with (folder / "workers.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield lambda: {
            "memory of plain workers and their parent": _megabytes(process.pid)
        }
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _cluster(folder: Path) -> Iterator[FlinkServer]:
    server = FlinkServer(folder / "flink", slots=WORKERS)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def _job(
    server: FlinkServer, flags: dict[str, object], folder: Path, **more: object
) -> Iterator[RunningJob]:
    given = {
        **flags,
        "checkpoint_dir": folder / "checkpoints",
        "checkpoint_interval": CHECKPOINT_SECONDS,
        "parallelism": WORKERS,
        **more,
    }
    with running_job(server, folder / "job.log", given) as job:
        yield job
        job.stop()


def _flink_memory(server: FlinkServer) -> dict[str, float]:
    found: dict[str, float] = {}
    for role in (JOBMANAGER, TASKMANAGER):
        handle = server.running(role)
        if handle is not None:
            java = psutil.Process(handle.pid)
            found[f"memory of Flink's {role}"] = _own(java)
            found["memory of Flink's Python workers"] = sum(
                _own(child) for child in java.children(recursive=True)
            )
    found["memory of Flink in all"] = sum(found.values())
    return found


def _megabytes(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(_own(one) for one in (process, *process.children(recursive=True)))


def _own(process: psutil.Process) -> float:
    """Return memory in MB, what is shared counted to each by its share."""
    return float(process.memory_full_info().pss) / 1e6


if __name__ == "__main__":
    # With --tune, what the flags' defaults were chosen by.
    chosen = tune if "--tune" in sys.argv else measure
    sys.exit(report("full_size_flink", chosen()))
