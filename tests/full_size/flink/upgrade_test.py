"""A job is stopped with a savepoint, changed, and goes on where it stopped."""

import json
from collections.abc import Callable

from tests.full_size.flink.discovery_world import searches
from tests.full_size.flink.running_job import eventually, running_job
from tests.full_size.flink.world import Expected, World
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.local.full_size.flink_server import FlinkServer


def test_an_upgraded_job_goes_on_from_its_savepoint(
    world: World,
    flink: FlinkServer,
    answered_by_workers: Callable[[list[Message]], Expected],
) -> None:
    requests = searches(240)
    expected = answered_by_workers(requests)
    flags = {**world.flags, "checkpoint_interval": 2}
    flags["checkpoint_dir"] = world.folder / "checkpoints"

    with running_job(flink, world.folder / "before.log", flags) as before:
        world.bus.publish(DISCOVERY_REQUESTS, requests[:200])
        eventually(
            lambda: bool(expected.results_since(world)), "first results are committed"
        )
        savepoint = json.loads(before.stop())["savepoint"]
    world.bus.publish(DISCOVERY_REQUESTS, requests[200:])
    changed = {**flags, "parallelism": 1, "bundle": 4, "windows": 4}
    log = world.folder / "after.log"
    with running_job(flink, log, changed) as after:
        eventually(
            lambda: expected.results_since(world) >= expected.results,
            "all results are committed",
        )
        after.stop()

    resumed_from = json.loads(log.read_text().splitlines()[0])["resumed_from"]
    assert resumed_from.removeprefix("file://") == savepoint.removeprefix("file:")
    assert expected.results_since(world) == expected.results


def test_a_job_that_is_killed_with_its_program_goes_on_from_a_checkpoint(
    world: World,
    flink: FlinkServer,
    answered_by_workers: Callable[[list[Message]], Expected],
) -> None:
    requests = searches(120)
    expected = answered_by_workers(requests)
    flags = {**world.flags, "checkpoint_interval": 2}
    flags["checkpoint_dir"] = world.folder / "checkpoints"

    with running_job(flink, world.folder / "before.log", flags):
        world.bus.publish(DISCOVERY_REQUESTS, requests)
        eventually(
            lambda: bool(expected.results_since(world)), "first results are committed"
        )
        # Nothing can say goodbye: neither the job, nor what watches over it.
        flink.kill()
    flink.start()
    with running_job(flink, world.folder / "after.log", flags) as after:
        eventually(
            lambda: expected.results_since(world) >= expected.results,
            "all results are committed",
        )
        after.stop()

    assert expected.results_since(world) == expected.results
