"""What `platform/postgres/roles.yaml` declares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tradestream.errors import ConfigurationError

FILE = Path(__file__).parents[2] / "platform" / "postgres" / "roles.yaml"
OWNER = "database_migrator"
"""The room whose role owns all tables; it is granted nothing."""

EVERY_TABLE = "*"
HISTORY = "schema_migrations"
"""What the migrator notes of itself; no other room looks at it."""

PRIVILEGES = ("select", "insert", "update", "delete")


@dataclass(frozen=True, slots=True)
class DeclaredRole:
    """What one role may do.

    Attributes:
        room: Whose role it is.
        tables: Privileges by table; `*` stands for every table of the platform.
    """

    room: str
    tables: Mapping[str, frozenset[str]]

    @property
    def name(self) -> str:
        """Return its name in the database."""
        return role_of(self.room)


def role_of(room: str) -> str:
    """Return the name of a room's role, e.g. `tradestream_strategy_consumer`."""
    return f"tradestream_{room}"


def tables_of(declared: Sequence[DeclaredRole]) -> frozenset[str]:
    """Return all tables of an installation."""
    named = {table for role in declared for table in role.tables}
    return frozenset(named - {EVERY_TABLE} | {HISTORY})


def read_declared(path: Path = FILE) -> list[DeclaredRole]:
    """Return the roles of a file, by room; the owner's is not among them.

    Raises:
        ConfigurationError: If the file cannot be understood; says where.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        line = str(error).partition("\n")[0]
        raise ConfigurationError(f"{path}: YAML is required, was {line}") from error
    roles = content.get("roles") if isinstance(content, dict) else None
    if not isinstance(roles, dict):
        raise ConfigurationError(f"{path}: a map `roles` is required, was {roles!r}")
    return [_declared(path, room, roles[room]) for room in sorted(roles)]


def _declared(path: Path, room: str, tables: object) -> DeclaredRole:
    if not isinstance(tables, dict):
        raise ConfigurationError(
            f"{path}: role {room}: a map of tables is required, was {tables!r}"
        )
    for table, privileges in tables.items():
        known = isinstance(privileges, list) and set(privileges) <= set(PRIVILEGES)
        if not known or not privileges:
            raise ConfigurationError(
                f"{path}: role {room}, table {table}: a list of"
                f" {', '.join(PRIVILEGES)} is required, was {privileges!r}"
            )
    return DeclaredRole(
        room, {table: frozenset(given) for table, given in tables.items()}
    )
