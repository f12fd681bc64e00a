"""The whole way of one id, from rows first and from the bus where rows are silent."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from psycopg2.extensions import connection as Connection

from tradestream.bus.port import Bus, Record
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.postgres import transaction
from tradestream.trace import messages
from tradestream.trace.find import MOST, find_rows
from tradestream.trace.model import STAGES, Match, Step, Way
from tradestream.trace.related import related
from tradestream.trace.rows import row_steps

_CLOCKS_AGREE = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(days=30)
_ASKED, _STORED = {"asked", "answered"}, {"trials stored", "exam answered", "found"}


class AmbiguousIdError(ConfigurationError):
    """Raised when an id begins several; `matches` has them."""

    def __init__(self, wanted: str, matches: list[Match]) -> None:
        self.matches = matches
        many = "many" if len(matches) > MOST else str(len(matches))
        listed = "; ".join(f"{m.kind} {m.identity} ({m.title})" for m in matches[:MOST])
        super().__init__(f"one id is required, {wanted!r} begins {many}: {listed}")


def walk(
    connection: Connection,
    open_bus: Callable[[], Bus],
    wanted: str,
    *,
    scan: int = messages.SCANNED,
) -> Way:
    """Return everything that happened to what `wanted` names.

    Args:
        connection: The database of records; read only.
        open_bus: Opens the bus; one that is away costs its steps, and `unasked` says
            so.
        wanted: An id or its beginning; see `tradestream.trace.find`.
        scan: How many of the newest records of each topic to look through; 0: none.

    Raises:
        ConfigurationError: If nothing is known by that id, or several things are.
        UnavailableError: If the database did not answer; or nothing is known by that
            id there, and the bus did not answer.
    """
    notes: list[str] = []
    records, unasked = _records(open_bus, scan) if scan else ([], None)
    with transaction(connection) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        match = _one(wanted, find_rows(cursor, wanted), records, unasked)
        ids = related(cursor, match)
        every = match.kind == "strategy"
        steps, left_out = row_steps(cursor, ids, every=every)
    steps = _merged(steps, messages.message_steps(records, ids))
    if match.kind == "set":
        steps = [step for step in steps if _of_set(step, match)]
    return Way(match, _in_order(steps, notes), (*notes, *left_out), unasked)


def _records(open_bus: Callable[[], Bus], scan: int) -> tuple[list[Record], str | None]:
    """Return what the bus has, or why it could not be asked."""
    try:
        with closing(open_bus()) as bus:
            return messages.scan(bus, scan), None
    except UnavailableError as error:
        return [], str(error)


def _one(
    wanted: str, found: list[Match], records: list[Record], unasked: str | None
) -> Match:
    """Return the one match; what rows do not know, messages may."""
    if not found:
        found = [
            Match("message", identity, "known to the bus alone")
            for identity in messages.ids_like(records, wanted)
        ]
    if not found and unasked is not None:
        raise UnavailableError(
            f"{wanted!r} is not in the database, and the bus could not be asked: "
            f"{unasked}"
        )
    if not found:
        raise ConfigurationError(
            "the id of a request, exam, strategy, evaluation, or signal is required, "
            f"was {wanted!r}, which nothing has"
        )
    if len(found) > 1:
        raise AmbiguousIdError(wanted, found)
    return found[0]


def _merged(rows: list[Step], told: list[Step]) -> list[Step]:
    """Return all steps; what the outbox says only where the bus has forgotten it."""
    published = {step.identity for step in told if step.what == "asked"}
    kept = [s for s in rows if s.source != "outbox" or s.identity not in published]
    return kept + told


def _of_set(step: Step, match: Match) -> bool:
    at = match.identity.partition(" ")[2]
    return step.identity == match.identity or (
        step.what in ("approved", "left the set", "sized")
        and step.at is not None
        and step.at.isoformat() == at
    )


def _in_order(steps: list[Step], notes: list[str]) -> tuple[Step, ...]:
    """Return steps by time; by cause where rows were written under a held clock."""
    if _clocks_differ(steps):
        notes.append(
            "rows were written under another clock than the bus's (a held --now): "
            "steps stand in the order of cause"
        )
        return tuple(
            sorted(steps, key=lambda s: (STAGES.index(s.what), messages.time_of(s)))
        )
    return tuple(
        sorted(steps, key=lambda s: (messages.time_of(s), STAGES.index(s.what)))
    )


def _clocks_differ(steps: list[Step]) -> bool:
    """Return whether answers on the bus are later than, or long before, their rows."""
    stored = {s.identity: s.at for s in steps if s.what in _STORED and s.at}
    for step in steps:
        row = stored.get(step.identity)
        if step.what not in _ASKED or step.at is None or row is None:
            continue
        if not -_LONGEST_WAIT < step.at - row < _CLOCKS_AGREE:
            return True
    return False
