"""What a broker is told, by how many there are and how clients speak to it."""

from pathlib import Path

import pytest

from tradestream.local.full_size.kafka_settings import Listener, Node, properties

NODES = [Node(n, 20_000 + n, 21_000 + n, 22_000 + n) for n in (1, 2, 3)]
DATA = Path("data")


def told(nodes: list[Node], listener: Listener = "plaintext") -> dict[str, str]:
    return properties(
        nodes[0], nodes, DATA, listener, keys=Path("keys"), password="secret"
    )


@pytest.mark.parametrize(
    ("count", "replicas", "in_sync"), [(1, "1", "1"), (3, "3", "2")]
)
def test_what_is_acknowledged_outlives_as_many_as_there_are(
    count: int, replicas: str, in_sync: str
) -> None:
    settings = told(NODES[:count])

    for topic in ("offsets.topic", "transaction.state.log"):
        assert settings[f"{topic}.replication.factor"] == replicas
    assert settings["min.insync.replicas"] == in_sync
    assert settings["controller.quorum.voters"].count("@") == count


def test_a_misspelt_topic_is_not_made() -> None:
    assert told(NODES)["auto.create.topics.enable"] == "false"


@pytest.mark.parametrize(
    ("listener", "protocol", "keys", "passwords"),
    [
        ("plaintext", "CLIENT:PLAINTEXT", False, False),
        ("tls", "CLIENT:SSL", True, False),
        ("sasl", "CLIENT:SASL_PLAINTEXT", False, True),
        ("sasl_tls", "CLIENT:SASL_SSL", True, True),
    ],
)
def test_only_clients_are_asked_for_keys_and_passwords(
    listener: Listener, protocol: str, keys: bool, passwords: bool
) -> None:
    settings = told(NODES, listener)
    protocols = settings["listener.security.protocol.map"].split(",")

    assert protocol in protocols
    assert "INTERNAL:PLAINTEXT" in protocols
    assert any("keystore" in name for name in settings) is keys
    assert any("secret" in value for value in settings.values()) is passwords


def test_every_port_is_on_loopback_unless_clients_are_elsewhere() -> None:
    settings = properties(
        NODES[0],
        NODES,
        DATA,
        "plaintext",
        keys=DATA,
        password="",
        host="10.0.0.1",
    )

    assert settings["advertised.listeners"] == (
        "CLIENT://10.0.0.1:20001,INTERNAL://127.0.0.1:21001"
    )
    assert "CONTROLLER://127.0.0.1:22001" in settings["listeners"]
