"""One cluster at a time on a machine."""

import fcntl
from pathlib import Path

import pytest

from tools.full_size.kubernetes.local_cluster import only_cluster
from tradestream.errors import UnavailableError


def test_another_cluster_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    with lock.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with (
            pytest.raises(UnavailableError, match="another cluster runs"),
            only_cluster(tmp_path / "mine", lock, seconds=0.0),
        ):
            pass

    assert lock.read_text() == ""


def test_a_cluster_is_remembered_while_it_runs(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    with only_cluster(tmp_path / "mine", lock, seconds=0.0):
        assert lock.read_text() == str(tmp_path / "mine")

    assert lock.read_text() == ""
