"""How a room is started on this machine: its command and its environment."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tradestream.errors import ConfigurationError

_REPOSITORY = Path(__file__).parents[2]
_PASSWORDS = ("POSTGRES", "CANDLES", "REDIS", "BUS")


def command(room: str, flags: Sequence[str] = ()) -> list[str]:
    """Return the command that runs a room.

    Raises:
        ConfigurationError: If there is no such room.
    """
    rooms = _REPOSITORY / "services"
    if not room.isidentifier() or not (rooms / room / "main.py").exists():
        known = sorted(path.parent.name for path in rooms.glob("*/main.py"))
        raise ConfigurationError(
            f"a room is required, was {room}; there are {', '.join(known)}"
        )
    return [sys.executable, "-m", f"services.{room}.main", *flags]


def environment(flags: Mapping[str, str]) -> dict[str, str]:
    """Return our own environment with what all rooms are told.

    Args:
        flags: Values of shared flags, by their name in upper case.
    """
    # A password of the caller's is not that of a server without one.
    strange = {f"{name}_PASSWORD_FILE" for name in _PASSWORDS} - set(flags)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.removeprefix("TRADESTREAM_") not in strange
    }
    repository = str(_REPOSITORY)
    path = os.environ.get("PYTHONPATH")
    return {
        **kept,
        **{f"TRADESTREAM_{name}": value for name, value in flags.items()},
        # Rooms must be found whatever folder the command is typed in.
        "PYTHONPATH": f"{repository}{os.pathsep}{path}" if path else repository,
    }
