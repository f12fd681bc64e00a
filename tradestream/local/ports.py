"""Ports of the small stack: chosen once, remembered in its folder.

Ports that the system hands out (`bind(0)`) are above 32768 and may be given to
any client while a server is down, so we choose below.
"""

import json
import os
import random
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from tradestream.errors import ConfigurationError
from tradestream.local.processes import StartError

LOWEST, HIGHEST = 20_000, 32_767
HOST = "127.0.0.1"
RELEASE_SECONDS = 1.0


class PortTakenError(StartError):
    """Raised when another program listens on a port of the stack."""


def is_free(port: int) -> bool:
    """Whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def require_free(port: int, name: str) -> None:
    """Check that `name` can listen on its port.

    Raises:
        PortTakenError: If not; says who has it, where the system tells.
    """
    # A server that was killed a moment ago may still be letting go of it.
    deadline = time.monotonic() + RELEASE_SECONDS
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.02)
    if not is_free(port):
        raise PortTakenError(f"port {port} of {name} is taken by {_holder(port)}")


def _holder(port: int) -> str:
    try:
        for found in psutil.net_connections(kind="tcp"):
            listens = found.status == psutil.CONN_LISTEN
            if listens and found.pid and (*found.laddr, 0)[1] == port:
                return f"{psutil.Process(found.pid).name()} (pid {found.pid})"
    except psutil.Error:
        return "another program"  # systems that tell root only
    return "another program"


def choose(count: int, *, taken: Sequence[int] = ()) -> list[int]:
    """Return `count` different free ports below 32768.

    Raises:
        ConfigurationError: If the machine has none left.
    """
    chosen: list[int] = []
    # Not seeded: two stacks that start together must not try the same ports.
    for port in random.SystemRandom().sample(range(LOWEST, HIGHEST), 2000):
        if len(chosen) == count:
            break
        if port not in taken and is_free(port):
            chosen.append(port)
    if len(chosen) < count:
        raise ConfigurationError(f"{count} free ports are required, was {len(chosen)}")
    return chosen


def remembered(path: Path, names: Sequence[str]) -> dict[str, int]:
    """Return a port for each name: the remembered one, else a new one, now kept."""
    known = _read(path) if path.exists() else {}
    missing = [name for name in names if name not in known]
    if missing:
        new = choose(len(missing), taken=list(known.values()))
        known.update(zip(missing, new, strict=True))
        # Whole or not at all, since `status` reads it without the lock.
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
        temporary.replace(path)
    return {name: known[name] for name in names}


def _read(path: Path) -> dict[str, int]:
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise _unusable(path, f"no JSON ({error})") from error
    if not isinstance(known, dict):
        raise _unusable(path, json.dumps(known))
    for name, port in known.items():
        if type(port) is not int or not 1 <= port <= 65_535:
            raise _unusable(path, f"{json.dumps(port)} for {name}")
    return known


def _unusable(path: Path, found: str) -> ConfigurationError:
    return ConfigurationError(
        f"a JSON object with a port in 1..65535 for each part is required in {path},"
        f" was {found}; correct the file, or remove it to get new ports"
    )
