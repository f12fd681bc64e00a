"""Say what the image of a room holds, and lay it out.

usage: python -m tools.images list
       python -m tools.images requirements ROOM…   the part of the lock it needs
       python -m tools.images lay OUT ROOM…        its code and launchers, below OUT

Runs in an environment that holds requirements.txt, and needs no git.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.images.contents import UnknownRoomError, contents, read_graph, rooms
from tools.images.requirements import NotLockedError, subset
from tools.images.tree import write

_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(description="What the image of a room holds.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list")
    verbs.add_parser("requirements").add_argument("rooms", nargs="+")
    lay = verbs.add_parser("lay")
    lay.add_argument("out", type=Path)
    lay.add_argument("rooms", nargs="+")
    parsed = parser.parse_args(arguments)
    graph = read_graph(_ROOT)
    if parsed.verb == "list":
        print("\n".join(rooms(graph)))
        return 0
    try:
        needed = contents(graph, parsed.rooms)
        if parsed.verb == "lay":
            write(_ROOT, needed, parsed.rooms, parsed.out)
        else:
            lock = (_ROOT / "requirements.txt").read_text(encoding="utf-8")
            print(subset(lock, needed.distributions), end="")
    except (UnknownRoomError, NotLockedError) as error:
        print(f"images: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
