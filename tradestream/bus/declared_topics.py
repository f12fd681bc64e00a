"""What `platform/kafka/topics.yaml` declares."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tradestream.errors import ConfigurationError
from tradestream.runtime.durations import parse_duration

FILE = Path(__file__).parents[2] / "platform" / "kafka" / "topics.yaml"
_FOREVER = "forever"


@dataclass(frozen=True, slots=True)
class DeclaredTopic:
    """One topic as it is to be.

    Attributes:
        name: Its name.
        partitions: How many, at least.
        replication: On how many brokers each is.
        min_insync_replicas: How many of those must have a message.
        retention_ms: How long messages are kept; -1 for ever.
        cleanup: `delete` or `compact`.
        max_message_bytes: Of the largest batch of messages.
    """

    name: str
    partitions: int
    replication: int
    min_insync_replicas: int
    retention_ms: int
    cleanup: str
    max_message_bytes: int

    def settings(self, replication: int) -> dict[str, str]:
        """Return the settings of a broker for a topic of `replication` replicas."""
        # One replica fewer than there are: the loss of a broker stops nobody.
        in_sync = min(self.min_insync_replicas, max(1, replication - 1))
        return {
            "cleanup.policy": self.cleanup,
            "max.message.bytes": str(self.max_message_bytes),
            "min.insync.replicas": str(in_sync),
            "retention.ms": str(self.retention_ms),
        }


def read_declared(path: Path = FILE) -> list[DeclaredTopic]:
    """Return the topics of a file, by name.

    Raises:
        ConfigurationError: If the file or a topic in it cannot be understood.
    """
    try:
        topics = yaml.safe_load(path.read_text("utf-8"))["topics"]
        return [_declared(name, topics[name]) for name in sorted(topics)]
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ConfigurationError(
            f"declared topics are required in {path}: {reason}"
        ) from error


def _declared(name: str, settings: dict[str, Any]) -> DeclaredTopic:
    kept = settings["retention"]
    return DeclaredTopic(
        name=name,
        partitions=int(settings["partitions"]),
        replication=int(settings["replication"]),
        min_insync_replicas=int(settings["min_insync_replicas"]),
        retention_ms=-1
        if kept == _FOREVER
        else round(parse_duration(kept).total_seconds() * 1000),
        cleanup=str(settings["cleanup"]),
        max_message_bytes=int(settings["max_message_bytes"]),
    )
