"""The statements that declare the topics."""

from services.strategy_discovery.flink.settings import Kafka
from services.strategy_discovery.flink.tables import (
    SINKS,
    sink_table,
    source_table,
)
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)

KAFKA = Kafka("a:9092,b:9092", properties={"sasl.jaas.config": "password='x';"})


def test_requests_are_read_with_headers_and_place_from_the_groups_offsets() -> None:
    text = source_table(KAFKA)

    assert "`headers` MAP<STRING, BYTES> METADATA" in text
    assert "`offset` BIGINT METADATA VIRTUAL" in text
    assert f"'topic' = '{DISCOVERY_REQUESTS}'" in text
    assert "'properties.group.id' = 'strategy_discovery'" in text
    assert "'scan.startup.mode' = 'group-offsets'" in text
    assert "'properties.auto.offset.reset' = 'earliest'" in text


def test_results_and_dead_letters_are_written_exactly_once() -> None:
    texts = [sink_table(KAFKA, sink) for sink in SINKS]

    topics = (DISCOVERED_STRATEGIES, dead_letters(DISCOVERY_REQUESTS))
    for text, topic in zip(texts, topics, strict=True):
        assert f"'topic' = '{topic}'" in text
        assert "'sink.delivery-guarantee' = 'exactly-once'" in text
        assert "'properties.transaction.timeout.ms' = '900000'" in text
    prefixes = {text.split("id-prefix' = ")[1].split("\n")[0] for text in texts}
    assert len(prefixes) == 2


def test_quotes_cannot_end_a_value() -> None:
    text = source_table(KAFKA)

    assert "'properties.sasl.jaas.config' = 'password=''x'';'" in text
