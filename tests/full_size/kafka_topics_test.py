"""`tradestream topics apply` and database_migrator on real brokers."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.topics import CANDLES
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.bus_contract import messages, numbers
from tradestream.testing.command import run_command
from tradestream.testing.rooms import run_room

TOPIC = """\
topics:
  {name}:
    partitions: {partitions}
    replication: {replication}
    min_insync_replicas: 2
    retention: {retention}
    cleanup: delete
    max_message_bytes: 1048576
"""


@pytest.fixture
def admin(kafka: KafkaServer) -> Iterator[KafkaAdminClient]:
    """Return who sees the topics; all go before and after."""
    client = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    _clear(client)
    yield client
    _clear(client)
    client.close()


def _clear(client: KafkaAdminClient) -> None:
    names = [name for name in client.list_topics() if not name.startswith("__")]
    if names:
        client.delete_topics(names)


def apply(server: KafkaServer, *options: str) -> "subprocess.CompletedProcess[str]":
    return run_command("topics", "apply", f"--bus_url={server.url}", *options)


def declare(folder: Path, **values: object) -> str:
    path = folder / "topics.yaml"
    defaults = {"name": "t", "partitions": 2, "replication": 1, "retention": "1d"}
    path.write_text(TOPIC.format(**(defaults | values)))
    return f"--topics_file={path}"


def test_a_single_broker_is_told_its_way(
    kafka: KafkaServer, admin: KafkaAdminClient
) -> None:
    refused = apply(kafka)
    looked = apply(kafka, "--replication=1", "--dry_run")
    before = set(admin.list_topics())
    made = apply(kafka, "--replication=1")
    again = apply(kafka)
    looked_again = apply(kafka, "--dry_run")

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "3 brokers are required by replication 3, was 1; --replication=1" in (
        refused.stderr
    )
    assert "24 of 24 topics to change" in looked.stdout
    assert (looked.returncode, looked_again.returncode) == (2, 0)
    assert CANDLES not in before
    assert made.returncode == 0, made.stderr
    assert "24 of 24 topics changed" in made.stdout
    assert again.returncode == 0, again.stderr
    assert "0 of 24 topics changed" in again.stdout
    bus = KafkaBus(kafka.url)
    bus.publish(CANDLES, messages(3))
    assert sorted(numbers(bus.newest(CANDLES, 9))) == [0, 1, 2]
    bus.close()


def test_raises_and_alters_but_never_lowers(
    kafka: KafkaServer, admin: KafkaAdminClient, tmp_path: Path
) -> None:
    assert apply(kafka, declare(tmp_path)).returncode == 0

    raised = apply(kafka, declare(tmp_path, partitions=5, retention="2d"))
    lowered = apply(kafka, declare(tmp_path, partitions=3, retention="2d"))

    assert "partitions 2 → 5" in raised.stdout
    assert "retention.ms 86400000 → 172800000" in raised.stdout
    assert "3 partitions declared, more stay" in lowered.stdout
    (topic,) = admin.describe_topics(["t"])
    assert len(topic["partitions"]) == 5
    resource = ConfigResource("topic", "t", None)
    settings = admin.describe_configs([resource], config_filter="all")["topic"]["t"]
    assert settings["retention.ms"]["value"] == "172800000"
    assert settings["min.insync.replicas"]["value"] == "1"


def test_the_migrator_makes_them_too(
    kafka: KafkaServer, admin: KafkaAdminClient, postgres_url: str
) -> None:
    flags = {"postgres_url": postgres_url, "bus_url": kafka.url}

    refused = run_room("database_migrator", flags)
    made = run_room("database_migrator", flags | {"topics_replication": 1})
    again = run_room("database_migrator", flags | {"topics_replication": 1})

    assert refused.returncode == 1
    assert "3 brokers are required" in refused.stderr
    assert made.returncode == again.returncode == 0, made.stderr
    assert len(json.loads(made.stderr)["topics_changed"]) == 24
    assert json.loads(again.stderr)["topics_changed"] == []
    assert CANDLES in admin.list_topics()
