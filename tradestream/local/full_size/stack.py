"""The full stack: the small one, with Kafka, InfluxDB, and eyes on it."""

from collections.abc import Callable

from tradestream.local import ports
from tradestream.local.full_size import parts
from tradestream.local.full_size.http_server import program
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.full_size.java import java
from tradestream.local.full_size.kafka_server import KafkaServer, port_names
from tradestream.local.full_size.prometheus_server import PrometheusServer
from tradestream.local.full_size.pushgateway_server import PushgatewayServer
from tradestream.local.place import Place
from tradestream.local.processes import Handle
from tradestream.local.stack import NAMES, NO_PORT, Stack

SERVERS = ("kafka", "influxdb", "pushgateway", "prometheus")
WORKERS = ("strategy_discovery",)
"""Resident rooms, each with a port where Prometheus asks."""


class FullStack(Stack):
    """A stack with its messages in Kafka and its bars in InfluxDB.

    PostgreSQL keeps the records, Valkey lists and leases, as in the small one.
    """

    size = "full"
    names = (*NAMES, *SERVERS)
    lock_seconds = 180.0

    def require_programs(self) -> None:
        """Check that what the servers run is there.

        Raises:
            ConfigurationError: If a program is missing; says what brings it.
        """
        # First of all: a folder must not remember a size that cannot be.
        java()
        parts.KAFKA.find()
        parts.INFLUXDB.find()
        for name in ("prometheus", "prometheus-pushgateway"):
            program(name, name)

    def start_servers(self) -> None:
        """Start the servers; make database, bucket, token, and topics."""
        super().start_servers()
        self.apply_topics()

    def apply_topics(self) -> None:
        """Make the topics of `platform/kafka/topics.yaml`, on the one broker.

        Raises:
            TradeStreamError: If the broker does not let us.
        """
        # Imported late: commands that start nothing need no client.
        from tradestream.bus.declared_topics import read_declared
        from tradestream.bus.kafka_topics import apply_topics
        from tradestream.bus.security import BusSecurity

        apply_topics(self.bus.url, BusSecurity(), read_declared(), replication=1)

    @property
    def kafka(self) -> KafkaServer:
        """The broker."""
        return KafkaServer(self.layout.root / "kafka", ports_file=self.layout.ports)

    @property
    def influxdb(self) -> InfluxDBServer:
        """The store of bars."""
        return self._influxdb_on(self.ports["influxdb"])

    @property
    def pushgateway(self) -> PushgatewayServer:
        """Where jobs leave their metrics."""
        return self._pushgateway_on(self.ports["pushgateway"])

    @property
    def prometheus(self) -> PrometheusServer:
        """What collects metrics and watches them."""
        return self._prometheus_on(
            self.ports["prometheus"],
            f"{ports.HOST}:{self.ports['pushgateway']}",
            {
                "exchange_simulator": f"{ports.HOST}:{self.ports['simulator']}",
                **{
                    room: f"{ports.HOST}:{self.ports[_metrics(room)]}"
                    for room in WORKERS
                },
            },
        )

    @property
    def candles(self) -> Place:
        """The candle store."""
        return Place(self.influxdb.url, self.influxdb.token_file)

    @property
    def bus(self) -> Place:
        """The message bus."""
        return Place(self.kafka.url, None)

    def worker_flags(self, room: str) -> tuple[str, ...]:
        """Return what a resident room is told besides its environment."""
        if room not in WORKERS:
            return ()
        return (f"--metrics_port={self.ports[_metrics(room)]}",)

    def url(self, name: str) -> str:
        """Return the URL of a part, without a password."""
        if name == "kafka":
            return self.kafka.url
        if name == "influxdb":
            return self.influxdb.url
        return super().url(name)

    def running(self) -> dict[str, Handle | None]:
        """Return the process of each part, None for what does not run."""
        return {
            **super().running(),
            "kafka": self.kafka.running(),
            "influxdb": self._influxdb_on(NO_PORT).running(),
            "pushgateway": self._pushgateway_on(NO_PORT).running(),
            "prometheus": self._prometheus_on(NO_PORT, "", {}).running(),
        }

    def _flags(self) -> dict[str, str]:
        return {**super()._flags(), "PUSHGATEWAY_URL": self.url("pushgateway")}

    def _port_names(self) -> tuple[str, ...]:
        workers = tuple(_metrics(room) for room in WORKERS)
        return (*super()._port_names(), *port_names(1), *SERVERS[1:], *workers)

    def _server_starts(self) -> list[Callable[[], object]]:
        return [
            *super()._server_starts(),
            self.kafka.start,
            self.influxdb.start,
            self.pushgateway.start,
            self.prometheus.start,
        ]

    def _stops(self) -> dict[str, Callable[[], object]]:
        return {
            **super()._stops(),
            "kafka": self.kafka.stop,
            "influxdb": self._influxdb_on(NO_PORT).stop,
            "pushgateway": self._pushgateway_on(NO_PORT).stop,
            "prometheus": self._prometheus_on(NO_PORT, "", {}).stop,
        }

    def _influxdb_on(self, port: int) -> InfluxDBServer:
        layout = self.layout
        return InfluxDBServer(
            layout.root / "influxdb",
            port,
            layout.log("influxdb"),
            layout.secrets / "influxdb_token",
        )

    def _pushgateway_on(self, port: int) -> PushgatewayServer:
        layout = self.layout
        return PushgatewayServer(
            layout.root / "pushgateway", port, layout.log("pushgateway")
        )

    def _prometheus_on(
        self, port: int, pushgateway: str, workers: dict[str, str]
    ) -> PrometheusServer:
        layout = self.layout
        return PrometheusServer(
            layout.root / "prometheus",
            port,
            layout.log("prometheus"),
            pushgateway,
            {room: [address] for room, address in workers.items()},
        )


def _metrics(room: str) -> str:
    return f"{room}_metrics"
