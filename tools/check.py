"""Run every check of code, contracts, BUILD files, and documents.

usage: python -m tools.check [STEP…]

Each step prints one line with its time; a failing step prints what it found. Status
1 if any failed. Named steps alone run when given, e.g. `python -m tools.check types`.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tools import repository

_BIN = ".venv/bin/"
_CHECKED = ("tradestream", "services", "tools", "tests", "benchmarks", "conftest.py")


@dataclass(frozen=True, slots=True)
class Step:
    """One check.

    Attributes:
        name: What to call it on the command line.
        command: What to run from the root; status 0 means nothing is wrong.
    """

    name: str
    command: tuple[str, ...]


def steps() -> list[Step]:
    """Return the checks, the slowest first."""
    present = [name for name in _CHECKED if (repository.ROOT / name).exists()]
    python = f"{_BIN}python"
    build_files = map(str, repository.files("*BUILD.bazel", "*.bzl", "MODULE.bazel"))
    return [
        Step("types", (f"{_BIN}mypy", *present)),
        Step("imports", (f"{_BIN}lint-imports", "--no-cache")),
        Step("format", (f"{_BIN}ruff", "format", "--check", "--quiet", ".")),
        Step("lint", (f"{_BIN}ruff", "check", "--quiet", ".")),
        Step("protos", (".venv-protos/bin/python", "tools/protos.py", "--check")),
        Step("build files", (python, "-m", "tools.build_files", "--check")),
        Step(
            "buildifier",
            ("build/buildifier", "-mode=check", "-lint=warn", *build_files),
        ),
        Step("metrics", (python, "-m", "tools.metrics_reference", "--check")),
        Step("schedules", (python, "-m", "tools.schedule_rules", "--check")),
        Step("dashboards", (python, "-m", "tools.dashboards", "--check")),
        Step("modules", (python, "-m", "tools.check_module")),
        Step("chart", (python, "-m", "tools.chart", "--check")),
        Step("workflows", (f"{_BIN}zizmor", "--offline", "-q", ".github/workflows")),
        # No shellcheck: a machine that has it would find more than one that has not.
        Step("actionlint", ("build/actionlint", "-shellcheck=", "-pyflakes=")),
        Step("links", (python, "-m", "tools.check_links")),
        Step("layout", (python, "-m", "tools.check_layout")),
    ]


def run(step: Step) -> bool:
    """Run one step, print what came of it, and return whether it passed."""
    started = time.monotonic()
    finished = subprocess.run(
        step.command,
        cwd=repository.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = finished.returncode == 0
    seconds = time.monotonic() - started
    line = f"{'ok    ' if passed else 'FAILED'} {step.name:<12} {seconds:5.1f} s"
    quiet = passed and step.name != "layout"  # whose remarks are for reading
    print(line if quiet else f"{line}\n{finished.stdout}".rstrip(), flush=True)
    return passed


def main(arguments: list[str]) -> int:
    """Run the steps that are named, or all."""
    known = {step.name: step for step in steps()}
    if unknown := set(arguments) - set(known):
        print(f"steps are {', '.join(known)}, was {', '.join(unknown)}")
        return 1
    chosen = [known[name] for name in arguments or known]
    with ThreadPoolExecutor(max_workers=2) as pool:
        passed = list(pool.map(run, chosen))
    print(f"{sum(passed)} checks passed, {len(passed) - sum(passed)} failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
