"""What a job goes on from."""

import os
from pathlib import Path

import pytest

from services.strategy_discovery.flink.resuming import (
    as_url,
    metadata_of,
    resume_from,
    savepoints,
)
from tradestream.errors import ConfigurationError


def whole(folder: Path, seconds: int) -> Path:
    folder.mkdir(parents=True)
    metadata = folder / "_metadata"
    metadata.touch()
    os.utime(metadata, (seconds, seconds))
    return folder


def test_the_newest_whole_checkpoint_or_savepoint_is_the_latest(
    tmp_path: Path,
) -> None:
    whole(tmp_path / "0a1b" / "chk-9", 100)
    newest = whole(tmp_path / "savepoints" / "savepoint-0a1b-1", 300)
    whole(tmp_path / "2c3d" / "chk-1", 200)
    (tmp_path / "2c3d" / "chk-2").mkdir()

    assert resume_from("latest", str(tmp_path)) == newest.as_uri()
    assert resume_from("none", str(tmp_path)) is None


def test_without_any_a_job_begins_at_the_groups_offsets(tmp_path: Path) -> None:
    assert resume_from("latest", str(tmp_path / "new")) is None


def test_a_named_one_must_be_whole(tmp_path: Path) -> None:
    named = whole(tmp_path / "savepoint-1", 1)

    assert resume_from(str(named), "s3://flink") == named.as_uri()
    with pytest.raises(ConfigurationError, match="whole checkpoint"):
        resume_from(str(tmp_path), "s3://flink")


def test_the_latest_cannot_be_looked_for_far_away() -> None:
    assert resume_from("s3://flink/savepoint-1", "s3://flink") == (
        "s3://flink/savepoint-1"
    )
    with pytest.raises(ConfigurationError, match="--resume"):
        resume_from("latest", "s3://flink")


def test_folders_are_named_as_urls(tmp_path: Path) -> None:
    assert as_url(str(tmp_path)) == tmp_path.as_uri()
    assert savepoints("s3://flink/discovery/") == "s3://flink/discovery/savepoints"


def test_only_what_lies_here_can_be_looked_into(tmp_path: Path) -> None:
    assert metadata_of(tmp_path.as_uri()) == tmp_path / "_metadata"
    assert metadata_of("s3://flink/savepoint-1") is None
