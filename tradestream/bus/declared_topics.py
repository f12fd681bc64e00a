"""What `platform/kafka/topics.yaml` declares."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from tradestream.errors import ConfigurationError
from tradestream.runtime.durations import parse_duration

FILE = Path(__file__).parents[2] / "platform" / "kafka" / "topics.yaml"
_TOPICS = "topics"
_FOREVER = "forever"
_CLEANUPS = ("delete", "compact")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
_NUMBERS = ("partitions", "replication", "min_insync_replicas", "max_message_bytes")
_REQUIRED = frozenset({*_NUMBERS, "retention", "cleanup"})
_FOR_PEOPLE = frozenset({"message", "key"})
"""What a topic carries: rooms know that themselves."""


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
        ConfigurationError: If the file or a topic in it cannot be understood; says
            which key of which topic.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise _refused(path, "a file that can be read", error.strerror) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise _refused(path, "YAML", _where_it_breaks(error)) from error
    names = content if isinstance(content, dict) else {}
    if not isinstance(names.get(_TOPICS), dict):
        found = type(content).__name__ if content is not names else sorted(names)
        raise _refused(path, f"a map with the key {_TOPICS}, that is a map", found)
    topics = names[_TOPICS]
    return [_declared(path, name, topics[name]) for name in sorted(topics, key=str)]


def _declared(path: Path, name: object, settings: object) -> DeclaredTopic:
    where = f"{path}: topic {name}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _refused(where, "a name of letters, digits, dots, and dashes", name)
    if not isinstance(settings, dict):
        raise _refused(where, "a map of settings", settings)
    missing = sorted(_REQUIRED - settings.keys())
    unknown = sorted(map(str, settings.keys() - _REQUIRED - _FOR_PEOPLE))
    if missing:
        raise _refused(where, f"the key {missing[0]}", "missing")
    if unknown:
        wanted = ", ".join(sorted(_REQUIRED | _FOR_PEOPLE))
        raise _refused(where, f"no key but {wanted}", unknown[0])
    numbers = {key: _whole(f"{where}: {key}", settings[key]) for key in _NUMBERS}
    if settings["cleanup"] not in _CLEANUPS:
        found, wanted = settings["cleanup"], " or ".join(_CLEANUPS)
        raise _refused(f"{where}: cleanup", wanted, found)
    kept = _milliseconds(f"{where}: retention", settings["retention"])
    return DeclaredTopic(
        name=name, retention_ms=kept, cleanup=settings["cleanup"], **numbers
    )


def _whole(where: str, found: object) -> int:
    # True is a whole number to Python.
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise _refused(where, "a whole number of at least 1", found)
    return found


def _milliseconds(where: str, found: object) -> int:
    if found == _FOREVER:
        return -1
    try:
        if not isinstance(found, str):
            raise ValueError("no text")
        return round(parse_duration(found).total_seconds() * 1000)
    except ValueError as error:
        raise _refused(where, f"a duration such as 3d, or {_FOREVER}", found) from error


def _where_it_breaks(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())


def _refused(where: object, wanted: str, found: object) -> ConfigurationError:
    return ConfigurationError(
        f"declared topics: {where}: {wanted} is required, was {found}"
    )
