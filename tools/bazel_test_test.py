"""What `bazel test` printed is counted, and a broken build is a failure."""

import pytest

from tools.bazel_test import tally

PASSED = "//services/a:a_test                 PASSED in 0.6s\n"
CACHED = "//services/b:b_test        (cached) PASSED in 0.6s\n"
FAILED = "//services/c:c_test                 FAILED in 2.0s\n"
UNBUILT = "//services/d:d_test                 FAILED TO BUILD\n"
TIMEOUT = "//services/e:e_test                 TIMEOUT in 300.0s\n"


@pytest.mark.parametrize(
    ("output", "status", "counts"),
    [
        (PASSED + CACHED, 0, (2, 0)),
        (PASSED + FAILED, 3, (1, 1)),
        (PASSED + UNBUILT + TIMEOUT, 1, (1, 2)),
        (PASSED, 1, (1, 1)),
        ("ERROR: no such package\n", 1, (0, 1)),
        ("", 0, (0, 1)),
    ],
)
def test_counts_targets(output: str, status: int, counts: tuple[int, int]) -> None:
    assert tally(output, status) == counts
