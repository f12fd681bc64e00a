"""What a broker speaks is told from what a client speaks."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tradestream.bus import kafka_listener
from tradestream.bus.kafka_listener import Listener, find_listener
from tradestream.testing.scripted_server import Answer, scripted_server

PLAIN = Listener("host:1", tls=False, mechanisms=())
SASL_TLS = Listener("host:1", tls=True, mechanisms=("PLAIN", "SCRAM-SHA-512"))


@pytest.mark.parametrize(
    ("listener", "tls", "mechanism", "words"),
    [
        (PLAIN, True, None, "a client without --bus_tls_ca_file is required"),
        (PLAIN, False, "PLAIN", "a client without --bus_user is required"),
        (SASL_TLS, False, "PLAIN", "--bus_tls_ca_file is required"),
        (SASL_TLS, True, None, "--bus_user and --bus_password_file are required"),
        (SASL_TLS, True, "SCRAM-SHA-256", "one of PLAIN, SCRAM-SHA-512 is required"),
    ],
)
def test_says_what_does_not_fit(
    listener: Listener, tls: bool, mechanism: str | None, words: str
) -> None:
    assert words in (listener.refusal(tls=tls, mechanism=mechanism) or "")


@pytest.mark.parametrize(
    ("listener", "tls", "mechanism"),
    [(PLAIN, False, None), (SASL_TLS, True, "PLAIN")],
)
def test_what_fits_is_no_reason(
    listener: Listener, tls: bool, mechanism: str | None
) -> None:
    assert listener.refusal(tls=tls, mechanism=mechanism) is None


def test_nobody_and_something_else_say_nothing() -> None:
    with scripted_server(Answer(b"no broker")) as server:
        address = server.url.removeprefix("http://")

        assert find_listener(["127.0.0.1:1", address]) is None


CLIENT_HELLO = b"\x16\x03"
"""How every first message of a client that speaks TLS begins."""


@contextmanager
def waiting_for_tls(heard: list[bytes]) -> Iterator[str]:
    """Yield the address of a port that says nothing before a client speaks TLS."""

    def serve(listening: socket.socket) -> None:
        while len(heard) < 2:
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(len(CLIENT_HELLO)))
                while heard[-1] != CLIENT_HELLO and connection.recv(1024):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_who_is_silent_until_tls_is_spoken_is_asked_by_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kafka_listener, "TIMEOUT_SECONDS", 0.5)
    heard: list[bytes] = []

    with waiting_for_tls(heard) as address:
        assert find_listener([address]) is None

    assert heard[1:] == [CLIENT_HELLO]
