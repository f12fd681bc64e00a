"""The chart as it is installed in tests, and what the cluster says about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.full_size.cluster.servers import Servers
from tools import repository
from tools.full_size.kubernetes.kubectl import Cluster, Result, eventually
from tools.full_size.kubernetes.local_cluster import REPOSITORY, TAG

NAME = "tradestream"
CHART = repository.ROOT / "charts" / "tradestream"
SYMBOLS = 4
MINUTELY = (
    "candle_ingestor",
    "strategy_discovery_request_factory",
    "strategy_consumer",
    "strategy_rotation",
    "risk_adjusted_sizing",
    "trade_signal_generator",
)
"""Rooms that a test wants to see run by themselves within a minute."""

_NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "name": NAME,
        "labels": {
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Release:
    """The release of one namespace.

    Attributes:
        cluster: Commands in its namespace.
        servers: What its rooms talk to.
        scratch: Folder for files of values.
    """

    cluster: Cluster
    servers: Servers
    scratch: Path

    def prepare(self) -> str:
        """Make the namespace and its Secrets; return warnings."""
        warnings = self.cluster.apply(_NAMESPACE)
        for name, value in self.servers.secrets().items():
            secret = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": NAME},
                "stringData": {"secret": value},
            }
            warnings += self.cluster.apply(secret)
        return warnings

    def upgrade(self, changes: Mapping[str, Any] | None = None) -> Result:
        """Install or upgrade, with values that differ from the usual ones."""
        values = self.values()
        for key, value in (changes or {}).items():
            values[key] = merged(values.get(key, {}), value)
        path = self.scratch / "values.json"
        path.write_text(json.dumps(values))
        words = ("upgrade", "--install", NAME, CHART, f"--values={path}")
        return self.cluster.try_helm(*words, "--wait", "--timeout=3m")

    def values(self) -> dict[str, Any]:
        """Return the values of the tests: small, and as fast as CronJobs go."""
        urls = self.servers.urls()
        values: dict[str, Any] = {
            "image": {"repository": REPOSITORY, "tag": TAG, "pullPolicy": "Never"},
            # More pods at once than two cores could otherwise promise.
            "pods": {"resources": _resources("20m", "512Mi")},
            # A job that a test starts counts too, and must not be forgotten at once.
            "jobs": {"successfulHistory": 5, "failedHistory": 5},
            "rooms": {
                "database_migrator": {"flags": {"topics_replication": 1}},
                "top_crypto_updater": {"flags": {"limit": SYMBOLS}},
                # A run may be late on a small machine; in time, it takes seconds.
                **{
                    room: {"schedule": "* * * * *", "deadlineSeconds": 240}
                    for room in MINUTELY
                },
                "strategy_discovery": {
                    "autoscaling": {"by": "none"},
                    "resources": _resources("100m", "1Gi"),
                },
                "strategy_confidence_scorer": {"resources": _resources("20m", "1Gi")},
                "strategy_robustness": {"resources": _resources("20m", "1Gi")},
            },
        }
        ingestor, factory = MINUTELY[:2]
        values["rooms"][ingestor]["flags"] = {
            "backfill_start": "2d",
            "requests_per_second": 0,
        }
        values["rooms"][factory]["flags"] = {
            "windows": "1597",
            "strategies": "SMA_RSI,EMA_MACD",
        }
        # Some of the averages crossed within these minutes.
        values["rooms"]["trade_signal_generator"]["flags"] = {"replay": "15m"}
        for need, url in urls.items():
            values[need] = {"url": url}
        for need, secret in (
            ("postgres", "postgres"),
            ("redis", "redis"),
            ("candles", "influxdb"),
            ("coinmarketcap", "coinmarketcap"),
        ):
            values[need]["secret"] = {"name": secret, "key": "secret"}
        return values

    def start_now(self, room: str) -> str:
        """Start a CronJob's job at once; return the job's name."""
        name = f"now-{room.replace('_', '-')}"
        self.cluster.kubectl("delete", "job", name, "--ignore-not-found", "--wait")
        cron = f"--from=cronjob/{NAME}-{room.replace('_', '-')}"
        self.cluster.kubectl("create", "job", name, cron)
        return name

    def run_now(self, room: str) -> None:
        """Start a CronJob's job at once, and wait until it is complete."""
        name = self.start_now(room)
        end = eventually(lambda: self.job_end(name), f"an end of {name}", 240)
        log = self.cluster.try_kubectl("logs", f"job/{name}").output
        assert end == "Complete", log

    def exit_statuses(self, job: str) -> list[int]:
        """Return how the pods of a job ended, those that did."""
        pods = self.cluster.items("pods", f"--selector=job-name={job}")
        ends = [
            status["state"]["terminated"]["exitCode"]
            for pod in pods
            for status in pod["status"].get("containerStatuses", ())
            if "terminated" in status["state"]
        ]
        return [int(status) for status in ends]

    def story(self, job: str) -> str:
        """Return what the pods of a job said, how they ended, and why."""
        pods = f"--selector=job-name={job}"
        log = self.cluster.try_kubectl("logs", pods, "--tail=-1", "--prefix").output
        ends = [pod["status"] for pod in self.cluster.items("pods", pods)]
        status = self.cluster.get("job", job)["status"]
        return f"{log}\n{json.dumps([status, ends])}"

    def job_end(self, name: str) -> str | None:
        """Return how a job ended, None while it has not."""
        for condition in self.cluster.get("job", name)["status"].get("conditions", ()):
            if condition["status"] == "True" and condition["type"] in (
                "Complete",
                "Failed",
            ):
                return str(condition["type"])
        return None

    def fired(self, room: str) -> list[Any]:
        """Return the finished jobs that a room's schedule started."""
        owner = f"{NAME}-{room.replace('_', '-')}"
        return [
            job
            for job in self.cluster.items("jobs")
            if job["status"].get("succeeded")
            and any(
                reference["kind"] == "CronJob" and reference["name"] == owner
                for reference in job["metadata"].get("ownerReferences", ())
            )
            and not job["metadata"]["name"].startswith("now-")
        ]

    def events(self, reason: str) -> list[str]:
        """Return the messages of events with a reason."""
        return [
            str(event["message"])
            for event in self.cluster.items("events")
            if event["reason"] == reason
        ]


def _resources(cpu: str, memory: str) -> dict[str, dict[str, str]]:
    requests = {"cpu": cpu, "memory": "64Mi"}
    return {"requests": requests, "limits": {"memory": memory}}


def merged(old: Any, new: Any) -> Any:
    """Return nested values with others over them, as Helm takes several files."""
    if isinstance(old, dict) and isinstance(new, Mapping):
        return old | {key: merged(old.get(key), value) for key, value in new.items()}
    return new
