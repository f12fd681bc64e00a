"""What each size stands on beside Postgres, Valkey, and the venue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.chaos.needs import FULL, SMALL
from tradestream.bus.declared_topics import read_declared
from tradestream.bus.kafka_topics import apply_topics
from tradestream.bus.security import BusSecurity
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.local.ports import choose

BROKERS = 3
_HEAP = "320m"  # of a broker: three of them beside the rooms of a small machine


class Size(Protocol):
    """Servers that one size has and the other has not."""

    @property
    def servers(self) -> Mapping[str, tuple[str, ...]]:
        """Names of what can be killed, by kind."""
        ...

    @property
    def roles(self) -> Mapping[str, str]:
        """Kinds of the servers that play each role."""
        ...

    def start(self) -> None:
        """Start what does not run."""
        ...

    def kill(self, name: str) -> None:
        """End one of the servers with SIGKILL."""
        ...

    def stop(self) -> None:
        """Stop all."""
        ...

    def settings(self) -> Mapping[str, str]:
        """Return the flags by which rooms find them, without dashes."""
        ...


class Small:
    """Messages in Valkey, bars in Postgres: nothing more."""

    servers: Mapping[str, tuple[str, ...]] = {}
    roles = SMALL

    def start(self) -> None:
        """There is nothing to start."""

    def kill(self, name: str) -> None:
        """Refuse: there is nothing to kill."""
        raise KeyError(name)

    def stop(self) -> None:
        """There is nothing to stop."""

    def settings(self) -> Mapping[str, str]:
        """Name nothing."""
        return {}


@dataclass(slots=True)
class Full:
    """Three brokers of Kafka, and InfluxDB.

    Attributes:
        kafka: The brokers.
        influxdb: The store of bars.
    """

    kafka: KafkaServer
    influxdb: InfluxDBServer
    _has_topics: bool = field(default=False)

    @property
    def servers(self) -> Mapping[str, tuple[str, ...]]:
        """Names of what can be killed, by kind."""
        brokers = tuple(f"kafka {n}" for n in range(1, BROKERS + 1))
        return {"kafka": brokers, "influxdb": ("influxdb",)}

    @property
    def roles(self) -> Mapping[str, str]:
        """Kinds of the servers that play each role."""
        return FULL

    def start(self) -> None:
        """Start what does not run, and declare the topics once."""
        self.kafka.start()
        self.influxdb.start()
        if not self._has_topics:
            apply_topics(self.kafka.url, BusSecurity(), read_declared())
            self._has_topics = True

    def kill(self, name: str) -> None:
        """End one of the servers with SIGKILL."""
        if name == "influxdb":
            self.influxdb.kill()
        else:
            self.kafka.kill(int(name.removeprefix("kafka ")))

    def stop(self) -> None:
        """Stop all."""
        self.kafka.stop()
        self.influxdb.stop()

    def settings(self) -> Mapping[str, str]:
        """Return the flags by which rooms find them, without dashes."""
        return {
            "bus_url": self.kafka.url,
            "candles_url": self.influxdb.url,
            "candles_password_file": str(self.influxdb.token_file),
        }


def _full(folder: Path) -> Full:
    return Full(
        KafkaServer(folder / "kafka", nodes=BROKERS, heap=_HEAP),
        InfluxDBServer(folder / "influxdb", choose(1)[0], folder / "influxdb.log"),
    )


def size_of(name: str, folder: Path) -> Size:
    """Return the size of that name, `small` or `full`, with data in `folder`."""
    return _full(folder) if name == "full" else Small()
