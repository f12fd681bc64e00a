"""Topics of the bus, made as declared in the same step as the tables."""

from urllib.parse import urlsplit

from tradestream.bus.kafka_url import SCHEME
from tradestream.bus.security import BusSecurity


def apply_declared(
    url: str | None, security: BusSecurity, replication: int | None
) -> list[str]:
    """Make the topics of Kafka as declared; return the names of those changed.

    Redis makes its streams when they are used, so there is nothing to do.

    Raises:
        UnavailableError: If no broker answers.
        ConfigurationError: If there are too few brokers, or they refuse.
    """
    if url is None or urlsplit(url).scheme != SCHEME:
        return []
    # Imported late: most installations of the small size have no Kafka.
    from tradestream.bus.declared_topics import read_declared
    from tradestream.bus.kafka_topics import apply_topics

    done = apply_topics(url, security, read_declared(), replication=replication)
    return [change.topic.name for change in done if change.what]
