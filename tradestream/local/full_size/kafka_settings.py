"""The settings of a broker: KRaft, each node broker and controller at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tradestream.local.ports import HOST

Listener = Literal["plaintext", "tls", "mutual_tls", "sasl", "sasl_tls"]
"""How clients speak to a broker; `sasl` takes PLAIN and SCRAM-SHA-512."""

TLS: frozenset[Listener] = frozenset({"tls", "mutual_tls", "sasl_tls"})
SASL: frozenset[Listener] = frozenset({"sasl", "sasl_tls"})

_PROTOCOLS: dict[Listener, str] = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "mutual_tls": "SSL",
    "sasl": "SASL_PLAINTEXT",
    "sasl_tls": "SASL_SSL",
}
_ASKING = {"listener.name.client.ssl.client.auth": "required"}
USER = "tradestream"

LOG4J = """\
status = warn
appender.out.type = Console
appender.out.name = OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = OUT
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
"""


@dataclass(frozen=True, slots=True)
class Node:
    """One broker of a cluster.

    Attributes:
        number: From 1.
        port: Where clients ask.
        internal_port: Where the other brokers ask.
        controller_port: Where the quorum votes.
    """

    number: int
    port: int
    internal_port: int
    controller_port: int


def properties(
    node: Node,
    nodes: Sequence[Node],
    data: Path,
    listener: Listener,
    *,
    keys: Path,
    password: str,
    host: str = HOST,
) -> dict[str, str]:
    """Return the settings of one node of a cluster.

    Args:
        node: The node.
        nodes: All nodes of its cluster, itself too.
        data: Folder of its log segments.
        listener: How clients speak to it.
        keys: Folder of `server.pem` and `ca.pem`, for TLS.
        password: Password of the user `tradestream`, for SASL.
        host: Address of this machine that clients use.
    """
    replicas, in_sync = min(3, len(nodes)), max(1, min(3, len(nodes)) - 1)
    ports = {
        "CLIENT": node.port,
        "INTERNAL": node.internal_port,
        "CONTROLLER": node.controller_port,
    }
    addresses = {name: f"{name}://{HOST}:{port}" for name, port in ports.items()}
    addresses["CLIENT"] = f"CLIENT://{host}:{node.port}"
    protocols = {"CLIENT": _PROTOCOLS[listener], "INTERNAL": "PLAINTEXT"}
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.voters": ",".join(
            f"{n.number}@{HOST}:{n.controller_port}" for n in nodes
        ),
        "listeners": ",".join(addresses.values()),
        "advertised.listeners": f"{addresses['CLIENT']},{addresses['INTERNAL']}",
        "listener.security.protocol.map": ",".join(
            f"{name}:{protocol}"
            for name, protocol in {**protocols, "CONTROLLER": "PLAINTEXT"}.items()
        ),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "INTERNAL",
        "log.dirs": data,
        # A misspelt topic is an error, not a new topic.
        "auto.create.topics.enable": "false",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 1,
        "transaction.max.timeout.ms": 900_000,
        "group.initial.rebalance.delay.ms": 0,
        # A small machine: the defaults are for one broker on 24 cores.
        "group.coordinator.threads": 1,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        # After a SIGKILL the number of a broker is refused until its session is
        # over: with the default of 9 s a restart takes 16 s instead of 5.
        "broker.session.timeout.ms": 3_000,
        "broker.heartbeat.interval.ms": 500,
        **(_tls(keys) if listener in TLS else {}),
        **(_ASKING if listener == "mutual_tls" else {}),
        **(_sasl(password) if listener in SASL else {}),
    }
    return {name: str(value) for name, value in settings.items()}


def _tls(keys: Path) -> dict[str, object]:
    prefix = "listener.name.client.ssl"
    return {
        f"{prefix}.keystore.type": "PEM",
        f"{prefix}.keystore.location": keys / "server.pem",
        f"{prefix}.truststore.type": "PEM",
        f"{prefix}.truststore.location": keys / "ca.pem",
    }


def _sasl(password: str) -> dict[str, object]:
    prefix = "listener.name.client"
    modules = "org.apache.kafka.common.security"
    plain = f'{modules}.plain.PlainLoginModule required user_{USER}="{password}";'
    return {
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        f"{prefix}.plain.sasl.jaas.config": plain,
        f"{prefix}.scram-sha-512.sasl.jaas.config": (
            f"{modules}.scram.ScramLoginModule required;"
        ),
    }
