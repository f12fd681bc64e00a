"""The job on Flink gives what the workers give, whatever is killed meanwhile."""

from collections.abc import Callable

from tests.full_size.flink.discovery_world import (
    SYMBOLS,
    exam,
    poison,
    searches,
    without_position,
)
from tests.full_size.flink.running_job import eventually, running_job
from tests.full_size.flink.world import Expected, World
from tradestream.bus.dead_letter import REASON
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.local.full_size.flink_server import FlinkServer


def test_a_killed_taskmanager_loses_and_doubles_nothing(
    world: World,
    flink: FlinkServer,
    answered_by_workers: Callable[[list[Message]], Expected],
) -> None:
    requests = [*searches(240), exam(SYMBOLS[0]), *poison().values()]
    middle = len(requests) // 2
    expected = answered_by_workers(requests)

    flags = {**world.flags, "checkpoint_interval": 2, "resume": "none"}
    flags["checkpoint_dir"] = world.folder / "checkpoints"
    with running_job(flink, world.folder / "job.log", flags) as job:
        world.bus.publish(DISCOVERY_REQUESTS, requests[:middle])
        eventually(
            lambda: bool(expected.results_since(world)), "first results are committed"
        )
        world.bus.publish(DISCOVERY_REQUESTS, requests[middle:])
        flink.kill_taskmanager()
        flink.start_taskmanager()
        eventually(
            lambda: expected.results_since(world) >= expected.results,
            "all results are committed",
        )
        assert "savepoint" in job.stop()

    # Key, value, and headers of each, as often as the workers gave it: once.
    assert expected.results_since(world) == expected.results
    letters = expected.letters_since(world)
    assert without_position(letters) == without_position(expected.letters)
    reasons = [dict(headers)[REASON] for _, _, headers in letters]
    assert len(reasons) == len(poison())
    assert all(any(word in reason for reason in reasons) for word in poison())
