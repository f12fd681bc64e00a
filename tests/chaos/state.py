"""What a run leaves behind, in a form in which two runs can be compared."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from tests.chaos.stack import ChaosStack
from tradestream.bus import topics
from tradestream.candles import MINUTE_SECONDS
from tradestream.postgres import connect
from tradestream.redis import connect as connect_redis

GENERATED = {"outbox": ("outbox_id",)}
"""Columns that count runs and retries, not what was done."""

KEPT_TOPICS = (
    topics.CANDLES,
    topics.RISK_APPROVED_STRATEGIES,
    topics.SIZED_POSITIONS,
    topics.TRADE_SIGNALS,
)
GROUPS = (
    (topics.DISCOVERY_REQUESTS, "strategy_discovery"),
    (topics.DISCOVERED_STRATEGIES, "strategy_consumer"),
)
MOST_RECORDS = 1_000_000


@dataclass(frozen=True, slots=True)
class EndState:
    """Rows, messages, and keys that stand at the end.

    Attributes:
        rows: By table, how often each row (as text) stands there.
        messages: By topic, the distinct messages.
        redelivered: Messages that stand in a topic more than once, which
            delivery at least once allows.
        state: Redis keys and their values, without the topics.
        stuck: Messages that a group has not taken, by topic and group.
    """

    rows: dict[str, Counter[str]]
    messages: dict[str, set[str]]
    redelivered: int
    state: dict[str, str]
    stuck: dict[str, int]

    def size(self) -> int:
        """Return how many rows and messages there are to compare."""
        rows = sum(rows.total() for rows in self.rows.values())
        return rows + sum(len(messages) for messages in self.messages.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """How an end state differs from the one that it should be.

    Attributes:
        lost: What is missing.
        doubled: What is there and should not be.
        stuck: Messages that nobody took.
    """

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    stuck: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.stuck)

    def __add__(self, other: "Difference") -> "Difference":
        return Difference(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.stuck + other.stuck,
        )


def end_state(stack: ChaosStack) -> EndState:
    """Read everything that a run left on the servers."""
    bus = stack.open_bus()
    messages: dict[str, set[str]] = {}
    redelivered = 0
    letters = [topics.dead_letters(topic) for topic, _ in GROUPS]
    for topic in (*KEPT_TOPICS, *letters):
        found = [
            f"{r.message.key} {hashlib.sha256(r.message.value).hexdigest()[:16]}"
            for r in bus.newest(topic, MOST_RECORDS)
        ]
        messages[topic] = set(found)
        redelivered += len(found) - len(messages[topic])
    stuck = {f"{t} by {g}": bus.lag(t, g) for t, g in GROUPS}
    bus.close()
    rows = {**_rows(stack), "stored bars": _bars(stack)}
    return EndState(rows, messages, redelivered, _redis_state(stack), stuck)


def compare(found: EndState, wanted: EndState) -> Difference:
    """Return how `found` differs from `wanted`."""
    lost: list[str] = []
    doubled: list[str] = []
    for table in sorted(set(found.rows) | set(wanted.rows)):
        has, should = found.rows.get(table), wanted.rows.get(table)
        has, should = has or Counter(), should or Counter()
        lost += [f"{table}: {row}" for row in (should - has).elements()]
        doubled += [f"{table}: {row}" for row in (has - should).elements()]
    for topic in wanted.messages:
        has_set, should_set = found.messages[topic], wanted.messages[topic]
        lost += [f"{topic}: {m}" for m in sorted(should_set - has_set)]
        doubled += [f"{topic}: {m}" for m in sorted(has_set - should_set)]
    for key in sorted(set(found.state) | set(wanted.state)):
        if found.state.get(key) != wanted.state.get(key):
            lost.append(f"{key}: {wanted.state.get(key)}, was {found.state.get(key)}")
    stuck = [f"{where}: {count}" for where, count in found.stuck.items() if count]
    return Difference(tuple(lost), tuple(doubled), tuple(stuck))


def _rows(stack: ChaosStack) -> dict[str, Counter[str]]:
    connection = connect(stack.postgres.url())
    rows: dict[str, Counter[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT to_jsonb(whole_row) FROM {table} AS whole_row")
            left_out = GENERATED.get(table, ())
            rows[table] = Counter(
                json.dumps(
                    {k: v for k, v in row.items() if k not in left_out}, sort_keys=True
                )
                for (row,) in cursor
            )
    connection.close()
    return rows


def _bars(stack: ChaosStack) -> Counter[str]:
    """Return the bars as the store gives them, with what it knows of each."""
    store = stack.open_candles()
    bars: Counter[str] = Counter()
    for symbol in store.symbols():
        first, last = store.first(symbol), store.last(symbol)
        assert first is not None
        assert last is not None
        end = last + timedelta(minutes=1)
        series = store.read(symbol, MINUTE_SECONDS, first, end)
        numbers = zip(
            series.opens, series.highs, series.lows, series.closes, series.volumes,
            strict=True,
        )  # fmt: skip
        changes = store.changes(symbol, first, end)
        bars.update(
            f"{symbol} {change} {[float(number) for number in bar]}"
            for change, bar in zip(changes, numbers, strict=True)
        )
        bars.update(f"{symbol} {gap}" for gap in store.gaps(symbol, first, end))
        bars.update([f"{store.instrument(symbol)}"])
    store.close()
    return bars


def _redis_state(stack: ChaosStack) -> dict[str, str]:
    client = connect_redis(stack.valkey.url())
    state = {}
    for key in sorted(client.scan_iter()):
        kind = client.type(key)
        if kind == "string":
            state[key] = str(client.get(key))
        elif kind == "hash":
            state[key] = json.dumps(client.hgetall(key), sort_keys=True)
    client.close()
    return state
