"""Forgetting records of a stream that nobody needs any more.

A stream that groups read, now or later, loses only what every one of them has
acknowledged. Any other is for people, and keeps a week, as the topics of Kafka
do; dead letters stay until a person removes them.
"""

from typing import Any

from tradestream.bus.topics import WORK, dead_letters

KEEP = 1000
UNREAD_KEEP_MILLISECONDS = 7 * 86_400_000
_DEAD = dead_letters("")


def group_states(client: Any, topic: str) -> list[dict[str, Any]]:
    """Return what the server knows of each group; empty without a stream."""
    if not client.exists(topic):
        return []
    return list(client.xinfo_groups(topic))


def group_state(client: Any, topic: str, group: str) -> dict[str, Any] | None:
    """Return what the server knows of one group, None when there is no such group."""
    states = group_states(client, topic)
    return next((s for s in states if s["name"] == group.encode()), None)


def trim_read(client: Any, topic: str, keep: int) -> None:
    """Drop what every group acknowledged, but for the `keep` newest records."""
    surplus = int(client.xlen(topic)) - keep
    if surplus <= 0:
        return
    bounds = [
        _first_needed(client, topic, state) for state in group_states(client, topic)
    ]
    if bounds:
        # Approximate: the server drops whole blocks, and never past the bound.
        lowest = min(bounds)
        client.xtrim(
            topic, minid=f"{lowest[0]}-{lowest[1]}", approximate=True, limit=surplus
        )


def trim_unread(client: Any, topic: str) -> None:
    """Drop what is older than a week from a stream that no group will read."""
    if topic in WORK or topic.endswith(_DEAD) or group_states(client, topic):
        return
    seconds, microseconds = client.time()
    oldest = seconds * 1000 + microseconds // 1000 - UNREAD_KEEP_MILLISECONDS
    client.xtrim(topic, minid=str(oldest), approximate=True)


def _first_needed(client: Any, topic: str, state: dict[str, Any]) -> tuple[int, int]:
    if state["pending"]:
        summary = client.xpending(topic, state["name"])
        if summary["min"] is not None:
            return parse_position(summary["min"])
    milliseconds, sequence = parse_position(state["last-delivered-id"])
    return milliseconds, sequence + 1


def parse_position(position: bytes) -> tuple[int, int]:
    """Return an entry id such as `1700000000000-3` as two numbers that compare."""
    milliseconds, _, sequence = position.decode().partition("-")
    return int(milliseconds), int(sequence)
