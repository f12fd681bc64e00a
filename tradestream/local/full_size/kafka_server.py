"""Apache Kafka as processes on loopback ports, one or three brokers."""

import base64
import secrets
import signal
import subprocess
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tradestream.local import ports, processes
from tradestream.local.full_size import certificates, parts
from tradestream.local.full_size.java import hidden, java_command
from tradestream.local.full_size.kafka_settings import (
    LOG4J,
    SASL,
    TLS,
    USER,
    Listener,
    Node,
    properties,
)
from tradestream.local.full_size.kafka_words import cause_of_end, is_ready
from tradestream.local.processes import Handle, StartError

START_SECONDS = 120.0
STOP_SECONDS = 30.0
_LOG4J_FILE = "log4j2.properties"


@dataclass(frozen=True, slots=True)
class KafkaServer:
    """A cluster on one data folder. Making the object touches nothing.

    Attributes:
        folder: Its data, ports, and logs; made by the first start.
        nodes: How many brokers; 1, or 3 with every topic on three and two required.
        listener: How clients speak to it: `plaintext`, `tls` (authority in
            `ca_file`), `mutual_tls` (clients show a certificate, too), `sasl` (user
            `tradestream`, password in `password_file`, mechanism PLAIN or
            SCRAM-SHA-512), or `sasl_tls`.
        heap: Largest heap of each broker, as Java writes it.
        ports_file: File that remembers its ports; None: in the data folder.
        host: Address of this machine that clients use.
    """

    folder: Path
    nodes: int = 1
    listener: Listener = "plaintext"
    heap: str = "512m"
    ports_file: Path | None = None
    host: str = ports.HOST

    @property
    def bootstrap(self) -> str:
        """Addresses of all brokers, e.g. `127.0.0.1:20001,127.0.0.1:20002`."""
        return ",".join(f"{self.host}:{node.port}" for node in self._nodes())

    @property
    def url(self) -> str:
        """Its URL, e.g. `kafka://127.0.0.1:20001`."""
        return f"kafka://{self.bootstrap}"

    @property
    def user(self) -> str:
        """The user of SASL."""
        return USER

    @property
    def password_file(self) -> Path:
        """File of the password of SASL, mode 600."""
        return self.folder / "password"

    @property
    def ca_file(self) -> Path:
        """Certificate of the authority that clients trust with TLS."""
        return self.folder / "keys" / "ca.pem"

    def log(self, number: int) -> Path:
        """Return the log of a broker."""
        return self._home(number) / "broker.log"

    def running(self, number: int = 1) -> Handle | None:
        """Return the process of a broker, None when it does not run."""
        return processes.read_handle(self._pid_file(number))

    def start(self) -> None:
        """Start the brokers that do not run, and wait until they answer.

        Raises:
            ConfigurationError: If Kafka or Java is missing.
            StartError: With its own last words, if one does not come up.
        """
        self._prepare()
        ran = [n for n in self._numbers() if self.running(n) is not None]
        try:
            # All at once: a quorum of three needs two to be ready.
            _at_once([partial(self.start_node, n) for n in self._numbers()])
        except BaseException:
            _at_once(
                [partial(self.stop_node, n) for n in self._numbers() if n not in ran]
            )
            raise

    def start_node(self, number: int) -> Handle:
        """Start one broker, unless it runs, and wait until it answers.

        Raises:
            ConfigurationError: If Kafka or Java is missing.
            StartError: With its own last words, if it does not come up.
        """
        running = self.running(number)
        if running is not None:
            return running
        node = self._nodes()[number - 1]
        for port in (node.port, node.internal_port, node.controller_port):
            ports.require_free(port, f"kafka {number}")
        settings = self._write_settings(node)
        log = self.log(number)
        begin = log.stat().st_size if log.exists() else 0
        process = processes.spawn(
            java_command(
                parts.KAFKA.find() / "lib",
                settings.with_name(_LOG4J_FILE),
                "kafka.Kafka",
                str(settings),
                heap=self.heap,
            ),
            log=log,
        )
        handle = Handle.of(process.pid)
        processes.write_handle(self._pid_file(number), handle)

        ready = partial(is_ready, log, begin, node.internal_port)
        if not processes.wait_until(ready, process, START_SECONDS):
            process.kill()
            process.wait()
            raise StartError(f"kafka does not start: {cause_of_end(log, begin)}")
        return handle

    def stop(self) -> None:
        """Stop all brokers that run, and wait until they are gone."""
        # All at once: the last voter alone cannot say goodbye to the others.
        _at_once([partial(self.stop_node, n) for n in self._numbers()])

    def stop_node(self, number: int) -> None:
        """Stop one broker, if it runs, and wait until it is gone."""
        self._end(number, signal.SIGTERM)

    def kill(self, number: int = 1) -> None:
        """End one broker with SIGKILL; what it acknowledged is on disk or on others."""
        self._end(number, signal.SIGKILL)

    def _end(self, number: int, how: signal.Signals) -> None:
        running = self.running(number)
        if running is not None:
            processes.stop(running, how, STOP_SECONDS)
        self._pid_file(number).unlink(missing_ok=True)

    def _numbers(self) -> range:
        return range(1, self.nodes + 1)

    def _prepare(self) -> None:
        """Make what all brokers share."""
        parts.KAFKA.find()
        self._nodes()
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # A leading dash would be taken for an option.
        _remember(self.folder / "cluster", f"K{cluster[1:]}")
        _remember(self.password_file, secrets.token_urlsafe(24))
        if self.listener in TLS:
            certificates.make(self.folder / "keys")

    def _home(self, number: int) -> Path:
        return self.folder / f"node{number}"

    def _pid_file(self, number: int) -> Path:
        return self._home(number) / "server.pid"

    def _nodes(self) -> list[Node]:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.ports_file or self.folder / "ports.json"
        known = ports.remembered(file, port_names(self.nodes))
        return [
            Node(n, *(known[name] for name in _port_names(n))) for n in self._numbers()
        ]

    def _write_settings(self, node: Node) -> Path:
        home = self._home(node.number)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / _LOG4J_FILE).write_text(LOG4J)
        settings = properties(
            node,
            self._nodes(),
            home / "data",
            self.listener,
            keys=self.folder / "keys",
            password=self.password_file.read_text().strip(),
            host=self.host,
        )
        path = home / "server.properties"
        path.touch(mode=0o600)
        path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        if not (home / "data" / "meta.properties").exists():
            self._format(path)
        return path

    def _format(self, settings: Path) -> None:
        identity = (self.folder / "cluster").read_text().strip()
        options = ["--cluster-id", identity, "--config", str(settings)]
        if self.listener in SASL:
            password = self.password_file.read_text().strip()
            options += [
                "--add-scram",
                f"SCRAM-SHA-512=[name={USER},password={password}]",
            ]
        program, *rest = java_command(
            parts.KAFKA.find() / "lib",
            settings.with_name(_LOG4J_FILE),
            "kafka.tools.StorageTool",
            "format",
            *options,
            heap="256m",
        )
        # One of them is the password.
        with hidden(rest, settings.with_name("format.arguments")) as file:
            finished = subprocess.run(
                [program, file],
                capture_output=True,
                text=True,
                check=False,
                timeout=START_SECONDS,
            )
        if finished.returncode != 0:
            said = (finished.stderr or finished.stdout).strip().splitlines()
            raise StartError(f"kafka cannot format its folder: {said[-1:]}")


def port_names(nodes: int) -> tuple[str, ...]:
    """Return the names under which the ports of all brokers are remembered."""
    return tuple(name for n in range(1, nodes + 1) for name in _port_names(n))


def _port_names(number: int) -> tuple[str, str, str]:
    broker = f"kafka{number}"
    return broker, f"{broker}_internal", f"{broker}_controller"


def _remember(path: Path, new: str) -> None:
    """Write a file, for its owner alone, unless it is there."""
    if path.exists():
        return
    path.touch(mode=0o600)
    path.write_text(new + "\n")


def _at_once(tasks: Sequence[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(max(len(tasks), 1)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()
