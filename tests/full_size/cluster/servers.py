"""What the rooms on the cluster talk to: real servers on the machine itself."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import connection as Connection

from tests.full_size.cluster.doorway import doorway
from tools.full_size.kubernetes.node_settings import ADDRESS
from tradestream.bus.factory import open_bus
from tradestream.bus.port import Bus
from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.port import CandleStore
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.local.ports import choose
from tradestream.local.postgres_server import PostgresServer
from tradestream.local.valkey_server import ValkeyServer
from tradestream.postgres import connect


@dataclass(frozen=True, slots=True)
class Servers:
    """Running servers; pods reach all of them at the address of the node.

    Attributes:
        kafka: One broker.
        influxdb: Where candles are kept.
        postgres: The database of records.
        valkey: Shared state.
        venue_port: Where the simulated venue, which has the ranking too, listens.
        password_file: Password of PostgreSQL and Valkey.
    """

    kafka: KafkaServer
    influxdb: InfluxDBServer
    postgres: PostgresServer
    valkey: ValkeyServer
    venue_port: int
    password_file: Path

    def secrets(self) -> dict[str, str]:
        """Return what pods must know, by the name of its Secret."""
        password = self.password_file.read_text().strip()
        return {
            "postgres": password,
            "redis": password,
            "influxdb": self.influxdb.token_file.read_text().strip(),
            "coinmarketcap": "any-key",
        }

    def urls(self) -> dict[str, str]:
        """Return where pods find each server, by its key in the chart's values."""
        venue = f"http://{ADDRESS}:{self.venue_port}"
        return {
            "bus": self.kafka.url,
            "candles": self.influxdb.url.replace("127.0.0.1", ADDRESS),
            "postgres": self.postgres.url().replace("127.0.0.1", ADDRESS),
            "redis": self.valkey.url().replace("127.0.0.1", ADDRESS),
            "coinmarketcap": venue,
            "venue": venue,
        }

    def connect(self) -> Connection:
        """Connect to the database of records."""
        return connect(self.postgres.url(), self.password_file.read_text().strip())

    def open_bus(self) -> Bus:
        """Connect to the bus."""
        return open_bus(self.kafka.url, None)

    def open_candles(self) -> CandleStore:
        """Connect to the candle store."""
        return open_candle_store(self.influxdb.url, str(self.influxdb.token_file))


@contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    """Run every server with its data in `folder`; the node's address must be there."""
    postgres_port, valkey_port, influxdb_port, venue_port = choose(4)
    password = folder / "password"
    password.write_text(secrets.token_urlsafe(16))
    servers = Servers(
        KafkaServer(folder / "kafka", host=ADDRESS),
        InfluxDBServer(folder / "influxdb", influxdb_port, folder / "influxdb.log"),
        PostgresServer(
            folder / "postgres",
            postgres_port,
            folder / "postgres.log",
            password,
            durable=False,
        ),
        ValkeyServer(folder / "valkey", valkey_port, folder / "valkey.log", password),
        venue_port,
        password,
    )
    with ExitStack() as ends:
        for server in (
            servers.kafka,
            servers.influxdb,
            servers.postgres,
            servers.valkey,
        ):
            ends.callback(server.stop)
            server.start()
        _create_database(servers)
        ends.enter_context(_running_venue(venue_port))
        for port in (postgres_port, valkey_port, influxdb_port):
            ends.enter_context(doorway(ADDRESS, port))
        yield servers


def _create_database(servers: Servers) -> None:
    password = servers.password_file.read_text().strip()
    admin = connect(servers.postgres.url("postgres"), password)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute("CREATE DATABASE tradestream")
    admin.close()


@contextmanager
def _running_venue(port: int) -> Iterator[None]:
    module = "services.exchange_simulator.main"
    flags = [f"--host={ADDRESS}", f"--port={port}", "--requests_per_second=0"]
    process = subprocess.Popen(
        [sys.executable, "-m", module, *flags],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
