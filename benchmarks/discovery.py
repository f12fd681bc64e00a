"""Figures of discovery beside its peers: `make benchmark BENCH=discovery`.

Ratios come from one run in which everybody takes turns; that the peers trade alike
is checked before they are timed. Speeds are CPU time of one thread, best of several
rounds with the spread of all, for a busy machine is unfair to whoever is on;
figures in plain seconds are wall time.

usage: python -m benchmarks.discovery [--quick] [--write] [--only SECTION,...]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

for _library in ("RAYON", "NUMBA", "OMP", "OPENBLAS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ["RAPTORBT_NO_VERSION_CHECK"] = "1"

# Libraries read these when they are imported: hence imports that come late.

from benchmarks import (  # noqa: E402
    _discovery_overhead,
    _discovery_search,
    _discovery_speed,
)
from benchmarks.figures import FOLDER, Figure, cells, report  # noqa: E402

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
_ROUNDS, _FEW = 7, 3

_BEFORE = """\
# Figures of discovery

Written by `make benchmark BENCH=discovery ARGS=--write`; every ratio comes from this
one run, and that the peers make the same trades is checked before they are timed.
Speeds are CPU time of one thread, the best of several rounds in which all take turns,
with the lowest and the highest beside it; figures in plain seconds are wall time.
Rows and tables are counted for us; so are TA-Lib rows for raptorbt and vectorbt. To
the bare loop rows are given, and in the comparison of all types raptorbt is given the
signals themselves, for nothing.
"""


def pipeline(*, whole: bool, quick: bool) -> list[Figure]:
    """Run the rooms with two workers: benchmarks/pipeline.py as a process."""
    words = [sys.executable, "-m", "benchmarks.pipeline"]
    words += ["--round"] if whole else []
    words += ["--symbols=1"] if quick else []
    finished = subprocess.run(words, check=False, capture_output=True, text=True)
    path = FOLDER / "pipeline.json"
    if finished.returncode not in (0, 1) or not finished.stdout:
        raise RuntimeError(f"figures of the rooms are required: {finished.stderr}")
    rows = json.loads(path.read_text(encoding="utf-8"))["figures"]
    by_name = {row["what"]: row for row in rows}
    requests, elapsed = by_name["requests"]["value"], by_name["factory to rows"]
    kind = "the windows of a full round" if whole else "windows of a day"
    seconds = Figure(
        f"{requests:,.0f} requests of {kind}, factory to rows in Postgres",
        elapsed["value"],
        "s",
        None if quick else elapsed["limit"],
        True,
        aim=None if whole or quick else 15,
    )
    most = by_name["memory of the largest"]["value"]
    return [
        seconds,
        Figure(f"largest room of {kind}", most, "MiB", 350, True, aim=256),
    ]


def sections(*, quick: bool) -> dict[str, Callable[[], list[Figure]]]:
    """Return what there is to measure, by name."""
    rounds = _FEW if quick else _ROUNDS
    return {
        "rules": lambda: _discovery_speed.rules(rounds, quick=quick),
        "types": lambda: _discovery_speed.all_types(rounds, quick=quick),
        "requests": lambda: _discovery_search.requests(quick=quick),
        "exam": lambda: _discovery_search.exam(rounds),
        "command": lambda: _discovery_search.command(1 if quick else 3),
        "overhead": lambda: _discovery_overhead.overhead(rounds),
        "day": lambda: pipeline(whole=False, quick=quick),
        "round": lambda: pipeline(whole=True, quick=quick),
        "memory": lambda: _discovery_search.memory(quick=quick),
    }


def page(figures: list[Figure], minutes: float) -> str:
    """Return the page of a run."""
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {_processor()}, "
        f"Python {platform.python_version()}; the run took {minutes:.0f} minutes, "
        f"load {os.getloadavg()[1]:.1f} at its end.\n"
    )
    lines = [
        _BEFORE,
        machine,
        "| figure | measured | spread | at least | aim | met |",
        "|---|---|---|---|---|---|",
    ]
    for figure in figures:
        met = "" if figure.limit is None else "yes" if figure.reached else "**no**"
        lines.append(f"| {figure.what} | {' | '.join(cells(figure))} | {met} |")
    return "\n".join(lines) + "\n"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line for line in text.splitlines() if line.startswith("model name")]
    return names[0].partition(": ")[2] if names else platform.machine()


def main() -> int:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description="Measure discovery and its peers.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and bars")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("--only", default="", help="sections, separated by commas")
    options = parser.parse_args()
    known = sections(quick=options.quick)
    chosen = options.only.split(",") if options.only else list(known)
    if unknown := set(chosen) - set(known):
        parser.error(f"sections are {', '.join(known)}, was {', '.join(unknown)}")
    begun = time.monotonic()
    figures = []
    for name in chosen:
        started = time.monotonic()
        figures += known[name]()
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    if options.write:
        text = page(figures, (time.monotonic() - begun) / 60)
        PAGE.write_text(text, encoding="utf-8")
    return report("discovery", figures)


if __name__ == "__main__":
    sys.exit(main())
