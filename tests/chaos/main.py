"""Kill rooms and servers of the main line, then compare the end state.

A run that is never killed and a run that is killed again and again stand on the
same held clock and the same markets; afterwards both must have left the same
rows, messages, and watermarks: 0 lost, 0 doubled, 0 stuck. Half of the kills hit
commit windows (`failpoint` in the code): from 60 kills on each at least once, with
fewer kills those that the seed chooses. The others hit rooms and every kind of server
at random moments. At the full size, the TaskManager of discovery on Flink is killed,
too, in a world of its own.

Exit status: 0 the same, 1 a difference, fewer kills than asked for, a chosen window
that was not hit, no end on Flink, or, from 60 kills on, a kind of target that was
never killed.
"""

import logging
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from absl import app, flags

from tests.chaos.coverage import TASKMANAGER, KillPlan
from tests.chaos.failpoints import commit_windows
from tests.chaos.flink import kill_taskmanagers
from tests.chaos.main_line import STAGES
from tests.chaos.run import run_calmly, run_killed
from tests.chaos.stack import chaos_stack
from tests.chaos.state import compare, end_state
from tests.chaos.table import print_coverage, print_difference, summed_up

_KILLS = flags.DEFINE_integer("kills", 60, "How many SIGKILLs.", lower_bound=1)
_SIZE = flags.DEFINE_enum(
    "size", "small", ["small", "full"], "What the rooms stand on."
)
_SEED = flags.DEFINE_integer("seed", 1, "Seed of when, where, and whom to kill.")
_NOW = flags.DEFINE_string(
    "now", "2026-11-20T12:07:00+00:00", "Time at which the clock is held."
)


def main(argv: Sequence[str]) -> int:
    """Run the main line twice, and discovery on Flink, and compare."""
    del argv
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # brokers are to die
    now = datetime.fromisoformat(_NOW.value).astimezone(UTC)
    begun = time.monotonic()
    with chaos_stack(now, _SIZE.value) as stack:
        print("never killed:", flush=True)
        calm = run_calmly(stack, STAGES)
        kinds = tuple(stack.servers)
        wanted = end_state(stack)
    plan = KillPlan(
        _KILLS.value, _SEED.value, commit_windows(), calm, kinds, _SIZE.value == "full"
    )
    with chaos_stack(now, _SIZE.value) as stack:
        print(f"killed (seed {_SEED.value}):", flush=True)
        coverage = run_killed(stack, STAGES, plan)
        found = end_state(stack)
    difference, compared = compare(found, wanted), wanted.size()
    print_difference(difference)
    try:
        if plan.has_flink:
            flink = kill_taskmanagers(plan.of_taskmanagers, _SEED.value)
            coverage.servers[TASKMANAGER, TASKMANAGER] += flink.kills
            print(f"  {'discovery on flink':<42} {coverage.total():>4} kills so far")
            print_difference(flink.difference)
            difference += flink.difference
            compared += flink.compared
    finally:  # what the main line came to is told in any case
        complete = print_coverage(coverage, plan)
        seconds = time.monotonic() - begun
        print(summed_up(coverage, difference, compared, found.redelivered, seconds))
    return 0 if complete and not difference else 1


if __name__ == "__main__":
    app.run(lambda argv: sys.exit(main(argv)))
