"""The job on Flink gives what the workers give, whatever is killed meanwhile."""

from tests.full_size.flink.conftest import World
from tests.full_size.flink.discovery_world import (
    SYMBOLS,
    Seen,
    exam,
    poison,
    searches,
    seen,
)
from tests.full_size.flink.running_job import running_job
from tests.full_size.kafka_world import wait_until
from tradestream.bus.dead_letter import POSITION, REASON
from tradestream.bus.port import Message
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.local.full_size.flink_server import FlinkServer
from tradestream.testing.rooms import run_room

LETTERS = dead_letters(DISCOVERY_REQUESTS)


def answered_by_workers(world: World, requests: list[Message]) -> tuple[Seen, Seen]:
    """Return the results and dead letters of the workers."""
    world.bus.publish(DISCOVERY_REQUESTS, requests)
    flags = {**world.flags, "workers": 2, "member": "test", "drain": True}
    finished = run_room("strategy_discovery", flags)
    assert finished.returncode == 0, finished.stderr[-2000:]
    return seen(world.bus, DISCOVERED_STRATEGIES), seen(world.bus, LETTERS)


def test_a_killed_taskmanager_loses_and_doubles_nothing(
    world: World, flink: FlinkServer
) -> None:
    requests = [*searches(300), exam(SYMBOLS[0]), *poison().values()]
    middle = len(requests) // 2
    results, letters = answered_by_workers(world, requests)

    flags = {**world.flags, "checkpoint_interval": 2, "resume": "none"}
    flags["checkpoint_dir"] = world.folder / "checkpoints"
    with running_job(flink, world.folder / "job.log", flags) as job:
        world.bus.publish(DISCOVERY_REQUESTS, requests[:middle])
        wait_until(
            lambda: bool(seen(world.bus, DISCOVERED_STRATEGIES, results)),
            "first results are committed",
        )
        world.bus.publish(DISCOVERY_REQUESTS, requests[middle:])
        flink.kill_taskmanager()
        flink.start_taskmanager()
        wait_until(
            lambda: seen(world.bus, DISCOVERED_STRATEGIES, results) >= results,
            "all results are committed",
        )
        assert "savepoint" in job.stop()

    assert seen(world.bus, DISCOVERED_STRATEGIES, results) == results
    put_aside = seen(world.bus, LETTERS, letters)
    assert without_position(put_aside) == without_position(letters)
    reasons = sorted(dict(headers)[REASON] for _, _, headers in put_aside)
    for word in poison():
        assert any(word in reason for reason in reasons), (word, reasons)


def without_position(letters: Seen) -> Seen:
    """Return dead letters without where each lay: asked twice, it lies elsewhere."""
    found = Seen()
    for (key, value, headers), count in letters.items():
        kept = tuple(h for h in headers if h[0] != POSITION)
        found[key, value, kept] += count
    return found
