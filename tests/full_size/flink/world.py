"""A world for the job: bars, topics, and what plain workers make of some requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.full_size.flink.discovery_world import Seen, seen
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.testing.rooms import run_room

LETTERS = dead_letters(DISCOVERY_REQUESTS)
TOPICS: Mapping[str, int] = MappingProxyType(
    {DISCOVERY_REQUESTS: 4, DISCOVERED_STRATEGIES: 2, LETTERS: 1}
)
"""How many partitions each topic has."""

AT_ONCE = 300
"""Requests that workers on a busy machine answer in the time that a room has."""


@dataclass(frozen=True, slots=True)
class World:
    """Bars in a store, topics on a broker, and the flags that name them."""

    bus: KafkaBus
    flags: dict[str, object]
    folder: Path


@dataclass(frozen=True, slots=True)
class Expected:
    """What the workers made of some requests, in the same topics."""

    results: Seen
    letters: Seen

    def results_since(self, world: World) -> Seen:
        """Return results that came after those of the workers."""
        return seen(world.bus, DISCOVERED_STRATEGIES, self.results)

    def letters_since(self, world: World) -> Seen:
        """Return dead letters that came after those of the workers."""
        return seen(world.bus, LETTERS, self.letters)


def answered_by_workers(world: World, requests: list[Message]) -> Expected:
    """Have plain workers answer requests, and return what they gave."""
    flags = {**world.flags, "workers": 2, "member": "test", "drain": True}
    for begin in range(0, len(requests), AT_ONCE):
        world.bus.publish(DISCOVERY_REQUESTS, requests[begin : begin + AT_ONCE])
        finished = run_room("strategy_discovery", flags)
        assert finished.returncode == 0, finished.stderr[-2000:]
    return Expected(seen(world.bus, DISCOVERED_STRATEGIES), seen(world.bus, LETTERS))
