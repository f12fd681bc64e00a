"""A file of topics is understood, or the key that is not is named."""

from pathlib import Path

import pytest

from tradestream.bus.declared_topics import read_declared
from tradestream.errors import ConfigurationError

GOOD = {
    "partitions": "3",
    "replication": "3",
    "min_insync_replicas": "2",
    "retention": "1d",
    "cleanup": "delete",
    "max_message_bytes": "1048576",
}


def write(folder: Path, text: str) -> Path:
    path = folder / "topics.yaml"
    path.write_text(text)
    return path


def topic(name: str = "a", **changes: str | None) -> str:
    """Return a file with one topic; None leaves a key out."""
    settings = {k: v for k, v in (GOOD | changes).items() if v is not None}
    lines = "".join(f"    {key}: {value}\n" for key, value in settings.items())
    return f"topics:\n  {name}:\n{lines}"


def test_understands_what_it_takes(tmp_path: Path) -> None:
    (found,) = read_declared(
        write(tmp_path, topic(retention="forever", message="[a.B]", key="symbol"))
    )

    assert (found.name, found.partitions, found.retention_ms) == ("a", 3, -1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a map with the key topics, that is a map is required, was NoneType"),
        ("- a\n", "a map with the key topics, that is a map is required, was list"),
        ("topics: [a]\n", "a map with the key topics, that is a map is required"),
        ("topic: {}\n", "that is a map is required, was ['topic']"),
        ("topics:\n  a: [\n", "YAML is required, was line 3: "),
        ("topics:\n  a: 3\n", "topic a: a map of settings is required, was 3"),
        ("topics:\n  a: [1]\n", "topic a: a map of settings is required, was [1]"),
        (topic("1"), "topic 1: a name of letters"),
        (topic("a b"), "topic a b: a name of letters"),
        (topic(partitions=None), "topic a: the key partitions is required"),
        (topic(partition="3"), "topic a: no key but cleanup, key, max_message_bytes"),
        (topic(partitions="x"), "topic a: partitions: a whole number of at least 1"),
        (topic(partitions="-1"), "partitions: a whole number of at least 1 is"),
        (topic(partitions="1.5"), "is required, was 1.5"),
        (topic(replication="true"), "topic a: replication: a whole number"),
        (topic(min_insync_replicas="0"), "min_insync_replicas: a whole number"),
        (topic(max_message_bytes="1MB"), "max_message_bytes: a whole number"),
        (topic(retention="3w"), "topic a: retention: a duration such as 3d, or"),
        (topic(retention="3"), "topic a: retention: a duration such as 3d, or"),
        (topic(cleanup="both"), "topic a: cleanup: delete or compact is required"),
    ],
)
def test_names_file_topic_and_key(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(ConfigurationError) as refused:
        read_declared(path)

    assert str(refused.value).startswith(f"declared topics: {path}")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no: a file that can be read"):
        read_declared(tmp_path / "no")
