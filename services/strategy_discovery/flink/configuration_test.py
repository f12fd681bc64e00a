"""Settings of Flink that the job relies on."""

from pathlib import Path

from services.strategy_discovery.flink.configuration import configuration
from services.strategy_discovery.flink.settings import Cluster


def test_checkpoints_are_exact_and_survive_the_job() -> None:
    found = configuration(Cluster("s3://flink/discovery", checkpoint_seconds=2.5))

    assert found["execution.checkpointing.interval"] == "2500 ms"
    assert found["execution.checkpointing.mode"] == "EXACTLY_ONCE"
    assert found["execution.checkpointing.dir"] == "s3://flink/discovery"
    key = "execution.checkpointing.externalized-checkpoint-retention"
    assert found[key] == "RETAIN_ON_CANCELLATION"
    assert "execution.state-recovery.path" not in found


def test_every_operator_must_have_a_name_of_its_own() -> None:
    assert configuration(Cluster("/c"))["pipeline.auto-generate-uids"] == "false"


def test_workers_are_processes_of_the_interpreter_that_submits() -> None:
    found = configuration(Cluster("/c", python="/opt/venv/bin/python", bundle=3))

    assert found["python.execution-mode"] == "process"
    assert found["python.executable"] == "/opt/venv/bin/python"
    assert found["python.fn-execution.bundle.size"] == "3"


def test_a_jobmanager_is_submitted_to() -> None:
    found = configuration(
        Cluster("/c", jobmanager="flink:8081", resume="file:///c/savepoint-1"),
        [Path("/lib/a.jar"), Path("/lib/b.jar")],
    )

    assert found["execution.target"] == "remote"
    assert (found["rest.address"], found["rest.port"]) == ("flink", "8081")
    assert found["pipeline.jars"] == "file:///lib/a.jar;file:///lib/b.jar"
    assert found["execution.state-recovery.path"] == "file:///c/savepoint-1"


def test_flink_itself_says_where_to_run_otherwise() -> None:
    found = configuration(Cluster("/c"))

    assert not {"execution.target", "rest.address", "pipeline.jars"} & found.keys()
