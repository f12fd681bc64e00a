"""What a checkpoint knows of the topic, against what its group committed."""

import struct
from pathlib import Path

import pytest

from services.strategy_discovery.flink.known_offsets import (
    offsets_in,
    require_not_behind,
)
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.errors import ConfigurationError


def split(partition: int, offset: int, topic: str = DISCOVERY_REQUESTS) -> bytes:
    """Return a partition as the connector writes it."""
    name = topic.encode()
    place = struct.pack(">iqq", partition, offset, -(2**63))
    return b"\0\0\0\x31" + struct.pack(">H", len(name)) + name + place


METADATA = b"".join(
    [
        b"\x49\x96\x02\xd2",
        split(0, -3),  # as the enumerator knows it: where the group is
        split(1, -3),
        split(0, 302),
        split(1, 4),
        split(2, 9, f"{DISCOVERY_REQUESTS}.dlq"),
        split(3, 9)[:-8],  # cut off
    ]
)


def test_the_next_offset_of_each_partition_is_found() -> None:
    assert offsets_in(METADATA) == {0: 302, 1: 4}
    assert offsets_in(b"") == {}


def test_a_group_that_went_on_without_the_job_is_told(tmp_path: Path) -> None:
    path = tmp_path / "_metadata"
    path.write_bytes(METADATA)

    require_not_behind(path, {}, "it")
    require_not_behind(path, {0: 302, 1: 3, 2: 70}, "it")
    with pytest.raises(ConfigurationError, match=r"partition 1 at 4, the group at 5"):
        require_not_behind(path, {0: 302, 1: 5}, "it")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="readable"):
        require_not_behind(tmp_path / "none", {}, "it")
