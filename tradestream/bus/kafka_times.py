"""How long the Kafka adapter waits for what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KafkaTimes:
    """Bounds of patience, in seconds.

    Attributes:
        connect: For the first answer of any broker.
        retry: For a request while brokers come and go; then UnavailableError.
        join: For a poll to become a member of its group; an empty poll then.
        session: Silence after which a member counts as dead. Heartbeats do not
            stop while a batch is worked on; a name that comes back within it
            has its records again at once.
        max_poll: Time between two polls after which a member counts as stuck,
            however alive its process is; longer than any batch takes.
    """

    connect: float = 5.0
    retry: float = 30.0
    join: float = 10.0
    session: float = 45.0
    max_poll: float = 1800.0
