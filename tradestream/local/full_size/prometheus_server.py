"""Prometheus as a process, with the configuration of `platform/prometheus`."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestream.local.full_size.http_server import HttpServer, program
from tradestream.local.ports import HOST
from tradestream.local.processes import Handle

CONFIGURATION = Path(__file__).parents[3] / "platform" / "prometheus"


@dataclass(frozen=True, slots=True)
class PrometheusServer:
    """A Prometheus that scrapes a Pushgateway, workers, and Flink.

    Scrape configuration and rules are those of `platform/prometheus`; only the
    lists of targets are written here, and may be written again while it runs.

    Attributes:
        folder: Its data and targets; made by the first start.
        port: Loopback port that it listens on.
        log: File that its output goes to.
        pushgateway: `host:port` of the Pushgateway.
        workers: By room, `host:port` of each process that serves `/metrics`.
        every_seconds: How often it scrapes and evaluates rules.
        flink: `host:port` of each process of Flink's that serves metrics.
        configuration: Folder of `prometheus.yaml` and `rules`.
    """

    folder: Path
    port: int
    log: Path
    pushgateway: str
    workers: Mapping[str, Sequence[str]]
    every_seconds: int = 15
    flink: Sequence[str] = ()
    configuration: Path = CONFIGURATION

    @property
    def url(self) -> str:
        """Its address, for people and for Grafana."""
        return f"http://{HOST}:{self.port}"

    def running(self) -> Handle | None:
        """Return its process, None when it does not run."""
        return self._server(()).running()

    def start(self) -> Handle:
        """Start it, unless it runs; StartError with its last words if it fails."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        command = (
            program("prometheus", "prometheus"),
            f"--config.file={self.folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={HOST}:{self.port}",
            "--storage.tsdb.retention.time=30d",
            "--log.level=warn",
        )
        return self._server(command).start()

    def stop(self) -> None:
        """Stop it, if it runs, and wait until it is gone."""
        self._server(()).stop()

    def _write_configuration(self) -> None:
        text = (self.configuration / "prometheus.yaml").read_text("utf-8")
        every = f"_interval: {self.every_seconds}s"
        text = text.replace("_interval: 15s", every)
        text = text.replace("timeout: 10s", f"timeout: {min(10, self.every_seconds)}s")
        (self.folder / "prometheus.yaml").write_text(text, "utf-8")
        rules = self.folder / "rules"
        shutil.rmtree(rules, ignore_errors=True)
        shutil.copytree(self.configuration / "rules", rules)
        targets = self.folder / "targets"
        targets.mkdir(exist_ok=True)
        lists: Mapping[str, object] = {
            "prometheus": [{"targets": [f"{HOST}:{self.port}"]}],
            "pushgateway": [{"targets": [self.pushgateway]}],
            "flink": [{"targets": list(self.flink)}],
            "workers": [
                {"targets": list(addresses), "labels": {"job": room}}
                for room, addresses in self.workers.items()
            ],
        }
        for name, addresses in lists.items():
            (targets / f"{name}.json").write_text(json.dumps(addresses))

    def _server(self, command: tuple[str, ...]) -> HttpServer:
        return HttpServer(
            "prometheus", command, self.port, self.folder, self.log, "/-/ready"
        )
