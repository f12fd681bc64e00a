"""What a cluster lives through: upgrades, rollbacks, restarts, rooms that fail."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.full_size.cluster.release import MINUTELY, NAME, Release
from tools import repository
from tools.full_size.kubernetes import node_traces
from tools.full_size.kubernetes.image import write_archive
from tools.full_size.kubernetes.kubectl import eventually
from tools.full_size.kubernetes.local_cluster import LocalCluster, images
from tools.images.contents import read_graph, rooms

# The first images and their kernels take minutes.
pytestmark = pytest.mark.timeout(1800)

_JOBS = (*MINUTELY, "strategy_confidence_scorer", "strategy_robustness")
# So that nothing runs but what a test starts.
_QUIET: dict[str, Any] = {"rooms": {room: {"suspend": True} for room in _JOBS}}
_MIGRATOR = "tradestream-database-migrator"


@pytest.fixture
def quiet(installed: Release) -> Release:
    """Return the release with its schedules suspended."""
    result = installed.upgrade(_QUIET)
    assert result.status == 0, result.errors
    return installed


def test_an_upgrade_changes_values_and_a_rollback_takes_them_back(
    quiet: Release,
) -> None:
    before = schedule(quiet, "strategy-robustness")
    changed = {"strategy_robustness": {"schedule": "7 3 * * *", "suspend": True}}
    result = quiet.upgrade({"rooms": _QUIET["rooms"] | changed})
    assert result.status == 0, result.errors
    assert "arning" not in result.errors
    assert schedule(quiet, "strategy-robustness") == "7 3 * * *"

    history = json.loads(quiet.cluster.helm("history", NAME, "--output=json"))
    last = str(history[-1]["revision"] - 1)
    quiet.cluster.helm("rollback", NAME, last, "--wait", "--timeout=3m")

    assert schedule(quiet, "strategy-robustness") == before


def test_an_upgrade_brings_a_new_image_and_its_migration(
    quiet: Release, next_tag: str
) -> None:
    result = quiet.upgrade({**_QUIET, "image": {"tag": next_tag}})
    assert result.status == 0, result.errors

    with quiet.servers.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT word FROM trial_of_upgrades")
        assert cursor.fetchall() == [("applied",)]
    assert {tag(image) for image in images_of_workers(quiet)} == {next_tag}

    # The older program refuses a schema that it does not know, before any room of it
    # starts; the newer one goes on.
    older = quiet.upgrade(_QUIET)
    assert older.status != 0
    log = quiet.cluster.kubectl("logs", f"job/{_MIGRATOR}")
    assert "9999_trial_of_upgrades.sql" in log
    assert {tag(image) for image in images_of_workers(quiet)} == {next_tag}


@pytest.fixture
def next_tag(
    quiet: Release, local_cluster: LocalCluster, tmp_path: Path
) -> Iterator[str]:
    """Return the tag of images with one more migration, which is undone."""
    name = "9999_trial_of_upgrades.sql"
    (tmp_path / name).write_text(
        "CREATE TABLE trial_of_upgrades AS SELECT 'applied' AS word;\n"
    )
    layer = tmp_path / "migration.tar"
    with tarfile.open(layer, "w") as tar:
        tar.add(tmp_path / name, f"app/src/platform/migrations/{name}")
    newer = [
        replace(
            image,
            name=image.name.rpartition(":")[0] + ":next",
            layers=[*image.layers, layer],
        )
        for image in images(rooms(read_graph(repository.ROOT)))
    ]
    write_archive(tmp_path / "images.tar", newer)
    local_cluster.node.load([tmp_path / "images.tar"])
    yield "next"
    with quiet.servers.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS trial_of_upgrades")
        cursor.execute("DELETE FROM schema_migrations WHERE name = %s", (name,))


def test_a_room_without_its_dependency_is_retried_and_one_with_a_bug_is_not(
    quiet: Release,
) -> None:
    broken = {
        # Nobody listens there: status 75.
        "top_crypto_updater": {"flags": {"coinmarketcap_url": "http://10.250.8.1:1"}},
        # Status 1.
        "strategy_rotation": {"suspend": True, "flags": {"now": "yesterday"}},
    }
    result = quiet.upgrade({"rooms": _QUIET["rooms"] | broken})
    assert result.status == 0, result.errors

    unavailable = quiet.start_now("top_crypto_updater")
    wrong = quiet.start_now("strategy_rotation")

    def retried() -> bool:
        return len(quiet.exit_statuses(unavailable)) > 1

    eventually(partial(quiet.job_end, wrong), "an end of the wrong one", 120)
    assert quiet.job_end(wrong) == "Failed"
    assert quiet.exit_statuses(wrong) == [1]
    eventually(retried, "another try", 240)
    assert set(quiet.exit_statuses(unavailable)) == {75}


def test_a_room_without_its_secret_says_so_in_one_line_and_stops(
    quiet: Release,
) -> None:
    name, key = "taken-away", "password"
    quiet.cluster.kubectl(
        "create", "secret", "generic", name, f"--from-literal={key}=x"
    )
    flag = "postgres_password_file"
    missing = {"secretFlags": {flag: {"secret": name, "key": key}}, "suspend": True}
    changed = _QUIET["rooms"] | {"strategy_rotation": missing}
    result = quiet.upgrade({"rooms": changed})
    assert result.status == 0, result.errors
    quiet.cluster.kubectl("delete", "secret", name)

    job = quiet.start_now("strategy_rotation")
    eventually(partial(quiet.job_end, job), "an end without the secret", 120)

    assert quiet.exit_statuses(job) == [1]
    (line,) = quiet.cluster.kubectl("logs", f"job/{job}").splitlines()
    assert f"a readable secret file is required, was /run/secrets/{flag}/{key}" in line

    # Helm says it before a room can.
    refused = quiet.upgrade({"rooms": changed})
    assert refused.status != 0
    assert f"Secret {name} with the key {key} is required" in refused.errors


def test_a_node_that_restarts_in_the_middle_finishes_what_was_begun(
    quiet: Release, local_cluster: LocalCluster
) -> None:
    quiet.run_now("top_crypto_updater")  # or it would have no symbols
    job = quiet.start_now("candle_ingestor")
    eventually(partial(started, quiet, job), "a pod that runs", 120)

    # As when the machine loses power, then whoever finds it so.
    local_cluster.node.kill()
    assert node_traces.left(local_cluster.node.folder) != []
    local_cluster.node.stop()
    assert node_traces.left(local_cluster.node.folder) == []
    local_cluster.node.start()

    end = eventually(partial(quiet.job_end, job), "an end", 300)
    assert end == "Complete", quiet.story(job)
    worker = f"deployment/{NAME}-strategy-discovery"
    quiet.cluster.kubectl("rollout", "status", worker, "--timeout=180s")


def test_a_pod_that_may_be_root_is_refused(quiet: Release) -> None:
    image = "localhost/tradestream/candle_ingestor:local"
    refused = quiet.cluster.try_kubectl("run", "root", f"--image={image}")

    assert refused.status != 0
    assert 'violates PodSecurity "restricted' in refused.errors


def test_the_installation_tests_itself(quiet: Release) -> None:
    words = ("test", NAME, "--timeout=3m")
    result = quiet.cluster.try_helm(*words)

    assert result.status == 0, result.errors + result.output


def schedule(release: Release, room: str) -> str:
    return str(release.cluster.get("cronjob", f"{NAME}-{room}")["spec"]["schedule"])


def images_of_workers(release: Release) -> list[str]:
    deployments = release.cluster.items("deployments")
    pods = [deployment["spec"]["template"]["spec"] for deployment in deployments]
    return [str(pod["containers"][0]["image"]) for pod in pods]


def tag(image: str) -> str:
    return image.rpartition(":")[2]


def started(release: Release, job: str) -> bool:
    pods = release.cluster.items("pods", f"--selector=job-name={job}")
    return any(pod["status"]["phase"] == "Running" for pod in pods)
