"""Which offsets a checkpoint goes on from, against those of the group. Pure.

A job goes on from the offsets in its checkpoint, whatever its group committed since.
Where workers of the group went on meanwhile, it would answer again what they answered.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.errors import ConfigurationError

_NAME = DISCOVERY_REQUESTS.encode()
# As KafkaPartitionSplitSerializer of the connector writes a partition: its topic, its
# number, the next offset, and where to stop, which is nowhere.
_TOPIC = struct.pack(">H", len(_NAME)) + _NAME
_REST = struct.Struct(">iqq")
_NOWHERE = -(2**63)


def offsets_in(metadata: bytes) -> dict[int, int]:
    """Return the next offset of each partition that a checkpoint's metadata names.

    A partition of which nothing was read yet is not among them: it goes on where the
    group is. None are found where the state lies in files of its own.
    """
    found: dict[int, int] = {}
    at = metadata.find(_TOPIC)
    while at >= 0:
        at += len(_TOPIC)
        if at + _REST.size <= len(metadata):
            partition, offset, stop = _REST.unpack_from(metadata, at)
            if stop == _NOWHERE and offset >= 0:
                found[partition] = max(offset, found.get(partition, 0))
        at = metadata.find(_TOPIC, at)
    return found


def require_not_behind(
    metadata: Path, committed: Mapping[int, int], resume: str
) -> None:
    """Compare a checkpoint with what the group committed.

    Args:
        metadata: Its file.
        committed: The group's offset of each partition.
        resume: What it is called.

    Raises:
        ConfigurationError: If the group is beyond it, or it cannot be read.
    """
    try:
        known = offsets_in(metadata.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"--resume: a readable checkpoint is required, was {resume}: "
            f"{error.strerror}"
        ) from error
    for partition, offset in sorted(known.items()):
        beyond = committed.get(partition, 0)
        if beyond > offset:
            raise ConfigurationError(
                f"--resume: a checkpoint at least as new as the group is required, "
                f"was {resume} with partition {partition} at {offset}, the group at "
                f"{beyond}: others answered meanwhile, begin with --resume=none"
            )
