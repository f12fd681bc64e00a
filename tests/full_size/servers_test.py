"""The servers of the full size, on their real programs."""

import http.client
from collections.abc import Callable

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from tradestream.errors import ConfigurationError
from tradestream.local.full_size import parts
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.local.ports import HOST, choose
from tradestream.local.processes import StartError
from tradestream.testing.servers import temporary_folder


def _create(server: KafkaServer, name: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=server.bootstrap)
    admin.create_topics(
        [NewTopic(name=name, num_partitions=1, replication_factor=server.nodes)]
    )
    admin.close()


def _send(server: KafkaServer, topic: str, *values: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=server.bootstrap, acks="all")
    for future in [producer.send(topic, value) for value in values]:
        future.get(60)
    producer.close()


def _receive(server: KafkaServer, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=server.bootstrap, auto_offset_reset="earliest"
    )
    values = [next(consumer).value for _ in range(count)]
    consumer.close()
    return values


def test_starting_a_broker_again_leaves_it_alone(kafka: KafkaServer) -> None:
    before = kafka.running()

    kafka.start()

    assert before is not None
    assert kafka.running() == before


def test_acknowledged_messages_outlive_a_kill_of_the_only_broker(
    topic: Callable[[str], str],
) -> None:
    with temporary_folder("kafka") as folder:
        server = KafkaServer(folder)
        try:
            server.start()
            name = topic("kept")
            _create(server, name)
            _send(server, name, b"1", b"2")

            server.kill()
            server.start()

            assert _receive(server, name, 2) == [b"1", b"2"]
        finally:
            server.stop()


def test_three_brokers_take_messages_when_one_is_killed(
    whole_cluster: KafkaServer, topic: Callable[[str], str]
) -> None:
    name = topic("replicated")
    _create(whole_cluster, name)
    _send(whole_cluster, name, b"1")

    whole_cluster.kill(2)
    _send(whole_cluster, name, b"2")

    assert _receive(whole_cluster, name, 2) == [b"1", b"2"]


def test_a_broker_that_does_not_start_says_why() -> None:
    with temporary_folder("kafka") as folder:
        server = KafkaServer(folder, host="192.0.2.1")  # an address of nobody

        with pytest.raises(StartError, match=r"failed to bind to 192\.0\.2\.1"):
            server.start()

        assert server.running() is None


def test_influxdb_keeps_its_token_and_bucket_over_a_kill() -> None:
    with temporary_folder("influxdb") as folder:
        server = InfluxDBServer(folder / "data", choose(1)[0], folder / "log")
        try:
            server.start()
            token = server.token_file.read_text().strip()

            server.kill()
            server.start()

            assert _status(server, "/api/v2/buckets?name=candles", token) == 200
            assert _status(server, "/api/v2/buckets?name=candles", "other") == 401
            assert server.token_file.stat().st_mode & 0o777 == 0o600
        finally:
            server.stop()


def _status(server: InfluxDBServer, path: str, token: str) -> int:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
    connection.request("GET", path, headers={"Authorization": f"Token {token}"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_missing_part_names_the_command_that_makes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with temporary_folder("parts") as folder:
        monkeypatch.setenv("TRADESTREAM_PARTS", str(folder))

        with pytest.raises(ConfigurationError, match="make full-parts PARTS=kafka"):
            parts.KAFKA.find()
