"""Discovery on Flink beside plain workers: the same requests on two cores.

The factory's own requests, with its defaults, of two windows: a day, the smallest that
is asked for, and a week, which is a third of the average over the factory's windows.
What Flink adds is the same for each request, so it weighs less on the larger.

Part of `make benchmark BENCH=full_size`, or `python -m benchmarks._full_size_flink`.
Each has a broker of its own and is warm before the requests come; they take turns, so
that a machine that others load, too, loads both alike, and a share is that of two
rounds after each other. A run ends with the newest result by its own time stamp:
Flink's are committed later, with the next checkpoint, which is a figure of its own.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

import psutil

from benchmarks._full_size_bus import running_kafka
from benchmarks.figures import Figure, report
from services.strategy_discovery_request_factory.requests import SearchPlan, messages
from services.strategy_discovery_request_factory.spans import Due
from tests.full_size.flink import discovery_world
from tests.full_size.flink.running_job import RunningJob, eventually, running_job
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import to_datetime
from tradestream.local.full_size.flink_server import (
    JOBMANAGER,
    TASKMANAGER,
    FlinkServer,
)
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing import servers

DAY, WEEK = 1_440, 10_080
TYPES = {DAY: 60, WEEK: 30}
"""Strategy types a symbol by window, so that rounds take seconds, not minutes."""

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
        requests: How many there were.
        written: Until the newest result was written.
        seen: Until who reads what is committed had them all.
        processor: Of all that answered, seconds of processor until then.
    """

    requests: int
    written: float
    seen: float
    processor: float


def measure() -> list[Figure]:
    """Return throughput of both, what Flink's share is, and memory."""
    figures: list[Figure] = []
    with (
        _world() as (bus, flags, folder),
        _world() as (other_bus, other_flags, other_folder),
        _workers(flags, folder) as workers,
        _cluster(other_folder) as server,
        _job(server, other_flags, other_folder) as job,
    ):
        for window, words in ((DAY, "a day"), (WEEK, "a week")):
            plain, flink = [], []
            for number in range(1, ROUNDS + 2):  # each is new, so that all is answered
                asked = _searches(window, seed=number)
                plain.append(_round(bus, asked, [workers]))
                flink.append(_round(other_bus, asked, _pids(server)))
            # Java's first requests of a kind are interpreted, then compiled.
            figures += _figures(words, plain[1:], flink[1:])
        memory = {
            "memory of plain workers and their parent": _megabytes(workers),
            **_flink_memory(server),
            "memory of what submitted it, unless detached": _megabytes(job.process.pid),
        }
    return figures + [Figure(what, value, "MB") for what, value in memory.items()]


def tune() -> list[Figure]:
    """Return throughput with other bundles and intervals, a job for each."""
    figures = []
    with _world() as (bus, flags, folder), _cluster(folder) as server:
        for place, (bundle, seconds) in enumerate(TUNINGS):
            more = {"bundle": bundle, "checkpoint_interval": seconds}
            with _job(server, flags, folder, **more):
                runs = _rounds(bus, 1_000 * (place + 1), _pids(server))
            rates = sorted(run.requests / run.written for run in runs)
            what = f"Flink: bundles of {bundle}, checkpoint every {seconds:g} s"
            spread = (rates[0], rates[-1])
            figures.append(Figure(what, median(rates), "1/s", spread=spread))
    return figures


def _searches(window: int, seed: int) -> list[Message]:
    """Return what the factory asks about a window of each symbol."""
    plan = SearchPlan(
        tuple(CATALOGUE)[: TYPES[window]], 5, 50, 30, seed, 1.0, 2.0, "excess_sharpe"
    )
    start = to_datetime(discovery_world.START)
    spans = [
        Due(symbol, window, start, start + timedelta(minutes=window), None)
        for symbol in SYMBOLS
    ]
    return [
        m for span in spans for m in messages(span, plan.template(), plan.strategies)
    ]


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
        discovery_world.fill(store, SYMBOLS, WEEK + DAY)
        store.close()
        bus = KafkaBus(kafka.url)
        yield bus, {"bus_url": kafka.url, "candles_url": url}, folder
        bus.close()
        databases.close()


def _figures(words: str, plain: list[Run], flink: list[Run]) -> list[Figure]:
    names = (f"{WORKERS} plain workers", f"Flink, parallelism {WORKERS}")
    figures = []
    for name, runs in zip(names, (plain, flink), strict=True):
        rates = [run.requests / run.written for run in runs]
        took = [run.processor / run.requests * 1_000 for run in runs]
        figures += [
            _figure(f"{name}: searches of {words}", rates, "1/s"),
            _figure(f"{name}: processor for a search of {words}", took, "ms"),
        ]
    shares = [
        one.written / other.written for one, other in zip(plain, flink, strict=True)
    ]
    waits = [run.seen - run.written for run in flink]
    return [
        *figures,
        _figure(
            f"throughput of Flink ÷ plain workers, searches of {words}",
            shares, "×", WANTED_SHARE,
        ),
        _figure(
            f"Flink: from written to committed, checkpoint every"
            f" {CHECKPOINT_SECONDS:g} s, searches of {words}",
            waits, "s",
        ),
    ]  # fmt: skip


def _figure(
    what: str, values: Sequence[float], unit: str, limit: float | None = None
) -> Figure:
    spread = (min(values), max(values))
    return Figure(what, median(values), unit, limit, spread=spread)


def _rounds(bus: KafkaBus, seed: int, pids: Sequence[int]) -> list[Run]:
    """Return each round but the first; its requests are new, so all are answered."""
    asked = (_searches(DAY, seed + number) for number in range(ROUNDS + 1))
    return [_round(bus, requests, pids) for requests in asked][1:]


def _round(bus: KafkaBus, requests: list[Message], pids: Sequence[int]) -> Run:
    before = _summaries(bus)
    used = _processor_seconds(pids)
    started = time.time()
    bus.publish(DISCOVERY_REQUESTS, requests)
    # Asking for the lag costs nothing beside the work; reading the results would.
    eventually(lambda: bus.lag(DISCOVERY_REQUESTS, GROUP) == 0, "no request is left")
    wanted = len(before) + len(requests)
    eventually(lambda: len(_summaries(bus)) >= wanted, "all is answered")
    seen = time.time()
    return Run(
        len(requests),
        max(_summaries(bus)) - started,
        seen - started,
        _processor_seconds(pids) - used,
    )


def _summaries(bus: KafkaBus) -> list[float]:
    """Return when the last message of each answer was written."""
    return [
        record.published_at.timestamp()
        for record in bus.newest(DISCOVERED_STRATEGIES, _MOST_RESULTS)
        if record.published_at is not None
        and record.message.headers["type"].endswith("SearchSummary")
    ]


@contextlib.contextmanager
def _workers(flags: dict[str, object], folder: Path) -> Iterator[int]:
    """Run plain workers; yield the number of their parent's process."""
    given = {**flags, "workers": WORKERS, "member": "benchmark"}
    command = [sys.executable, "-m", "services.strategy_discovery.main"]
    command += [f"--{name}={value}" for name, value in given.items()]
    with (folder / "workers.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield process.pid
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


def _pids(server: FlinkServer) -> list[int]:
    """Return the numbers of the processes of a JobManager and a TaskManager."""
    running = [server.running(role) for role in (JOBMANAGER, TASKMANAGER)]
    return [handle.pid for handle in running if handle is not None]


def _flink_memory(server: FlinkServer) -> dict[str, float]:
    jobmanager, taskmanager = (psutil.Process(pid) for pid in _pids(server))
    workers = sum(_own(child) for child in taskmanager.children(recursive=True))
    found = {
        "memory of Flink's JobManager": _own(jobmanager),
        "memory of Flink's TaskManager": _own(taskmanager),
        "memory of Flink's Python workers": workers,
    }
    return found | {"memory of Flink in all": sum(found.values())}


def _megabytes(pid: int) -> float:
    return sum(_own(one) for one in _family(pid))


def _processor_seconds(pids: Sequence[int]) -> float:
    times = [one.cpu_times() for pid in pids for one in _family(pid)]
    return float(sum(one.user + one.system for one in times))


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _own(process: psutil.Process) -> float:
    """Return memory in MB, what is shared counted to each by its share."""
    return float(process.memory_full_info().pss) / 1e6


if __name__ == "__main__":
    # With --tune, what the flags' defaults were chosen by.
    chosen = tune if "--tune" in sys.argv else measure
    sys.exit(report("full_size_flink", chosen()))
