"""Discovery on Flink, whose TaskManager dies in the middle of a run.

Flink is nobody's room here: the job runs instead of plain workers. So it gets a
world of its own, in a program of its own, and is compared there with plain workers.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.failpoints import REPOSITORY
from tests.chaos.state import Difference
from tradestream.errors import TradeStreamError

PROGRAM = "tests.full_size.flink.killed"
SECONDS_A_KILL = 300.0
"""At most, on a busy machine; as many more to start and to compare."""

_LAST_WORDS = 3_000


class FlinkError(TradeStreamError):
    """Raised when the run on Flink came to no end that could be compared."""


@dataclass(frozen=True, slots=True)
class FlinkEnd:
    """What came of the run on Flink.

    Attributes:
        kills: How often a TaskManager was killed.
        compared: How many messages the workers wrote, and Flink should have.
        difference: What is missing, and what is there too often.
    """

    kills: int
    compared: int
    difference: Difference


def kill_taskmanagers(
    kills: int, seed: int, program: Sequence[str] = ("-m", PROGRAM)
) -> FlinkEnd:
    """Run the job under that many kills of its TaskManager, and compare.

    Raises:
        FlinkError: With its last words, if the program failed or did not end.
    """
    command = [sys.executable, *program, f"--kills={kills}", f"--seed={seed}"]
    try:
        finished = subprocess.run(
            command,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=SECONDS_A_KILL * (kills + 2),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FlinkError(f"flink: not done after {error.timeout:.0f} s") from error
    if finished.returncode != 0:
        words = (finished.stdout + finished.stderr)[-_LAST_WORDS:]
        raise FlinkError(f"flink: the run failed:\n{words}")
    found = json.loads(finished.stdout.splitlines()[-1])
    difference = Difference(tuple(found["lost"]), tuple(found["doubled"]), ())
    return FlinkEnd(found["kills"], found["compared"], difference)
