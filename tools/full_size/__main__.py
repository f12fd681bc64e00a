"""Bring the programs of the full size to this machine.

usage: python -m tools.full_size build [PART…]
       python -m tools.full_size list

All parts when none is named. What is there already is left alone.

Exit status: 0 done, 1 a part is missing (one line for each says why).
"""

import argparse
import sys
from collections.abc import Sequence

from tools.full_size.build import build, is_built
from tools.full_size.packages import install, missing
from tools.full_size.recipes import NAMES, PACKAGES, RECIPES
from tradestream.errors import TradeStreamError


def main(arguments: list[str]) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tools.full_size")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    parts = commands.add_parser("build").add_argument("parts", nargs="*")
    parts.metavar = "PART"
    parsed = parser.parse_args(arguments)
    if parsed.command == "list":
        return _list()
    unknown = [name for name in parsed.parts if name not in NAMES]
    if unknown:
        known = ", ".join(NAMES)
        print(f"parts: one of {known} is required, was {unknown[0]}", file=sys.stderr)
        return 1
    return _build(parsed.parts or NAMES)


def _build(names: Sequence[str]) -> int:
    failures = 0
    for name in NAMES:
        if name in names:
            try:
                _build_one(name)
            except TradeStreamError as error:
                print(f"parts: {name}: {error}", file=sys.stderr, flush=True)
                failures += 1
    return 1 if failures else 0


def _build_one(name: str) -> None:
    for recipe in RECIPES:
        if recipe.part.name == name and not build(recipe):
            print(f"{name} {recipe.part.version}: there", flush=True)
    for packages in PACKAGES:
        if packages.name == name and not install(packages):
            print(f"{name}: there", flush=True)


def _list() -> int:
    for recipe in RECIPES:
        part = recipe.part
        state = str(part.directory) if is_built(recipe) else "missing"
        print(f"{part.name:<12} {part.version:<8} {state}")
    for packages in PACKAGES:
        lacking = missing(packages)
        state = f"missing: {', '.join(lacking)}" if lacking else "installed"
        print(f"{packages.name:<12} {'':<8} {state}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
