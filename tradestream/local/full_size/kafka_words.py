"""What a broker says: whether it is ready, and why it does not start."""

import re
import socket
import struct
from pathlib import Path

from tradestream.local import processes
from tradestream.local.ports import HOST

_STARTED = b"Kafka Server started"
_API_VERSIONS = 18
_CAUSE = re.compile(r"^(?:Caused by: )?((?:\w+\.)+\w+(?:Exception|Error): .*)", re.M)


def is_ready(log: Path, begin: int, port: int) -> bool:
    """Whether a broker, that began its log at a byte, serves on a plain port."""
    # The line comes when the broker may serve, the answer when it does.
    with log.open("rb") as file:
        file.seek(begin)
        return _STARTED in file.read() and _answers(port)


def cause_of_end(log: Path, begin: int) -> str:
    """Return what a broker said of its end; what it says last is not the cause."""
    said = log.read_bytes()[begin:].decode(errors="replace")
    causes = _CAUSE.findall(said)
    own = [cause for cause in causes if cause.startswith("org.apache.kafka")]
    return str((own or causes or [processes.last_line(log)])[-1])


def _answers(port: int) -> bool:
    """Whether a broker answers which requests it knows."""
    body = struct.pack(">hhih", _API_VERSIONS, 0, 7, 1) + b"p"
    try:
        with socket.create_connection((HOST, port), timeout=1) as client:
            client.sendall(struct.pack(">i", len(body)) + body)
            head = client.recv(10)
    except OSError:
        return False
    return len(head) == 10 and struct.unpack(">iih", head)[1:] == (7, 0)
