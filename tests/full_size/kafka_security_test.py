"""TLS and SASL on real brokers: who is let in, and what others are told."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from tradestream.bus.factory import open_bus
from tradestream.bus.kafka_settings import client_options
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.security import BusSecurity
from tradestream.errors import ConfigurationError
from tradestream.local.full_size import certificates
from tradestream.local.full_size.java import java
from tradestream.local.full_size.kafka_server import KafkaServer
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


WRONG_WAYS = {
    "tls to a plain broker": (
        "kafka", "bus_tls_ca_file", "a client without --bus_tls_ca_file is required",
    ),
    "a user to a broker without users": (
        "kafka", "bus_user bus_password_file",
        "a client without --bus_user is required: it knows no users",
    ),
    "plain to a broker with tls": (
        "server", "", "--bus_tls_ca_file is required: it speaks TLS",
    ),
    "no user": (
        "server", "bus_tls_ca_file",
        "--bus_user and --bus_password_file are required: it asks for a user",
    ),
    "another mechanism": (
        "server", "bus_tls_ca_file bus_user bus_password_file bus_sasl_mechanism",
        "one of PLAIN, SCRAM-SHA-512 is required, was SCRAM-SHA-256",
    ),
    "a wrong password": (
        "server", "bus_tls_ca_file bus_user wrong_password",
        "refused the user or password",
    ),
    "another authority": (
        "server", "other_authority bus_user bus_password_file",
        "its certificate is not signed by --bus_tls_ca_file: ",
    ),
}  # fmt: skip
"""By name: which broker, what the room is told, what it says."""


@pytest.mark.parametrize("way", WRONG_WAYS)
def test_a_room_says_in_one_line_why_it_is_not_let_in(
    kafka: KafkaServer,
    server: KafkaServer,
    postgres_url: str,
    tmp_path: Path,
    way: str,
) -> None:
    broker, told, words = WRONG_WAYS[way]
    asked = kafka if broker == "kafka" else server
    (tmp_path / "wrong").write_text("battery")
    other = certificates.make(tmp_path / "other")
    values = {
        "bus_user": ("bus_user", server.user),
        "bus_password_file": ("bus_password_file", server.password_file),
        "bus_tls_ca_file": ("bus_tls_ca_file", server.ca_file),
        "bus_sasl_mechanism": ("bus_sasl_mechanism", "SCRAM-SHA-256"),
        "wrong_password": ("bus_password_file", tmp_path / "wrong"),
        "other_authority": ("bus_tls_ca_file", other),
    }
    flags = dict(values[name] for name in told.split())

    finished = run_room(
        "database_migrator",
        {"postgres_url": postgres_url, "bus_url": asked.url, **flags},
    )

    assert finished.returncode == 1, finished.stderr
    assert finished.stderr.count("\n") == 1
    assert f"kafka at {asked.bootstrap}" in finished.stderr
    assert words in finished.stderr
    assert "battery" not in finished.stderr


def test_an_expired_certificate_is_told_from_a_foreign_one() -> None:
    with temporary_folder("kafka") as folder:
        authority = certificates.make(folder / "keys", days=-1)
        old = KafkaServer(folder, listener="tls", heap="256m")
        try:
            old.start()
            with pytest.raises(
                ConfigurationError,
                match="its certificate is refused: certificate has expired",
            ):
                open_bus(old.url, security=BusSecurity(tls_ca_file=str(authority)))
        finally:
            old.stop()


def test_a_broker_may_ask_for_our_certificate() -> None:
    with temporary_folder("kafka") as folder:
        asking = KafkaServer(folder, listener="mutual_tls", heap="256m")
        try:
            asking.start()
            ours = str(asking.ca_file.with_name("server.pem"))
            without = BusSecurity(tls_ca_file=str(asking.ca_file))
            with pytest.raises(
                ConfigurationError,
                match="a --bus_tls_cert_file that it trusts is required",
            ):
                open_bus(asking.url, security=without)
            open_bus(
                asking.url,
                security=replace(without, tls_cert_file=ours, tls_key_file=ours),
            ).close()
        finally:
            asking.stop()


def test_a_room_takes_it_all_from_flags(server: KafkaServer, postgres_url: str) -> None:
    flags: dict[str, object] = {
        "postgres_url": postgres_url,
        "bus_url": server.url,
        "bus_user": server.user,
        "bus_password_file": server.password_file,
        "bus_tls_ca_file": server.ca_file,
        "topics_replication": 1,
    }

    made = run_room("database_migrator", flags)

    assert made.returncode == 0, made.stderr
