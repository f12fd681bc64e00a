"""Asking a real Prometheus, as Grafana and people do."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

DEADLINE_SECONDS = 180.0
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Prometheus:
    """The HTTP interface of a running Prometheus."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        """Return `data` of an answer.

        Raises:
            AssertionError: With Prometheus's own words, if it refuses.
        """
        answer = requests.get(f"{self.url}/api/v1/{path}", params=query, timeout=30)
        body = answer.json()
        assert body["status"] == "success", f"{query}: {body.get('error')}"
        return body["data"]

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """Return what an expression gives now."""
        found: list[dict[str, Any]] = self.get("query", query=expression)["result"]
        return found

    def names(self) -> set[str]:
        """Return the names of all metrics."""
        return set(self.get("label/__name__/values"))

    def is_quiet(self) -> bool:
        """Whether no alert fires, nor is about to."""
        return not self.get("alerts")["alerts"]

    def firing(self) -> set[tuple[str, str]]:
        """Return alert and room of what fires; the room is empty if it has none."""
        return {
            (alert["labels"]["alertname"], alert["labels"].get("room", ""))
            for alert in self.get("alerts")["alerts"]
            if alert["state"] == "firing"
        }


def eventually(what: str, seen: Callable[[], bool]) -> None:
    """Wait until something is seen; AssertionError after the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not seen():
        assert time.monotonic() < deadline, f"was not seen: {what}"
        time.sleep(POLL_SECONDS)
