"""Names of operators that stay the same from one version of the job to the next."""

import re
from collections import Counter
from collections.abc import Sequence

_DECORATION = re.compile(r"[^A-Za-z_]+")


def unique_names(names: Sequence[str]) -> list[str]:
    """Return `names` without the numbers that Flink's planner counts up.

    What is there more than once gets a number of its own, in the order given:
    `requests[1]` is `requests`, and two of `Map` are `map` and `map-2`.
    """
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        plain = _DECORATION.sub(" ", name).strip().lower().replace(" ", "-")
        seen[plain] += 1
        found.append(plain if seen[plain] == 1 else f"{plain}-{seen[plain]}")
    return found
