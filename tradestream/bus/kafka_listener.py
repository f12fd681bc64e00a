"""What a listener of a broker speaks: asked when a client was not let in.

A client that speaks TLS to a broker that does not, or the other way round, or that
shows a password to one that wants none, is hung up on. The broker says why to
nobody, so that it looks like one that is away: this asks it in both ways.
"""

import socket
import ssl
import struct
from collections.abc import Iterable
from dataclasses import dataclass

TIMEOUT_SECONDS = 3.0
_SASL_HANDSHAKE, _VERSION, _CORRELATION = 17, 1, 7
_UNSUPPORTED_MECHANISM, _NO_SASL_HERE = 33, 34
_LARGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class Listener:
    """What a broker speaks on a port.

    Attributes:
        address: `host:port`.
        tls: Whether it speaks TLS.
        mechanisms: How it takes passwords; empty where it knows no users.
    """

    address: str
    tls: bool
    mechanisms: tuple[str, ...]

    def refusal(self, *, tls: bool, mechanism: str | None) -> str | None:
        """Return why a client cannot be let in, None if nothing is known.

        Args:
            tls: Whether the client speaks TLS.
            mechanism: How it shows its password, None without a user.
        """
        if self.tls and not tls:
            return "--bus_tls_ca_file is required: it speaks TLS"
        if tls and not self.tls:
            return "a client without --bus_tls_ca_file is required: it speaks no TLS"
        if mechanism is None and self.mechanisms:
            return "--bus_user and --bus_password_file are required: it asks for a user"
        if mechanism is not None and not self.mechanisms:
            return "a client without --bus_user is required: it knows no users"
        if mechanism is not None and mechanism not in self.mechanisms:
            wanted = ", ".join(self.mechanisms)
            return f"--bus_sasl_mechanism: one of {wanted} is required, was {mechanism}"
        return None


def find_listener(addresses: Iterable[str]) -> Listener | None:
    """Return what the first broker speaks that says so, None if none does."""
    for address in addresses:
        host, _, port = address.rpartition(":")
        name = host.strip("[]")
        for tls in (False, True):
            try:
                plain = socket.create_connection((name, int(port)), TIMEOUT_SECONDS)
            except OSError:
                break  # nobody is there, in whatever way one asks
            try:
                mechanisms = _ask(plain, name, tls=tls)
            except (OSError, struct.error, UnicodeDecodeError):
                continue  # it speaks another way; who waits for TLS says nothing
            if mechanisms is not None:
                return Listener(address, tls, mechanisms)
    return None


def _ask(plain: socket.socket, name: str, *, tls: bool) -> tuple[str, ...] | None:
    """Return the mechanisms of a broker; None if what answers is none."""
    with plain:
        if not tls:
            return _handshake(plain)
        with _trusting_all().wrap_socket(plain, server_hostname=name) as secret:
            return _handshake(secret)


def _trusting_all() -> ssl.SSLContext:
    # Nothing is told to whoever answers but the question what it speaks.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _handshake(connection: socket.socket) -> tuple[str, ...] | None:
    """Name a mechanism that nobody has; the answer lists those of the broker."""
    body = struct.pack(">hhihh", _SASL_HANDSHAKE, _VERSION, _CORRELATION, -1, 0)
    connection.sendall(struct.pack(">i", len(body)) + body)
    (size,) = struct.unpack(">i", _exactly(connection, 4))
    if not 0 < size <= _LARGEST_ANSWER:
        return None
    answer = _exactly(connection, size)
    correlation, error, count = struct.unpack_from(">ihi", answer)
    if correlation != _CORRELATION:
        return None
    if error == _NO_SASL_HERE:
        return ()
    return tuple(_texts(answer, count)) if error == _UNSUPPORTED_MECHANISM else None


def _texts(answer: bytes, count: int) -> Iterable[str]:
    at = struct.calcsize(">ihi")
    for _ in range(count):
        (length,) = struct.unpack_from(">h", answer, at)
        yield answer[at + 2 : at + 2 + length].decode()
        at += 2 + length


def _exactly(connection: socket.socket, count: int) -> bytes:
    """Return so many bytes; OSError when the connection ends before."""
    found = b""
    while len(found) < count:
        part = connection.recv(count - len(found))
        if not part:
            raise ConnectionResetError("hung up")
        found += part
    return found
