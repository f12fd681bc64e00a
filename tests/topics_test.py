"""Every topic of the code is declared, with settings that a broker can keep."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import descriptor_pool

from protos.discovery.v1 import request_pb2, result_pb2
from protos.execution.v1 import signal_pb2
from protos.marketdata.v1 import candle_pb2
from protos.portfolio.v1 import portfolio_pb2
from tradestream.bus import topics

FILE = Path(__file__).parents[1] / "platform" / "kafka" / "topics.yaml"
DECLARED: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))["topics"]
USED = sorted(
    value
    for name, value in vars(topics).items()
    if name.isupper() and isinstance(value, str)
)
GENERATED = (candle_pb2, portfolio_pb2, request_pb2, result_pb2, signal_pb2)


@pytest.mark.parametrize("topic", USED)
def test_what_the_code_publishes_is_declared_with_its_dead_letters(topic: str) -> None:
    assert topic in DECLARED
    assert topics.dead_letters(topic) in DECLARED


def test_rooms_know_how_many_partitions_are_declared() -> None:
    declared = {topic: DECLARED[topic]["partitions"] for topic in topics.PARTITIONS}

    assert declared == topics.PARTITIONS


@pytest.mark.parametrize("topic", sorted(DECLARED))
def test_a_topic_survives_the_loss_of_a_broker(topic: str) -> None:
    settings = DECLARED[topic]

    assert settings["partitions"] >= 1
    assert settings["replication"] > settings["min_insync_replicas"] > 1
    assert settings["cleanup"] in {"delete", "compact"}
    assert (settings["retention"] == "forever") == (settings["cleanup"] == "compact")


@pytest.mark.parametrize("topic", USED)
def test_its_messages_are_generated_types(topic: str) -> None:
    known = {module.DESCRIPTOR.package for module in GENERATED}

    for name in DECLARED[topic]["message"]:
        found = descriptor_pool.Default().FindMessageTypeByName(name)

        assert found.file.package in known
