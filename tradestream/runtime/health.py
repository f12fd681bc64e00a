"""Health and readiness: is the process up, and does what it needs answer?"""

import json
from collections.abc import Callable, Mapping

from tradestream.errors import TradeStreamError

Checks = Mapping[str, Callable[[], object]]
"""A check a dependency, by name; it raises TradeStreamError when that fails."""


def health() -> tuple[int, bytes]:
    """Return status and JSON body of `/health`; touches nothing."""
    return 200, b'{"status": "ok"}'


def readiness(checks: Checks) -> tuple[int, bytes]:
    """Return status and JSON body of `/ready`: 503 if any check fails."""
    answers: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check()
        except TradeStreamError as error:
            answers[name] = str(error)
        else:
            answers[name] = "ok"
    ready = all(answer == "ok" for answer in answers.values())
    body = {"status": "ok" if ready else "failing", "dependencies": answers}
    return (200 if ready else 503), json.dumps(body).encode()
