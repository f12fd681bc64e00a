"""What a chaos run prints."""

from tests.chaos.coverage import WINDOW, Coverage, KillPlan, missing
from tests.chaos.state import Difference

SHOWN = 10
_WIDTH = 76


def print_coverage(coverage: Coverage, plan: KillPlan) -> bool:
    """Print who was killed how often; return whether nothing is missing."""
    print(f"\n{'killed':<{_WIDTH}} kills")
    for kind in (WINDOW, *plan.targets):
        print(f"{kind:<{_WIDTH}} {coverage.of(kind):>5}")
        named = coverage.named(kind)
        if set(named) == {kind}:
            continue
        for name, count in sorted(named.items()):
            print(f"  {name:<{_WIDTH - 2}} {count:>5}")
    lacking = missing(coverage, plan)
    for line in lacking:
        print(line)
    return not lacking


def print_difference(difference: Difference) -> None:
    """Print how the end differs from how it should be, the first of each."""
    for title in ("lost", "doubled", "stuck"):
        for line in getattr(difference, title)[:SHOWN]:
            print(f"{title}: {line[:400]}")


def summed_up(
    coverage: Coverage,
    difference: Difference,
    compared: int,
    redelivered: int,
    seconds: float,
) -> str:
    """Return the one line that sums up a run."""
    return (
        f"{coverage.total()} kills ({coverage.of(WINDOW)} in commit windows,"
        f" {coverage.at_random()} at random) in {seconds:.0f} s,"
        f" {compared} rows and messages compared,"
        f" {redelivered} messages delivered twice and taken once:"
        f" {len(difference.lost)} lost, {len(difference.doubled)} doubled,"
        f" {len(difference.stuck)} stuck"
    )
