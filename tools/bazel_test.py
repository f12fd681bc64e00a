"""Build and test the whole BUILD graph offline, and close with what came out.

usage: python -m tools.bazel_test [TARGET…]

The last line is `N passed, N failed`: test targets, and the build as a failure when
it does not go through.
"""

import re
import subprocess
import sys

from tools import repository
from tools.test_run import closing_line

_RUN = "tools/bazel_offline/run.sh"
_RESULT = re.compile(
    r"^(//\S+)\s+(?:\(cached\) )?"
    r"(PASSED|FAILED TO BUILD|FAILED|TIMEOUT|NO STATUS|FLAKY)"
)


def tally(output: str, status: int) -> tuple[int, int]:
    """Return how many test targets passed and failed.

    Args:
        output: What `bazel test` printed.
        status: Its exit status: 0, 3 when tests failed, else the build did.
    """
    results = [
        match[2] for line in output.splitlines() if (match := _RESULT.match(line))
    ]
    passed = results.count("PASSED")
    failed = len(results) - passed
    if status not in (0, 3) or (status == 3 and not failed) or not results:
        failed = max(failed, 1)
    return passed, failed


def main(arguments: list[str]) -> int:
    """Test the targets that are named, or all."""
    command = [_RUN, "test", "--keep_going", *(arguments or ["//..."])]
    lines = []
    with subprocess.Popen(
        command,
        cwd=repository.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    passed, failed = tally("".join(lines), process.returncode)
    subprocess.run([_RUN, "shutdown"], cwd=repository.ROOT, check=False)
    print(closing_line(passed, failed), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
