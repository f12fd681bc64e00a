"""Three brokers, one of them killed in the middle: nothing lost, nothing doubled."""

import threading
from collections import Counter
from contextlib import closing

from tests.full_size.kafka_world import make, topics, wait_until
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.bus_contract import gathered, messages

MESSAGES = 30_000
BATCH = 500
TOPIC = "failover"


def test_the_loss_of_a_broker_loses_and_doubles_nothing(
    whole_cluster: KafkaServer,
) -> None:
    make(whole_cluster, {TOPIC: 6}, replication=3).close()
    published, consumed = [0], Counter[int]()

    def publish() -> None:
        with closing(KafkaBus(whole_cluster.url)) as bus:
            for first in range(0, MESSAGES, BATCH):
                bus.publish(
                    TOPIC,
                    [
                        Message(f"S{n % 40}-USD", str(n).encode(), {"type": "t"})
                        for n in range(first, first + BATCH)
                    ],
                )
                published[0] = first + BATCH

    def consume(member: str) -> None:
        with (
            closing(KafkaBus(whole_cluster.url)) as bus,
            closing(bus.consumer(TOPIC, "g", member=member)) as consumer,
        ):
            while published[0] < MESSAGES or bus.lag(TOPIC, "g") > 0:
                records = consumer.poll(200, 0.2)
                # The effect comes before the commit, as in every room.
                consumed.update(int(r.message.value) for r in records)
                consumer.commit(records)

    threads = [
        threading.Thread(target=publish),
        threading.Thread(target=consume, args=("a",)),
        threading.Thread(target=consume, args=("b",)),
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: published[0] > MESSAGES / 5, "a fifth is published")
    whole_cluster.kill(1)
    wait_until(lambda: published[0] > MESSAGES / 2, "it goes on without one")
    whole_cluster.start_node(1)
    wait_until(lambda: not any(t.is_alive() for t in threads), "all is consumed")

    with closing(KafkaBus(whole_cluster.url)) as bus:
        log = Counter(int(r.message.value) for r in bus.newest(TOPIC, 2 * MESSAGES))
    assert log == Counter(range(MESSAGES))
    assert set(consumed) == set(range(MESSAGES))


def test_a_group_is_known_when_the_broker_that_kept_it_has_died(
    whole_cluster: KafkaServer,
) -> None:
    with (
        topics(whole_cluster, {"kept": 1}, replication=3),
        closing(KafkaBus(whole_cluster.url)) as bus,
    ):
        bus.publish("kept", messages(2))
        with closing(bus.consumer("kept", "k")) as consumer:
            consumer.commit(gathered(consumer, 1, at_most=1))
        before = bus.lag("kept", "k")

        whole_cluster.kill(coordinator(bus, "k"))

        assert before == 1
        assert bus.lag("kept", "k") == 1


def coordinator(bus: KafkaBus, group: str) -> int:
    """Return the number of the broker that was last asked about a group."""
    return int(bus._offsets.client._manager.cluster.get_coordinator(group))
