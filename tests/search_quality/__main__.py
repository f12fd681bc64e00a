"""Measure how close the genetic search comes to the best of all points.

usage: python -m tests.search_quality [--seeds N] [--strategy NAME]… [--write]

Exit status: 0 when every type does well in 95 % of its searches, else 1.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.search_quality.measure import Measured, measure, searched_types, windows
from tests.search_quality.page import WANTED, quality_page

_PAGE = Path("docs/search.md")


def main(arguments: Sequence[str]) -> int:
    """Measure all types on all markets and print a page."""
    given = _parser().parse_args(arguments)
    names = given.strategy or searched_types()
    began = time.monotonic()
    found = []
    for market, window in windows().items():
        for name in names:
            found.append(measure(window, market, name, given.seeds))
            if sys.stderr.isatty():
                print(f"\r{market} {name:<30}", end="", file=sys.stderr)
    page = quality_page(
        found,
        command=f"python -m tests.search_quality --seeds {given.seeds}",
        seconds=time.monotonic() - began,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
    )
    print(page)
    if given.write:
        _PAGE.write_text(page, encoding="utf-8")
    return 0 if all(_does_well(found, name) for name in names) else 1


def _does_well(found: Sequence[Measured], name: str) -> bool:
    own = [one for one in found if one.strategy == name]
    return sum(one.good for one in own) >= WANTED * sum(one.seeds for one in own)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.search_quality")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--strategy", action="append", choices=searched_types())
    parser.add_argument("--write", action="store_true", help=f"write {_PAGE}")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
