"""Ports of the small stack: chosen once, remembered in its folder.

Ports that the system hands out (`bind(0)`) are above 32768 and may be given to
any client while a server is down, so we choose below.
"""

import json
import random
import socket
from collections.abc import Sequence
from pathlib import Path

from tradestream.errors import ConfigurationError

LOWEST, HIGHEST = 20_000, 32_767
HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


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
    try:
        known = {str(k): int(v) for k, v in json.loads(path.read_text()).items()}
    except FileNotFoundError:
        known = {}
    except (ValueError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"ports are required in {path}, was {error}"
        ) from error
    missing = [name for name in names if name not in known]
    if missing:
        new = choose(len(missing), taken=list(known.values()))
        known.update(zip(missing, new, strict=True))
        path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    return {name: known[name] for name in names}
