"""A real run of all rooms that is watched: the full stack, with a simulated venue."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from tests.full_size.observability.seeing import Prometheus, eventually
from tradestream.local import rooms_to_run
from tradestream.local.full_size.prometheus_server import CONFIGURATION
from tradestream.local.full_size.stack import FullStack
from tradestream.testing.simulator import Venue

SCRAPE_SECONDS = 2
HISTORY = "8d"
TYPES = "SMA_RSI,EMA_MACD"
WORKER = "strategy_discovery"
ROOM_SECONDS = 180
_NOBODY = {
    "TRADESTREAM_POSTGRES_URL": "postgresql://127.0.0.1:9",
    "TRADESTREAM_REDIS_URL": "redis://127.0.0.1:9",
}


@dataclass(slots=True)
class Run:
    """Rooms, the stack they stand on, and who watches them.

    Attributes:
        stack: Kafka, InfluxDB, PostgreSQL, Valkey, Pushgateway, and the venue.
        prometheus: Sees everything.
    """

    stack: FullStack
    prometheus: Prometheus
    _workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def venue(self) -> Venue:
        """Where candles come from."""
        return Venue(self.stack.url("simulator"))

    @property
    def pushgateway_url(self) -> str:
        """Where jobs push to."""
        return self.stack.pushgateway.url

    def room(self, room: str, **flags: object) -> int:
        """Run a room once; return its exit status."""
        return self._run(room, flags, {}).returncode

    def room_alone(self, room: str) -> int:
        """Run a room whose records and lists are away; return its exit status."""
        return self._run(room, {}, _NOBODY).returncode

    def room_in(self, room: str, environment: Mapping[str, str]) -> int:
        """Run a room with more in its environment; return its exit status."""
        return self._run(room, {}, environment).returncode

    def rooms(self, *names: str, **flags: object) -> None:
        """Run rooms one after the other; AssertionError if one fails."""
        for name in names:
            finished = self._run(name, flags, {})
            assert finished.returncode == 0, f"{name}: {finished.stderr}"

    def start_worker(self) -> None:
        """Start a worker where Prometheus looks for one."""
        flags = [
            "--workers=1",
            "--batch_seconds=2",
            *self.stack.worker_flags(WORKER),
        ]
        self._workers.append(
            subprocess.Popen(
                rooms_to_run.command(WORKER, flags),
                env=self.stack.environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def worker_processes(self) -> list[psutil.Process]:
        """Return the processes that answer requests, of all workers."""
        return [
            child
            for worker in self._workers
            for child in psutil.Process(worker.pid).children()
            if "spawn_main" in " ".join(child.cmdline())
        ]

    def end_workers(self) -> None:
        """End all workers, and wait until they are gone."""
        for process in self._workers:
            process.terminate()
        while self._workers:
            self._workers.pop().wait(60)

    def _run(
        self, room: str, flags: Mapping[str, object], more: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        given = {**_SETTINGS.get(room, {}), **flags}
        return subprocess.run(
            rooms_to_run.command(room, [f"--{k}={v}" for k, v in given.items()]),
            env={**self.stack.environment(), **more},
            capture_output=True,
            text=True,
            timeout=ROOM_SECONDS,
            check=False,
        )


JOBS: Sequence[str] = (
    "database_migrator",
    "top_crypto_updater",
    "candle_ingestor",
    "strategy_discovery_request_factory",
    "strategy_consumer",
    "strategy_confidence_scorer",
    "strategy_rotation",
    "risk_adjusted_sizing",
    "trade_signal_generator",
    "strategy_robustness",
)
_SETTINGS: Mapping[str, Mapping[str, object]] = {
    "top_crypto_updater": {"limit": 2},
    "candle_ingestor": {"requests_per_second": 0, "backfill_start": HISTORY},
    "strategy_discovery_request_factory": {"windows": "1597", "strategies": TYPES},
    "strategy_confidence_scorer": {"backfill_start": HISTORY, "pooled": False},
    "strategy_rotation": {"min_status": "probation"},
    # Signals of yesterday count as live here, so that their age is told.
    "trade_signal_generator": {
        "replay": "24h",
        "live_within": "48h",
        "wait_for_bar": "0",
    },
    "strategy_robustness": {"span": "2d", "other_symbols": 1, "run_budget": 20},
}


@contextmanager
def watched(folder: Path, configuration: Path = CONFIGURATION) -> Iterator[Run]:
    """Start the full stack, with a Prometheus that looks every few seconds.

    Args:
        folder: Where everything is kept.
        configuration: Scrape configuration and rules of Prometheus.
    """
    stack = FullStack(folder / "stack", history_days=20)
    stack.require_programs()
    with stack.locked():  # makes the folder
        run = Run(stack, Prometheus(stack.prometheus.url))
    try:
        with stack.locked():
            stack.start_servers()
            stack.start_program("simulator")
        stack.prometheus.stop()
        replace(
            stack.prometheus,
            every_seconds=SCRAPE_SECONDS,
            configuration=configuration,
        ).start()
        yield run
    finally:
        run.end_workers()
        stack.down()


def main_line(run: Run) -> None:
    """Run every room as its schedule would, until signals leave."""
    run.rooms("database_migrator", "top_crypto_updater")
    run.start_worker()
    run.venue.fail(wrong_types=0.02)  # bars that cannot be, asked for again
    run.rooms("candle_ingestor")
    run.venue.fail()
    run.rooms("candle_ingestor")
    run.rooms("strategy_confidence_scorer", "strategy_discovery_request_factory")
    answered = (
        'tradestream_strategy_discovery_requests_total{kind="exam"} > 0'
        " and on () tradestream_strategy_discovery_lag_requests == 0"
    )
    eventually("all requests are answered", lambda: bool(run.prometheus.ask(answered)))
    run.rooms(
        "strategy_consumer",
        "strategy_confidence_scorer",
        "strategy_rotation",
        "risk_adjusted_sizing",
        "trade_signal_generator",
        "strategy_robustness",
    )
