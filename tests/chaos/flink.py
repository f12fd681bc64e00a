"""Discovery on Flink, whose TaskManager dies in the middle of a run.

Flink is nobody's room here: the job runs instead of plain workers. So it gets a
world of its own, the one of its test, and is compared there with plain workers.
"""

import subprocess
import sys
import time

from tests.chaos.failpoints import REPOSITORY

SCENARIO = (
    "tests/full_size/flink/core_test.py"
    "::test_a_killed_taskmanager_loses_and_doubles_nothing"
)
SECONDS = 1500.0
_LAST_WORDS = 3_000


def survives_a_killed_taskmanager(scenario: str = SCENARIO) -> bool:
    """Run the scenario, print one line; return whether nothing was lost or doubled.

    What it said is printed when it failed.
    """
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    try:
        finished = subprocess.run(
            [*command, scenario],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"flink: taskmanager killed, not done after {SECONDS:.0f} s", flush=True)
        return False
    seconds = time.monotonic() - begun
    if finished.returncode == 0:
        print(
            f"flink: taskmanager killed once in {seconds:.0f} s: 0 lost, 0 doubled",
            flush=True,
        )
        return True
    print((finished.stdout + finished.stderr)[-_LAST_WORDS:])
    print(f"flink: taskmanager killed, and the run failed in {seconds:.0f} s")
    return False
