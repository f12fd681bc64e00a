"""What a chaos run prints."""

from tests.chaos.run import Coverage, KillPlan
from tests.chaos.state import Difference, EndState

SHOWN = 10


def print_coverage(coverage: Coverage, plan: KillPlan) -> bool:
    """Print who was killed where; return whether every window was reached."""
    print(
        "\ncommit window                                                        kills"
    )
    for window in plan.windows:
        name = f"{window.room}: {window.failpoint}"
        print(f"  {name:<66} {coverage.windows[window]:>4}")
    for title, counts in (("room", coverage.rooms), ("server", coverage.servers)):
        print(f"{title} at a random moment")
        for name, count in sorted(counts.items()):
            print(f"  {name:<66} {count:>4}")
    missed = [w for w in plan.windows if not coverage.windows[w]]
    hit = len(plan.windows) - len(missed)
    print(f"commit windows hit: {hit} of {len(plan.windows)}")
    return not missed


def print_kills(coverage: Coverage, plan: KillPlan) -> bool:
    """Return whether there were as many kills as asked for; say so if not."""
    if coverage.total() >= plan.kills:
        return True
    print(f"{plan.kills} kills required, were {coverage.total()}")
    return False


def print_difference(
    difference: Difference,
    found: EndState,
    wanted: EndState,
    coverage: Coverage,
    seconds: float,
) -> None:
    """Print how the two end states differ, and the one line that sums it up."""
    for title in ("lost", "doubled", "stuck"):
        for line in getattr(difference, title)[:SHOWN]:
            print(f"{title}: {line[:400]}")
    compared = sum(rows.total() for rows in wanted.rows.values())
    compared += sum(len(messages) for messages in wanted.messages.values())
    print(
        f"{coverage.total()} kills in {seconds:.0f} s,"
        f" {compared} rows and messages compared,"
        f" {found.redelivered} messages delivered twice and taken once:"
        f" {len(difference.lost)} lost, {len(difference.doubled)} doubled,"
        f" {len(difference.stuck)} stuck"
    )
