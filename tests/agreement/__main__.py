"""Compare the engine with plain loops over bars on random genomes of all types.

usage: python -m tests.agreement [--genomes N] [--seed N] [--strategy NAME]… [--write]

Same bars of fills, and every metric, the equity, and the hourly sums within 1e-9.
Each mismatch is printed when it is found, a table at the end.
Exit status: 0 all agree, 1 a genome does not.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from tests.agreement.page import Outcome, agreement_page
from tests.agreement.tasks import JUMPS, Task, jump_task, run, tasks
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.plain.comparison import Comparison

_PAGE = Path("docs/agreement.md")


def main(arguments: Sequence[str]) -> int:
    """Run all tasks on all cores and print a table."""
    given = _parser().parse_args(arguments)
    names = given.strategy or list(CATALOGUE)
    work = list(tasks(names, given.genomes, given.seed))
    started = time.monotonic()
    outcomes = _run_all(work, given.processes)
    jumps = _run_jumps(names, given.processes)
    options = f"--genomes {given.genomes} --seed {given.seed}"
    page = agreement_page(
        outcomes,
        jumps,
        command=f"python -m tests.agreement {options}",
        seconds=time.monotonic() - started,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
    )
    print(page)
    if given.write:
        _PAGE.write_text(page, encoding="utf-8")
    agree = [one.agrees for _, compared in outcomes for one in compared]
    same = [not one.different_fills for some in jumps.values() for one in some]
    return 0 if agree and all(agree) and all(same) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.agreement")
    parser.add_argument("--genomes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strategy", action="append", choices=list(CATALOGUE))
    parser.add_argument("--write", action="store_true", help=f"write {_PAGE}")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    return parser


def _run_all(work: Sequence[Task], processes: int) -> list[Outcome]:
    """Return what came out of each task, in the order of tasks."""
    found: dict[Task, Outcome] = {}
    done = 0
    with ProcessPoolExecutor(processes) as pool:
        running = {pool.submit(run, task): task for task in work}
        for future in as_completed(running):
            task, compared = running[future], future.result()
            found[task] = (task, compared)
            for one in compared:
                if not one.agrees:
                    error, what = one.worst
                    print(f"{task} {one.parameters}: {what} {error:.3g}", flush=True)
            done += task.genomes
            if sys.stderr.isatty():
                total = sum(task.genomes for task in work)
                print(f"\r{done} of {total}", end="", file=sys.stderr)
    return [found[task] for task in work]


def _run_jumps(names: Sequence[str], processes: int) -> dict[str, list[Comparison]]:
    """Return comparisons by what multiplied the price."""
    found = {}
    with ProcessPoolExecutor(processes) as pool:
        for factor in JUMPS:
            compared = pool.map(jump_task, [(name, factor) for name in names])
            found[f"{factor:g}"] = [one for some in compared for one in some]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
