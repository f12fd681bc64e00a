"""From declared topics and those of a cluster to what has to be done.

Nothing is ever deleted or lowered: what a cluster has more of stays, and is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tradestream.bus.declared_topics import DeclaredTopic
from tradestream.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ActualTopic:
    """One topic as a cluster has it.

    Attributes:
        partitions: How many.
        replication: On how many brokers each is.
        settings: By the names of the broker.
    """

    partitions: int
    replication: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be done to one topic; nothing when all is empty.

    Attributes:
        topic: What is declared.
        create: Whether it is missing.
        replication: Of the topic, made or to be made.
        partitions: How many it is to have, None when it has them.
        settings: To be set anew.
        notes: What stays other than declared, or was altered, for people.
    """

    topic: DeclaredTopic
    replication: int
    create: bool = False
    partitions: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def what(self) -> str:
        """`create`, `alter`, or nothing."""
        if self.create:
            return "create"
        return "alter" if self.partitions or self.settings else ""


def changes(
    declared: Sequence[DeclaredTopic],
    actual: Mapping[str, ActualTopic],
    *,
    brokers: int,
    replication: int | None,
) -> list[Change]:
    """Return what has to be done to each declared topic, in their order.

    Args:
        declared: What is to be.
        actual: What is, by name.
        brokers: How many brokers run.
        replication: Of topics that are made, instead of the declared.

    Raises:
        ConfigurationError: If a topic is to be made on more brokers than run.
    """
    found = [_change(topic, actual.get(topic.name), replication) for topic in declared]
    wanted = max((c.replication for c in found if c.create), default=0)
    if wanted > brokers:
        raise ConfigurationError(
            f"{wanted} brokers are required by replication {wanted}, was {brokers}; "
            "--replication=1 is for a single broker, that keeps no second copy"
        )
    return found


def _change(
    topic: DeclaredTopic, actual: ActualTopic | None, replication: int | None
) -> Change:
    copies = replication or topic.replication
    if actual is None:
        settings = topic.settings(copies)
        return Change(topic, copies, create=True, settings=settings)
    # What counts for an existing topic is how many replicas it has.
    wanted = topic.settings(actual.replication)
    settings = {
        name: value
        for name, value in wanted.items()
        if actual.settings.get(name) != value
    }
    notes = [
        f"{name} {actual.settings.get(name)} → {value}"
        for name, value in settings.items()
    ]
    partitions = topic.partitions if topic.partitions > actual.partitions else None
    if partitions:
        notes.append(f"partitions {actual.partitions} → {partitions}")
    elif actual.partitions > topic.partitions:
        notes.append(f"{topic.partitions} partitions declared, more stay")
    if actual.replication != copies:
        notes.append(f"replication {copies} declared, {actual.replication} stays")
    return Change(
        topic,
        actual.replication,
        partitions=partitions,
        settings=settings,
        notes=notes,
    )
