"""What a cluster leaves behind when it is stopped: nothing."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradestream.local.full_size.flink_server import FlinkServer


@contextmanager
def orphan(folder: Path, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run something of the cluster on a folder, whose TaskManager is gone."""
    process = subprocess.Popen(
        ["bash", "-c", f"exec -a {name} sleep 600"],
        env={"FLINK_CONF_DIR": str(folder / "conf")},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_python_workers_that_outlive_their_taskmanager_are_ended(
    tmp_path: Path,
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with (
        orphan(ours, "pyflink-udf-runner.sh") as script,
        orphan(ours, "beam_boot") as worker,
        orphan(ours, "our_client") as client,
        orphan(theirs, "beam_boot") as other,
    ):
        _until_named(script, worker, client, other)

        FlinkServer(ours).stop()

        assert script.wait(10) == worker.wait(10) == -signal.SIGKILL
        assert client.poll() is None
        assert other.poll() is None


def _until_named(*processes: "subprocess.Popen[bytes]") -> None:
    """Wait until each has become what it is to be."""
    for process in processes:
        command = Path(f"/proc/{process.pid}/cmdline")
        while b"sleep" in command.read_bytes() and b"exec" in command.read_bytes():
            pass
