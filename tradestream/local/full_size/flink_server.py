"""Apache Flink as a JobManager and a TaskManager on loopback ports."""

import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradestream.local import ports, processes
from tradestream.local.full_size import parts
from tradestream.local.ports import HOST
from tradestream.local.processes import Handle, StartError

START_SECONDS = 120.0
STOP_SECONDS = 30.0

JOBMANAGER = "jobmanager"
TASKMANAGER = "taskmanager"

# In MB. Python workers are outside Java, in what Flink calls managed memory.
_MEMORY = {JOBMANAGER: 832, TASKMANAGER: 1152}
_WORKER = re.compile(b"pyflink-udf-runner|beam_boot")
_JAVA_OPTIONS = re.compile(r"^\s*all: (--add-exports.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FlinkServer:
    """A standalone cluster on one folder. Making the object touches nothing.

    Attributes:
        folder: Its settings, ports, and logs; made by the first start.
        slots: How many Python workers run at once.
        metrics: Whether both serve metrics to Prometheus.
    """

    folder: Path
    slots: int = 2
    metrics: bool = False

    @property
    def python(self) -> Path:
        """Interpreter of Flink's own environment; a link that must stay one."""
        return parts.FLINK.find() / "venv" / "bin" / "python"

    @property
    def connector(self) -> Path:
        """Jar of the connector to Kafka."""
        return next((parts.FLINK.find() / "connector").glob("*.jar"))

    @property
    def jobmanager(self) -> str:
        """Address of the JobManager's REST, e.g. `127.0.0.1:20001`."""
        return f"{HOST}:{self._ports()['rest']}"

    @property
    def metrics_addresses(self) -> list[str]:
        """`host:port` where JobManager and TaskManager serve metrics."""
        known = self._ports()
        return [f"{HOST}:{known[_metrics(role)]}" for role in (JOBMANAGER, TASKMANAGER)]

    def log(self, role: str) -> Path:
        """Return the log of `jobmanager` or `taskmanager`."""
        return self.folder / f"{role}.log"

    def running(self, role: str) -> Handle | None:
        """Return the process of a role, None when it does not run."""
        return processes.read_handle(self._pid_file(role))

    def start(self) -> None:
        """Start what does not run, and wait until there are slots for a job.

        Raises:
            ConfigurationError: If Flink is missing.
            StartError: With its own last words, if it does not come up.
        """
        self._write_settings()
        for role in (JOBMANAGER, TASKMANAGER):
            self._spawn(role)
        self._wait_for_slots()

    def start_taskmanager(self) -> None:
        """Start the TaskManager, unless it runs, and wait until it has slots."""
        self._spawn(TASKMANAGER)
        self._wait_for_slots()

    def kill_taskmanager(self) -> None:
        """End the TaskManager with SIGKILL; its Python workers are left alone."""
        self._end(TASKMANAGER, signal.SIGKILL)

    def kill(self) -> None:
        """End both with SIGKILL."""
        for role in (JOBMANAGER, TASKMANAGER):
            self._end(role, signal.SIGKILL)
        self._end_workers()

    def stop(self) -> None:
        """Stop all that runs, and wait until it is gone."""
        for role in (TASKMANAGER, JOBMANAGER):
            self._end(role, signal.SIGTERM)
        self._end_workers()

    def get(self, path: str) -> Any:
        """Return an answer of the JobManager, e.g. to `/overview`.

        Raises:
            OSError: If it does not answer.
        """
        url = f"http://{self.jobmanager}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)

    def environment(self) -> Mapping[str, str]:
        """Return the environment in which Flink's own programs know this cluster."""
        binaries = self.python.parent
        return {
            **os.environ,
            "FLINK_HOME": str(self._home()),
            "FLINK_CONF_DIR": str(self.folder / "conf"),
            "FLINK_LOG_DIR": str(self.folder),
            "FLINK_PID_DIR": str(self.folder),
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        }

    def _home(self) -> Path:
        """Return where the package of Flink is."""
        return next((self.python.parents[1] / "lib").glob("python*")) / (
            "site-packages/pyflink"
        )

    def _spawn(self, role: str) -> None:
        if self.running(role) is not None:
            return
        process = processes.spawn(
            [self._home() / "bin" / f"{role}.sh", "start-foreground", *self._own(role)],
            log=self.log(role),
            environment=self.environment(),
            directory=self.folder,
        )
        processes.write_handle(self._pid_file(role), Handle.of(process.pid))

    def _wait_for_slots(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for role in (JOBMANAGER, TASKMANAGER):
                if self.running(role) is None:
                    self.stop()
                    words = processes.last_line(self.log(role))
                    raise StartError(f"flink's {role} does not start: {words}")
            if self._has_slots():
                return
            time.sleep(0.1)
        self.stop()
        raise StartError(f"flink has no slots after {START_SECONDS:.0f} s")

    def _has_slots(self) -> bool:
        try:
            # A job that waits for a TaskManager takes its slots at once.
            return bool(self.get("/overview")["slots-total"] >= self.slots)
        except (OSError, ValueError, KeyError):
            return False

    def _end(self, role: str, how: signal.Signals) -> None:
        running = self.running(role)
        if running is not None:
            processes.stop(running, how, STOP_SECONDS)
        self._pid_file(role).unlink(missing_ok=True)

    def _end_workers(self) -> None:
        """End Python workers whose TaskManager is gone: some wait for it for ever."""
        ours = f"FLINK_CONF_DIR={self.folder / 'conf'}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended, or is another user's
                variables = (process / "environ").read_bytes().split(b"\0")
                command = (process / "cmdline").read_bytes()
                if ours in variables and _WORKER.search(command):
                    os.kill(int(process.name), signal.SIGKILL)

    def _pid_file(self, role: str) -> Path:
        return self.folder / f"{role}.pid"

    def _ports(self) -> dict[str, int]:
        self.folder.mkdir(parents=True, exist_ok=True)
        names = ["rest", "rpc", *map(_metrics, (JOBMANAGER, TASKMANAGER))]
        return dict(ports.remembered(self.folder / "ports.json", names))

    def _write_settings(self) -> None:
        conf = self.folder / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        for shipped in (self._home() / "conf").glob("log4j*"):
            (conf / shipped.name).write_text(shipped.read_text())
        packaged = (self._home() / "conf" / "config.yaml").read_text()
        options = _JAVA_OPTIONS.search(packaged)
        settings = {
            # Java 17 lets nobody look into its own modules otherwise.
            "env.java.opts.all": options.group(1) if options else "",
            **self._addresses(),
            "taskmanager.numberOfTaskSlots": self.slots,
            "jobmanager.memory.process.size": f"{_MEMORY[JOBMANAGER]}m",
            "taskmanager.memory.process.size": f"{_MEMORY[TASKMANAGER]}m",
            "io.tmp.dirs": self.folder / "tmp",
            # A TaskManager that was killed is missed after seconds, not a minute.
            "heartbeat.interval": 1000,
            "heartbeat.timeout": 5000,
            **self._metrics(),
        }
        (self.folder / "tmp").mkdir(exist_ok=True)
        text = "".join(f"{key}: {value}\n" for key, value in settings.items())
        (conf / "config.yaml").write_text(text)

    def _addresses(self) -> dict[str, object]:
        known = self._ports()
        return {
            "jobmanager.rpc.address": HOST,
            "jobmanager.bind-host": HOST,
            "jobmanager.rpc.port": known["rpc"],
            "rest.address": HOST,
            "rest.bind-address": HOST,
            "rest.port": known["rest"],
            "taskmanager.host": HOST,
            "taskmanager.bind-host": HOST,
        }

    def _metrics(self) -> dict[str, object]:
        if not self.metrics:
            return {}
        reporter = "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
        return {"metrics.reporter.prom.factory.class": reporter}

    def _own(self, role: str) -> list[str]:
        """Return the settings of one of the two: they share a machine, not a port."""
        if not self.metrics:
            return []
        return ["-D", f"metrics.reporter.prom.port={self._ports()[_metrics(role)]}"]


def _metrics(role: str) -> str:
    return f"{role}_metrics"
