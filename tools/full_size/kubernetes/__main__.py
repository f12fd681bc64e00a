"""Run a cluster with our own images on this machine, to try things out.

usage: python -m tools.full_size.kubernetes up FOLDER
       python -m tools.full_size.kubernetes down FOLDER   also after a crash

Needs root, and what `make full-parts PARTS=kubernetes` builds. Prints the line that
points kubectl and Helm at it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import repository
from tools.full_size.kubernetes.local_cluster import LocalCluster
from tools.images.contents import read_graph, rooms
from tradestream.errors import TradeStreamError


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(description="Run a cluster on this machine.")
    parser.add_argument("verb", choices=["up", "down"])
    parser.add_argument("folder", type=Path)
    parsed = parser.parse_args(arguments)
    local = LocalCluster(parsed.folder.absolute())
    try:
        local.stop()
        if parsed.verb == "down":
            local.forget()
            return 0
        local.start(rooms(read_graph(repository.ROOT)))
    except TradeStreamError as error:
        print(f"kubernetes: {error}", file=sys.stderr)
        return 1
    print(f"export KUBECONFIG={local.control_plane.kubeconfig}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
