"""TLS and SASL on real brokers: who is let in, and what others are told."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from tradestream.bus.factory import open_bus
from tradestream.bus.kafka_settings import client_options
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.security import BusSecurity
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.local.full_size.kafka_server import KafkaServer, java
from tradestream.testing.bus_contract import gathered, messages, numbers
from tradestream.testing.rooms import run_room
from tradestream.testing.servers import temporary_folder


@pytest.fixture(scope="module")
def server() -> Iterator[KafkaServer]:
    """Return a broker that asks for a password over TLS."""
    with temporary_folder("kafka") as folder:
        running = KafkaServer(folder, listener="sasl_tls")
        try:
            running.start()
            options = client_options(running.url, right(running), KafkaTimes())
            admin = KafkaAdminClient(**options)
            admin.create_topics(
                {"t": {"num_partitions": 1, "replication_factor": 1}},
                wait_for_metadata=True,
            )
            admin.close()
            yield running
        finally:
            running.stop()


def right(server: KafkaServer, mechanism: str = "SCRAM-SHA-512") -> BusSecurity:
    """Return what lets one in."""
    return BusSecurity(
        password_file=str(server.password_file),
        user=server.user,
        sasl_mechanism=mechanism,
        tls_ca_file=str(server.ca_file),
    )


def test_no_password_is_among_the_arguments_of_a_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with temporary_folder("kafka") as folder:
        seen, spy = folder / "seen", folder / "home" / "bin" / "java"
        spy.parent.mkdir(parents=True)
        spy.write_text(
            f'#!/bin/sh\necho "$*" >> {shlex.quote(str(seen))}\nexec {java()} "$@"\n'
        )
        spy.chmod(0o700)
        monkeypatch.setenv("JAVA_HOME", str(folder / "home"))
        broker = KafkaServer(folder / "data", listener="sasl")
        try:
            broker.start()
        finally:
            broker.stop()
        password = broker.password_file.read_text().strip()
        left = list(folder.rglob("*.arguments"))

        assert len(seen.read_text().splitlines()) == 2
        assert password not in seen.read_text()
        assert left == []


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
def test_messages_pass_by_each_mechanism(server: KafkaServer, mechanism: str) -> None:
    bus = open_bus(server.url, security=right(server, mechanism))
    before = bus.lag("t", mechanism)

    bus.publish("t", messages(2))

    consumer = bus.consumer("t", mechanism)
    records = gathered(consumer, before + 2)
    consumer.commit(records)
    consumer.close()
    assert numbers(records)[-2:] == [0, 1]
    assert bus.lag("t", mechanism) == 0
    bus.close()


def test_a_wrong_password_is_not_worth_a_retry(
    server: KafkaServer, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text("battery")
    wrong = BusSecurity(
        password_file=str(tmp_path / "wrong"),
        user=server.user,
        tls_ca_file=str(server.ca_file),
    )

    with pytest.raises(ConfigurationError, match="refused the user or password"):
        open_bus(server.url, security=wrong)


def test_an_unknown_authority_is_not_trusted(
    server: KafkaServer, tmp_path: Path
) -> None:
    from tradestream.local.full_size import certificates

    certificates.make(tmp_path)
    other = BusSecurity(
        password_file=str(server.password_file),
        user=server.user,
        tls_ca_file=str(tmp_path / "ca.pem"),
    )

    with pytest.raises(ConfigurationError, match="not signed by --bus_tls_ca_file"):
        open_bus(server.url, security=other)


def test_who_speaks_plainly_is_told_within_a_bound(server: KafkaServer) -> None:
    with pytest.raises(UnavailableError, match=r"kafka at .*: kafka did not answer: "):
        open_bus(server.url)


def test_a_room_takes_it_all_from_flags(
    server: KafkaServer, postgres_url: str, tmp_path: Path
) -> None:
    flags: dict[str, object] = {
        "postgres_url": postgres_url,
        "bus_url": server.url,
        "bus_user": server.user,
        "bus_password_file": server.password_file,
        "bus_tls_ca_file": server.ca_file,
        "topics_replication": 1,
    }
    (tmp_path / "wrong").write_text("battery")

    made = run_room("database_migrator", flags)
    refused = run_room(
        "database_migrator", flags | {"bus_password_file": tmp_path / "wrong"}
    )

    assert made.returncode == 0, made.stderr
    assert refused.returncode == 1
    assert "refused the user or password" in refused.stderr
    assert "battery" not in refused.stderr
