"""Main of every test target: run pytest on the files named, and keep its status.

A test file run as a plain script runs no test and exits 0; here nothing to run is a
failure. Whatever a test leaves behind goes to the folder that Bazel throws away.
"""

import os
import sys
from pathlib import Path

import pytest


def main(arguments: list[str]) -> int:
    """Run the tests in `arguments`, at least one file; return pytest's status."""
    if not arguments:
        print("test files are required, was none", file=sys.stderr)
        return int(pytest.ExitCode.USAGE_ERROR)
    scratch = os.environ.get("TEST_TMPDIR") or "."
    os.environ.setdefault("HOME", scratch)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(scratch, "hypothesis"))
    options = ["--config-file=pyproject.toml", "--rootdir=.", "-p", "no:cacheprovider"]
    return int(pytest.main([*options, f"--basetemp={scratch}/pytest", *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
