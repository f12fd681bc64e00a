"""How fast the small stack and its jobs start: `make benchmark BENCH=startup`.

A job with nothing to do is most of what a machine runs: it starts, sees that
nothing changed, and ends. Timed from process start to exit, as its scheduler
would see it.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Figure, report
from tradestream.local.stack import Stack
from tradestream.testing.servers import temporary_folder

RUNS = 7
SYMBOL = "GBM1-USD"
IDLE_JOBS = {
    "candle_ingestor": [f"--symbols={SYMBOL}", "--backfill_start=1d"],
    "risk_adjusted_sizing": [],
    "trade_signal_generator": ["--wait_for_bar=0s"],
}
REPOSITORY = Path(__file__).parents[1]


def stack_seconds(stack: Stack) -> float:
    """Return how long the stack takes from a stop to ready."""
    begun = time.monotonic()
    stack.up()
    return time.monotonic() - begun


def job_seconds(stack: Stack, room: str, flags: list[str]) -> float:
    """Return the median time of a job from process start to exit."""
    command = [sys.executable, "-m", f"services.{room}.main", *flags]
    seconds = []
    for run in range(RUNS + 1):
        begun = time.monotonic()
        subprocess.run(
            command,
            cwd=REPOSITORY,
            env=stack.environment(),
            check=True,
            capture_output=True,
        )
        if run:  # the first run may have something to do
            seconds.append(time.monotonic() - begun)
    return statistics.median(seconds)


def main() -> int:
    """Measure, print, and write the figures."""
    with temporary_folder("startup") as folder:
        stack = Stack(folder / "stack")
        try:
            figures = [
                Figure("small stack, first start", stack_seconds(stack), "s", 3, True)
            ]
            stack.down()
            again = stack_seconds(stack)
            figures.append(Figure("small stack, restart", again, "s", 3, True))
            for room, flags in IDLE_JOBS.items():
                idle = job_seconds(stack, room, flags)
                what = f"{room}, nothing to do, median of {RUNS}"
                figures.append(Figure(what, idle, "s", 0.6, True))
        finally:
            stack.down()
    return report("startup", figures)


if __name__ == "__main__":
    sys.exit(main())
