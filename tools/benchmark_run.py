"""Run the benchmarks, one process each, in the environment that each needs.

usage: python -m tools.benchmark_run [NAME [--ARGUMENT...]]

NAME is a module of `benchmarks/`; all of them run when it is left out. Arguments go
to the module.
"""

import subprocess
import sys
from pathlib import Path

from tools import repository

# Measured against peers, which live in an environment of their own.
_WITH_PEERS = frozenset({"backtests", "discovery"})
_HELPERS = frozenset({"figures"})


def names() -> list[str]:
    """Return the benchmarks there are."""
    stems = {
        path.stem
        for path in repository.files("benchmarks/*.py")
        if path.parent == Path("benchmarks")
        and not path.stem.startswith("_")
        and not path.stem.endswith("_test")
    }
    return sorted(stems - _HELPERS)


def main(arguments: list[str]) -> int:
    """Run the benchmark that is named, or all."""
    known = names()
    further = [word for word in arguments if word.startswith("--")]
    chosen = [word for word in arguments if word not in further] or known
    if unknown := set(chosen) - set(known):
        print(f"benchmarks are {', '.join(known)}, was {', '.join(unknown)}")
        return 1
    status = 0
    for name in chosen:
        environment = ".venv-benchmark" if name in _WITH_PEERS else ".venv"
        command = [f"{environment}/bin/python", "-m", f"benchmarks.{name}", *further]
        finished = subprocess.run(command, cwd=repository.ROOT, check=False)
        status = max(status, 1 if finished.returncode else 0)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
