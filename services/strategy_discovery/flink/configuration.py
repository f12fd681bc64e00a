"""The settings of Flink itself, as its keys and values. Pure."""

from collections.abc import Sequence
from pathlib import Path

from services.strategy_discovery.flink.settings import Cluster

_BUNDLE_MILLISECONDS = 50
_FAILED_CHECKPOINTS = 100


def configuration(cluster: Cluster, jars: Sequence[Path] = ()) -> dict[str, str]:
    """Return what differs from the defaults of Flink and its cluster.

    Args:
        cluster: How the job is to run.
        jars: What travels with the job.
    """
    found = {
        "execution.checkpointing.interval": _milliseconds(cluster.checkpoint_seconds),
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.dir": cluster.checkpoints,
        "execution.checkpointing.num-retained": "3",
        "execution.checkpointing.externalized-checkpoint-retention": (
            "RETAIN_ON_CANCELLATION"
        ),
        # A checkpoint waits for the requests in hand, and an exam takes minutes.
        "execution.checkpointing.timeout": "15 min",
        "execution.checkpointing.tolerable-failed-checkpoints": str(
            _FAILED_CHECKPOINTS
        ),
        "parallelism.default": str(cluster.parallelism),
        "python.execution-mode": "process",
        "python.executable": cluster.python,
        "python.client.executable": cluster.python,
        "python.pythonpath": str(cluster.root),
        "python.fn-execution.bundle.size": str(cluster.bundle),
        "python.fn-execution.bundle.time": str(_BUNDLE_MILLISECONDS),
        # An operator without a name of its own would lose its state in an upgrade.
        "pipeline.auto-generate-uids": "false",
        "restart-strategy.type": "exponential-delay",
        "restart-strategy.exponential-delay.initial-backoff": "1 s",
        "restart-strategy.exponential-delay.max-backoff": "1 min",
        "restart-strategy.exponential-delay.reset-backoff-threshold": "10 min",
    }
    if jars:
        found["pipeline.jars"] = ";".join(jar.absolute().as_uri() for jar in jars)
    if cluster.resume is not None:
        found["execution.state-recovery.path"] = cluster.resume
    if cluster.jobmanager is not None:
        host, _, port = cluster.jobmanager.rpartition(":")
        found |= {
            "execution.target": "remote",
            "rest.address": host,
            "rest.port": port,
        }
    return found


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)} ms"
