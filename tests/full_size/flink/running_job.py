"""The job's own program as a process, as its users run it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tradestream.local.full_size.flink_server import FlinkServer
from tradestream.testing.servers import REPOSITORY

STOP_SECONDS = 180
WITHIN_SECONDS = 300.0
_STEP_SECONDS = 0.25


def eventually(reached: Callable[[], bool], what: str) -> None:
    """Wait for something that must come about, on a busy machine too."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(_STEP_SECONDS)


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that runs, and the program that watches over it."""

    flink: FlinkServer
    process: "subprocess.Popen[str]"
    log: Path

    def is_running(self) -> bool:
        """Whether all its operators run."""
        if self.process.poll() is not None:
            raise AssertionError(f"the job ended: {self.log.read_text()[-2000:]}")
        return any(
            job["state"] == "RUNNING"
            and job["tasks"]["running"] == job["tasks"]["total"]
            for job in self.flink.get("/jobs/overview")["jobs"]
        )

    def stop(self) -> str:
        """Ask it to stop, as any room; return what it said in the end."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOP_SECONDS) == 0, self.log.read_text()[-2000:]
        return self.log.read_text().splitlines()[-1]


@contextmanager
def running_job(
    flink: FlinkServer, log: Path, flags: Mapping[str, object]
) -> Iterator[RunningJob]:
    """Submit the job and wait until it runs; end its program afterwards."""
    given = {"jobmanager": flink.jobmanager, "connector": flink.connector, **flags}
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                str(flink.python),
                "-m",
                "services.strategy_discovery.flink.main",
                *(f"--{name}={value}" for name, value in given.items()),
            ],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    job = RunningJob(flink, process, log)
    try:
        eventually(job.is_running, "the job runs")
        yield job
    finally:
        process.kill()
        process.wait()
