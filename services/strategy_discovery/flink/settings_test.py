"""Where tries are counted."""

from pathlib import Path

import pytest

from services.strategy_discovery.flink.settings import tries_folder
from tradestream.errors import ConfigurationError

HERE = (None, "localhost:8081", "127.0.0.1:8081")


@pytest.mark.parametrize("jobmanager", HERE)
def test_a_job_on_this_machine_counts_in_a_folder_of_its_bus(
    jobmanager: str | None,
) -> None:
    one = tries_folder(None, "kafka://a:9092", jobmanager, detached=False)
    other = tries_folder(None, "kafka://b:9092", jobmanager, detached=False)

    assert one.parent == other.parent
    assert one != other


@pytest.mark.parametrize(
    ("jobmanager", "detached"), [("flink-rest:8081", False), (None, True)]
)
def test_a_job_elsewhere_is_told_where_to_count(
    tmp_path: Path, jobmanager: str | None, *, detached: bool
) -> None:
    with pytest.raises(ConfigurationError, match="--tries_dir: a folder that all"):
        tries_folder(None, "kafka://a:9092", jobmanager, detached=detached)
    named = tries_folder(str(tmp_path), None, jobmanager, detached=detached)

    assert named == tmp_path
