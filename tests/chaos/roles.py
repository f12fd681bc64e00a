"""Each room as a database role of its own, so that a run shows what it may do."""

from collections.abc import Mapping
from contextlib import closing

from tests.chaos.needs import CANDLES, RECORDS, needs_of
from tradestream.postgres import connect
from tradestream.roles.create import create_roles
from tradestream.roles.declared import read_declared, role_of

_FLAGS = {"candles_url": CANDLES, "postgres_url": RECORDS}


def make_roles(url: str) -> None:
    """Make every room's role; the migrator's owns what it will make."""
    with closing(connect(url)) as connection:
        create_roles(connection, read_declared(), None)


def as_itself(room: str, url: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the flags that name the database at `url`, with the room's role.

    Args:
        room: Whose flags.
        url: The database, as its administrator.
        settings: Flags of all rooms; bars may be somewhere else.
    """
    head, _, place = url.partition("@")
    ours = f"{head.partition('//')[0]}//{role_of(room)}@{place}"
    needs = needs_of(room)
    return {
        flag: ours
        for flag, need in _FLAGS.items()
        if need in needs and settings[flag] == url
    }
