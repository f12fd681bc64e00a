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
ENDING_SECONDS = 120.0
"""How long the program may take to stop its servers when it is asked to end."""

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
    kills: int,
    seed: int,
    program: Sequence[str] = ("-m", PROGRAM),
    seconds_a_kill: float = SECONDS_A_KILL,
) -> FlinkEnd:
    """Run the job under that many kills of its TaskManager, and compare.

    Args:
        kills: How often the TaskManager is killed.
        seed: Of when.
        program: Arguments of Python: what to run.
        seconds_a_kill: How long it may take.

    Raises:
        FlinkError: With its last words, if the program failed or did not end.
    """
    command = [sys.executable, *program, f"--kills={kills}", f"--seed={seed}"]
    status, output, log = _run(command, seconds_a_kill * (kills + 2))
    if status != 0:
        words = (output + log)[-_LAST_WORDS:]
        raise FlinkError(f"flink: the run failed:\n{words}")
    found = json.loads(output.splitlines()[-1])
    difference = Difference(tuple(found["lost"]), tuple(found["doubled"]), ())
    return FlinkEnd(found["kills"], found["compared"], difference)


def _run(command: Sequence[str], seconds: float) -> tuple[int, str, str]:
    """Return status, output, and log of a program that has servers of its own."""
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            output, log = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            words = _ended(process)
            raise FlinkError(
                f"flink: not done after {seconds:.0f} s:\n{words}"
            ) from error
        except BaseException:  # nobody waits for it any more
            _ended(process)
            raise
    return process.returncode, output, log


def _ended(process: "subprocess.Popen[str]") -> str:
    """End a program so that it can stop its servers; return its last words."""
    process.terminate()
    try:
        output, log = process.communicate(timeout=ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return (
            f"it did not end within {ENDING_SECONDS:.0f} s; its servers may still run"
        )
    return (output + log)[-_LAST_WORDS:]
