"""Kill rooms and servers of the main line at random, then compare the end state.

A run that is never killed and a run that is killed again and again stand on the
same held clock and the same markets; afterwards both must have left the same
rows, messages, and watermarks: 0 lost, 0 doubled, 0 stuck. Every commit window
of every room (`failpoint` in the code) is hit at least once. At the full size, the
TaskManager of discovery on Flink is killed, too, in a world of its own.

Exit status: 0 the same, 1 a difference, a commit window that was not reached, or
fewer kills than asked for.
"""

import logging
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from absl import app, flags

from tests.chaos.failpoints import commit_windows
from tests.chaos.flink import survives_a_killed_taskmanager
from tests.chaos.main_line import STAGES
from tests.chaos.run import KillPlan, run_calmly, run_killed
from tests.chaos.stack import chaos_stack
from tests.chaos.state import compare, end_state
from tests.chaos.table import print_coverage, print_difference, print_kills

_KILLS = flags.DEFINE_integer("kills", 60, "How many SIGKILLs.", lower_bound=1)
_SIZE = flags.DEFINE_enum(
    "size", "small", ["small", "full"], "What the rooms stand on."
)
_SEED = flags.DEFINE_integer("seed", 1, "Seed of when and whom to kill.")
_NOW = flags.DEFINE_string(
    "now", "2026-11-20T12:07:00+00:00", "Time at which the clock is held."
)


def main(argv: Sequence[str]) -> int:
    """Run the main line twice and compare."""
    del argv
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # brokers are to die
    now = datetime.fromisoformat(_NOW.value).astimezone(UTC)
    begun = time.monotonic()
    with chaos_stack(now, _SIZE.value) as stack:
        print("never killed:", flush=True)
        calm = run_calmly(stack, STAGES)
        wanted = end_state(stack)
    plan = KillPlan(_KILLS.value, _SEED.value, commit_windows(), calm)
    with chaos_stack(now, _SIZE.value) as stack:
        print(f"killed (seed {_SEED.value}):", flush=True)
        coverage = run_killed(stack, STAGES, plan)
        found = end_state(stack)
    difference = compare(found, wanted)
    reached = print_coverage(coverage, plan)
    print_difference(difference, found, wanted, coverage, time.monotonic() - begun)
    good = print_kills(coverage, plan) and reached and not difference
    if _SIZE.value == "full":
        good = survives_a_killed_taskmanager() and good
    return 0 if good else 1


if __name__ == "__main__":
    app.run(lambda argv: sys.exit(main(argv)))
