"""A repair of the client: what a broker says before it hangs up is heard.

kafka-python 3.0 drops bytes that arrive together with the end of the connection.
A broker refuses a password in just that way, so that a wrong one looked like a
broker that is away.
"""

from collections.abc import Callable
from typing import Any

from kafka.net import transport

Receive = Callable[[Any], tuple[bytes, Exception | None]]


def _data_first(receive: Receive) -> Receive:
    def receive_data_first(self: Any) -> tuple[bytes, Exception | None]:
        data, error = receive(self)
        # The end is still there for the next call.
        return (data, None) if data else (data, error)

    return receive_data_first


def repair() -> None:
    """Repair both kinds of connections, once."""
    for kind in (transport.KafkaTCPTransport, transport.KafkaSSLTransport):
        if kind._sock_recv.__name__ != "receive_data_first":
            kind._sock_recv = _data_first(kind._sock_recv)
