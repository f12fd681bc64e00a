"""A real run of all rooms that is watched: small servers, simulated venue."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.full_size.observability.seeing import Prometheus, eventually
from tradestream.local.full_size.prometheus_server import PrometheusServer
from tradestream.local.full_size.pushgateway_server import PushgatewayServer
from tradestream.local.ports import choose
from tradestream.testing.rooms import run_room
from tradestream.testing.simulator import KEY, Venue, running_venue

SCRAPE_SECONDS = 2
HISTORY = "8d"
TYPES = "SMA_RSI,EMA_MACD"


@dataclass(slots=True)
class Run:
    """Rooms, their systems, and who watches them.

    Attributes:
        flags: Values that rooms share, by name of the flag.
        venue: Where candles come from.
        pushgateway_url: Where jobs push to.
        prometheus: Sees everything.
    """

    flags: Mapping[str, str]
    venue: Venue
    pushgateway_url: str
    prometheus: Prometheus

    def room(self, room: str, **more: object) -> int:
        """Run a room once; return its exit status."""
        return self._run(room, **more).returncode

    def room_alone(self, room: str) -> int:
        """Run a room whose systems are all away; return its exit status."""
        away = {
            flag: f"{url.partition('://')[0]}://127.0.0.1:9"
            for flag, url in self.flags.items()
            if flag in _NEEDS[room] and flag.endswith("_url")
        }
        return self.room(room, **away)

    def rooms(self, *names: str) -> None:
        """Run rooms one after the other; AssertionError if one fails."""
        for name in names:
            finished = self._run(name)
            assert finished.returncode == 0, f"{name}: {finished.stderr}"

    def _run(self, room: str, **more: object) -> "subprocess.CompletedProcess[str]":
        known = {name: self.flags[name] for name in _NEEDS.get(room, ())}
        known = {**known, "pushgateway_url": self.pushgateway_url}
        return run_room(room, {**known, **_SETTINGS.get(room, {}), **more})


_ALL = ("postgres_url", "candles_url", "bus_url")
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "database_migrator": ("postgres_url",),
    "top_crypto_updater": (
        "redis_url",
        "coinmarketcap_url",
        "coinmarketcap_key_file",
    ),
    "candle_ingestor": ("redis_url", "bus_url", "candles_url", "coinbase_rest_url"),
    "strategy_discovery_request_factory": ("bus_url", "candles_url", "redis_url"),
    "strategy_consumer": ("bus_url", "postgres_url"),
    "strategy_confidence_scorer": _ALL,
    "strategy_rotation": ("bus_url", "postgres_url"),
    "risk_adjusted_sizing": _ALL,
    "trade_signal_generator": _ALL,
    "strategy_robustness": ("postgres_url", "candles_url"),
}
JOBS = tuple(_NEEDS)
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
def watched(folder: Path, postgres_url: str, redis_url: str) -> Iterator[Run]:
    """Start what is missing: venue, worker, Pushgateway, Prometheus."""
    pushing, showing, working = choose(3)
    key = folder / "key"
    key.write_text(KEY)
    with ExitStack() as cleanup:
        venue = cleanup.enter_context(running_venue())
        gateway = PushgatewayServer(folder / "gateway", pushing, folder / "gateway.log")
        cleanup.callback(gateway.stop)
        gateway.start()
        flags = {
            "postgres_url": postgres_url,
            "candles_url": postgres_url,
            "bus_url": redis_url,
            "redis_url": redis_url,
            "coinmarketcap_url": venue.url,
            "coinbase_rest_url": venue.url,
            "coinmarketcap_key_file": str(key),
        }
        cleanup.enter_context(_worker(flags, working))
        prometheus = PrometheusServer(
            folder / "prometheus",
            showing,
            folder / "prometheus.log",
            f"127.0.0.1:{pushing}",
            {
                "strategy_discovery": [f"127.0.0.1:{working}"],
                "exchange_simulator": [venue.url.removeprefix("http://")],
            },
            SCRAPE_SECONDS,
        )
        cleanup.callback(prometheus.stop)
        prometheus.start()
        yield Run(flags, venue, gateway.url, Prometheus(prometheus.url))


def main_line(run: Run) -> None:
    """Run every room as its schedule would, until signals leave."""
    run.rooms("database_migrator", "top_crypto_updater")
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


@contextmanager
def _worker(flags: Mapping[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "services.strategy_discovery.main",
            f"--bus_url={flags['bus_url']}",
            f"--candles_url={flags['candles_url']}",
            "--workers=1",
            "--batch_seconds=2",
            f"--metrics_port={port}",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)
