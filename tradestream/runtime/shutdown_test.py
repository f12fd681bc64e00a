"""Stopping politely, and dying where chaos asks for it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

WAITS = """
import os, signal
from tradestream.runtime.shutdown import Shutdown
shutdown = Shutdown()
assert not shutdown.requested
assert not shutdown.wait(0.01)
os.kill(os.getpid(), signal.{name})
assert shutdown.wait(10)
print("finished the batch")
"""

IMPATIENT = """
import os, signal
from tradestream.runtime.shutdown import Shutdown
shutdown = Shutdown()
os.kill(os.getpid(), signal.SIGTERM)
os.kill(os.getpid(), signal.SIGTERM)
print("never printed")
"""

PASSES = """
from tradestream.runtime.failpoints import failpoint
for number in range(5):
    print(number, flush=True)
    failpoint("room.written")
"""


def run(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_sigterm_and_sigint_ask_and_do_not_interrupt() -> None:
    for name in ("SIGTERM", "SIGINT"):
        finished = run(WAITS.format(name=name))

        assert (finished.returncode, finished.stdout) == (0, "finished the batch\n")


def test_a_second_signal_ends_the_process() -> None:
    finished = run(IMPATIENT)

    assert (finished.returncode, finished.stdout) == (-signal.SIGTERM, "")


def test_a_failpoint_does_nothing_unless_named() -> None:
    assert run(PASSES).returncode == 0
    assert run(PASSES, TRADESTREAM_FAILPOINT="room.other").returncode == 0


def test_a_named_failpoint_kills() -> None:
    finished = run(PASSES, TRADESTREAM_FAILPOINT="room.written")

    assert (finished.returncode, finished.stdout) == (-signal.SIGKILL, "0\n")


def test_a_failpoint_can_wait_for_a_later_pass() -> None:
    finished = run(PASSES, TRADESTREAM_FAILPOINT="room.written:3")

    assert (finished.returncode, finished.stdout) == (-signal.SIGKILL, "0\n1\n2\n")
