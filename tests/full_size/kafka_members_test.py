"""Groups on a real broker: members that are busy, stuck, killed, or replaced."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from tests.full_size.kafka_world import topics, wait_until
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.errors import UnavailableError
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.runtime.traffic import REPEATED, TRAFFIC
from tradestream.testing.bus_contract import gathered, messages, numbers
from tradestream.testing.rooms import KILLED

SHORTEST_SESSION = 6.0
QUICK = KafkaTimes(join=1.0, session=SHORTEST_SESSION)
STUCK = KafkaTimes(join=1.0, session=SHORTEST_SESSION, max_poll=1.0)

DEADLY = """
import os, signal, sys
from tradestream.bus.kafka_bus import KafkaBus
bus = KafkaBus(sys.argv[1])
consumer = bus.consumer("one", "g", member="worker-0")
while records := consumer.poll(int(sys.argv[2]), 0):
    for record in records:
        print(int(record.message.value), record.deliveries, flush=True)
        if record.message.value == b"2":
            os.kill(os.getpid(), signal.SIGKILL)
    consumer.commit(records)
"""
"""A worker that dies of the record 2, when it has taken so many at once."""


@pytest.fixture(autouse=True)
def made(kafka: KafkaServer) -> Iterator[None]:
    """Topics of one and of four partitions."""
    with topics(kafka, {"one": 1, "four": 4}):
        yield


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Closes what a test opens, the last first."""
    with ExitStack() as stack:
        yield stack


def open_bus(stack: ExitStack, kafka: KafkaServer, times: KafkaTimes) -> KafkaBus:
    return stack.enter_context(closing(KafkaBus(kafka.url, times=times)))


def deadly(kafka: KafkaServer, at_once: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", DEADLY, kafka.url, str(at_once)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_what_kills_its_worker_is_counted_and_its_neighbours_are_not(
    kafka: KafkaServer, opened: ExitStack
) -> None:
    bus = open_bus(opened, kafka, QUICK)
    bus.publish("one", messages(5))

    said = []
    for at_once in (5, 1, 1):
        finished = deadly(kafka, at_once)
        assert finished.returncode == KILLED, finished.stderr
        said.append(finished.stdout.split("\n")[:-1])

    assert said == [["0 1", "1 1", "2 1"], ["0 2", "1 2", "2 2"], ["2 3"]]
    with closing(bus.consumer("one", "g", member="worker-0")) as worker:
        found = gathered(worker, 3, at_most=1)
    assert numbers(found) == [2, 3, 4]
    assert [record.deliveries for record in found] == [4, 2, 2]


def test_a_busy_member_is_not_thrown_out(kafka: KafkaServer, opened: ExitStack) -> None:
    bus = open_bus(opened, kafka, QUICK)
    bus.publish("one", messages(2))
    busy = opened.enter_context(closing(bus.consumer("one", "g", member="busy")))
    other = opened.enter_context(closing(bus.consumer("one", "g", member="other")))

    records = busy.poll(2, 0)
    until = time.monotonic() + 1.5 * SHORTEST_SESSION
    while time.monotonic() < until:
        assert other.poll(2, 0.5) == []
    busy.commit(records)

    assert bus.lag("one", "g") == 0


def test_a_stuck_member_neither_loses_nor_undoes(
    kafka: KafkaServer, opened: ExitStack
) -> None:
    bus = open_bus(opened, kafka, STUCK)
    bus.publish("one", messages(4))
    stuck = opened.enter_context(closing(bus.consumer("one", "g", member="stuck")))
    alive = opened.enter_context(closing(bus.consumer("one", "g", member="alive")))

    records = stuck.poll(2, 0)
    again = gathered(alive, 2)
    alive.commit(again)
    alive.commit(gathered(alive, 2))
    TRAFFIC.take()
    stuck.commit(records)

    assert {labels["outcome"] for _, labels, _ in TRAFFIC.take()} == {REPEATED}
    assert numbers(again) == numbers(records) == [0, 1]
    assert [record.deliveries for record in again] == [2, 2]
    assert bus.lag("one", "g") == 0


def test_a_member_of_the_same_name_takes_the_place_of_the_first(
    kafka: KafkaServer, opened: ExitStack
) -> None:
    bus = open_bus(opened, kafka, QUICK)
    bus.publish("one", messages(2))
    first = bus.consumer("one", "g", member="same")
    held = first.poll(1, 0)
    second = opened.enter_context(closing(bus.consumer("one", "g", member="same")))

    again = gathered(second, 1)
    with pytest.raises(UnavailableError, match="of the same name took its place"):
        first.commit(held)
    first.close()
    second.commit(again)
    second.commit(gathered(second, 1))

    assert numbers(again) == [0]
    assert bus.lag("one", "g") == 0


def test_partitions_that_are_added_are_read_by_short_polls(
    kafka: KafkaServer, opened: ExitStack
) -> None:
    bus = open_bus(opened, kafka, QUICK)
    bus.publish("four", messages(100))
    consumer = bus.consumer("four", "g")
    opened.callback(consumer.close)
    done = gathered(consumer, 10, at_most=10)
    admin = opened.enter_context(
        closing(KafkaAdminClient(bootstrap_servers=kafka.bootstrap))
    )
    admin.create_partitions({"four": 6})
    client = consumer._client

    def knows() -> bool:
        client.topics()
        return len(client.partitions_for_topic("four") or ()) == 6

    wait_until(knows, "the client knows of the added partitions")
    found = consumer.poll(30, 0.0)
    consumer.commit(done)
    while found:
        consumer.commit(found)
        done += found
        found = consumer.poll(30, 0.0)

    assert sorted(numbers(done)) == list(range(100))
    assert bus.lag("four", "g") == 0


def test_transactions_are_seen_when_they_are_committed(
    kafka: KafkaServer, opened: ExitStack
) -> None:
    bus = open_bus(opened, kafka, QUICK)
    consumer = opened.enter_context(closing(bus.consumer("one", "g")))
    writer = opened.enter_context(
        closing(
            KafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id="writer")
        )
    )
    writer.init_transactions()

    writer.begin_transaction()
    writer.send("one", key=b"k", value=b"0").get(60)
    assert consumer.poll(10, 0) == []
    writer.commit_transaction()
    writer.begin_transaction()
    writer.send("one", key=b"k", value=b"1").get(60)
    writer.abort_transaction()
    found = gathered(consumer, 1)
    consumer.commit(found)

    assert numbers(found) == [0]
    assert consumer.poll(10, 0) == []
    # Marks of transactions are no records that wait.
    assert bus.lag("one", "g") == 0
    assert numbers(bus.newest("one", 10)) == [0]


def test_members_that_come_and_go_do_each_record_once(
    kafka: KafkaServer, opened: ExitStack
) -> None:
    bus = open_bus(opened, kafka, QUICK)
    bus.publish("four", messages(600))
    done: list[int] = []
    lock = threading.Lock()

    def work(name: str, batches: int) -> None:
        with closing(KafkaBus(kafka.url, times=QUICK)) as own:
            worker = own.consumer("four", "g", member=name)
            for _ in range(batches):
                records = worker.poll(7, 0.1)
                worker.commit(records)
                with lock:
                    done.extend(numbers(records))
                if own.lag("four", "g") == 0:
                    break
            worker.close()

    threads = [
        threading.Thread(target=work, args=("a", 1000)),
        threading.Thread(target=work, args=("b", 5)),
        threading.Thread(target=work, args=("c", 1000)),
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: not any(t.is_alive() for t in threads), "all have ended")

    assert bus.lag("four", "g") == 0
    assert sorted(done) == list(range(600))
