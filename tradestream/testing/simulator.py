"""The exchange simulator as a process, and what it says about itself."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tradestream.local.ports import choose

KEY = "any-key"
PAGE = timedelta(minutes=300)
Bar = tuple[datetime, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Venue:
    """A running simulator."""

    url: str

    def get(self, path: str, **query: str | int) -> Any:
        """Return the JSON of a path.

        Raises:
            requests.HTTPError: If it refuses.
        """
        headers = {"X-CMC_PRO_API_KEY": KEY}
        answer = requests.get(
            f"{self.url}{path}", params=query, headers=headers, timeout=10
        )
        answer.raise_for_status()
        return answer.json()

    def bars(self, symbol: str, start: datetime, end: datetime) -> list[Bar]:
        """Return the minutes that the venue has in [start, end), oldest first.

        A bar is its open time, open, high, low, close, and volume.
        """
        found: dict[datetime, Bar] = {}
        while start < end:
            until = min(start + PAGE, end)
            rows = self.get(
                f"/products/{symbol}/candles",
                granularity=60,
                start=start.isoformat(),
                end=(until - timedelta(minutes=1)).isoformat(),
            )
            for seconds, low, high, opened, close, volume in rows:
                at = datetime.fromtimestamp(seconds, UTC)
                if start <= at < until:
                    found[at] = (at, opened, high, low, close, volume)
            start = until
        return [found[at] for at in sorted(found)]

    def fail(self, **faults: object) -> None:
        """Have the venue do this wrong from now on; nothing: be well again."""
        answer = requests.post(f"{self.url}/faults", json=faults, timeout=10)
        answer.raise_for_status()


@contextmanager
def running_venue(
    now: datetime | None = None, *, history_days: int = 20, twins: int = 0
) -> Iterator[Venue]:
    """Run a simulator without limits.

    Args:
        now: Where its clock stands; None: it runs.
        history_days: How long before `now` its markets begin.
        twins: Further names of each market.
    """
    port = choose(1)[0]
    held = [] if now is None else [f"--now={now.isoformat()}"]
    if now is not None:
        origin = (now - timedelta(days=history_days)).date()
        held.append(f"--origin={origin}")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "services.exchange_simulator.main",
            f"--port={port}",
            "--requests_per_second=0",
            f"--twins={twins}",
            *held,
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    venue = Venue(f"http://127.0.0.1:{port}")
    try:
        while not _is_up(venue):
            assert process.poll() is None, process.communicate()[1]
        yield venue
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _is_up(venue: Venue) -> bool:
    try:
        return requests.get(f"{venue.url}/health", timeout=1).ok
    except requests.RequestException:
        return False
