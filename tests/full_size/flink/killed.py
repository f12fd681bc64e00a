"""The job on Flink, whose TaskManager is killed again and again.

A program of its own for `make chaos SIZE=full`; its last line is a JSON object:
`kills`, `compared` (messages of the plain workers), `lost`, and `doubled`.
"""

import argparse
import contextlib
import json
import random
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from tests.full_size.flink import discovery_world
from tests.full_size.flink.discovery_world import (
    SYMBOLS,
    exam,
    poison,
    searches,
    without_position,
)
from tests.full_size.flink.running_job import RunningJob, eventually, running_job
from tests.full_size.flink.world import TOPICS, World, answered_by_workers
from tests.full_size.kafka_world import topics
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.factory import open_candle_store
from tradestream.local.full_size.flink_server import FlinkServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing import servers

SEARCHES_A_KILL = 150
CHECKPOINT_SECONDS = 2.0
LATEST_KILL_SECONDS = 5.0
"""After the requests of a round came: reading, answering, or committing."""


def run(kills: int, seed: int) -> dict[str, object]:
    """Let workers answer, then the job under kills; return how these differ."""
    rounds = [searches(SEARCHES_A_KILL, seed=n) for n in range(1, kills + 2)]
    requests = [*chain(*rounds), exam(SYMBOLS[0]), *poison().values()]
    rng = random.Random(seed)
    rng.shuffle(requests)
    with _world() as world, _flink(world.folder) as flink:
        expected = answered_by_workers(world, requests)
        flags = {
            **world.flags,
            "checkpoint_interval": CHECKPOINT_SECONDS,
            "checkpoint_dir": world.folder / "checkpoints",
            "tries_dir": world.folder / "tries",
            "resume": "none",
        }
        with running_job(flink, world.folder / "job.log", flags) as job:
            _kill_again_and_again(world, flink, job, requests, kills, rng)
            # What does not come is lost, and counted below.
            with contextlib.suppress(AssertionError):
                eventually(
                    lambda: expected.results_since(world) >= expected.results,
                    "all results are committed",
                )
            job.stop()
        found = expected.results_since(world) + without_position(
            expected.letters_since(world)
        )
    wanted = expected.results + without_position(expected.letters)
    return {
        "kills": kills,
        "compared": wanted.total(),
        "lost": _lines((wanted - found).elements()),
        "doubled": _lines((found - wanted).elements()),
    }


def _kill_again_and_again(
    world: World,
    flink: FlinkServer,
    job: RunningJob,
    requests: list[Message],
    kills: int,
    rng: random.Random,
) -> None:
    """Ask for a part, kill at some moment, and go on when the job runs again."""
    share = -(-len(requests) // (kills + 1))
    for number in range(kills):
        eventually(job.is_running, "the job runs again")
        world.bus.publish(
            DISCOVERY_REQUESTS, requests[number * share : (number + 1) * share]
        )
        # No condition to wait for: that the moment is nobody's choice is the point.
        time.sleep(rng.uniform(0.0, LATEST_KILL_SECONDS))
        flink.kill_taskmanager()
        flink.start_taskmanager()
    world.bus.publish(DISCOVERY_REQUESTS, requests[kills * share :])


def _lines(messages: Iterable[tuple[str, bytes, object]]) -> list[str]:
    return [f"on flink: {key} {headers}" for key, _, headers in messages]


@contextlib.contextmanager
def _world() -> Iterator[World]:
    """Yield a world of its own: Postgres, one broker, and a folder."""
    with (
        servers.postgres_server() as postgres,
        servers.temporary_folder("flink_killed") as folder,
    ):
        databases = servers.Databases(postgres)
        url = databases.create()
        store = open_candle_store(url)
        discovery_world.fill(store)
        store.close()
        kafka = KafkaServer(folder / "kafka")
        try:
            kafka.start()
            with topics(kafka, TOPICS):
                bus = KafkaBus(kafka.url)
                flags: dict[str, object] = {"bus_url": kafka.url, "candles_url": url}
                yield World(bus, flags, folder)
                bus.close()
        finally:
            kafka.stop()
            databases.close()


@contextlib.contextmanager
def _flink(folder: Path) -> Iterator[FlinkServer]:
    server = FlinkServer(folder / "flink")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def main() -> None:
    """Run, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    # Whoever asks it to end gets its servers stopped, too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    print(json.dumps(run(given.kills, given.seed)))


if __name__ == "__main__":
    main()
