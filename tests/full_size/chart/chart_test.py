"""What the chart installs: rooms, their arguments, their security."""

import json
import re
import subprocess
import sys
from base64 import b64decode

import pytest
import yaml

from tests.full_size.chart.profiles import PROFILES
from tests.full_size.chart.rendering import (
    CHART,
    LEAST,
    REPOSITORY,
    Document,
    Pod,
    helm,
    pods,
    program,
    render,
    rooms,
)

OURS = "registry.example.com/tradestream/"


@pytest.fixture(scope="module", params=PROFILES)
def documents(request: pytest.FixtureRequest) -> list[Document]:
    return render(*PROFILES[request.param])


def judged(module: str, arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    """Let a binary judge arguments, and run nothing."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments, "--only_check_args"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def checked(pod: Pod) -> "subprocess.CompletedProcess[str]":
    """Let a room's own binary judge the arguments of its container."""
    (container,) = pod.spec["containers"]
    return judged(f"services.{pod.room}.main", container["args"])


def ours(documents: list[Document]) -> list[Pod]:
    """Return the pods of rooms, each room once, and not the one that only tests it."""
    found = {
        pod.room: pod
        for pod in pods(documents)
        if not pod.owner.startswith("Pod/")
        and pod.spec["containers"][0]["image"].startswith(OURS)
    }
    return list(found.values())


def test_every_room_is_there(documents: list[Document]) -> None:
    wanted = {
        folder.parent.name
        for folder in REPOSITORY.glob("services/*/main.py")
        if not rooms()[folder.parent.name].get("local_only")
    }

    found = {pod.room for pod in ours(documents)}

    assert len(wanted) > 10
    assert wanted <= found <= wanted | {"exchange_simulator"}


def test_every_room_takes_its_arguments(documents: list[Document]) -> None:
    said = {pod.room: checked(pod) for pod in ours(documents)}

    refused = {room: done.stderr for room, done in said.items() if done.returncode}
    assert refused == {}


def test_schedules_and_deadlines_are_those_of_the_table(
    documents: list[Document],
) -> None:
    jobs = {
        document["metadata"]["labels"]["app.kubernetes.io/component"]: document["spec"]
        for document in documents
        if document["kind"] == "CronJob"
    }

    table = {room: row for room, row in rooms().items() if row["kind"] == "job"}
    assert jobs.keys() == table.keys()
    for room, row in table.items():
        job = jobs[room]["jobTemplate"]["spec"]
        assert jobs[room]["schedule"] == row["schedule"]
        assert jobs[room]["concurrencyPolicy"] == "Forbid"
        assert job["activeDeadlineSeconds"] == row["deadline_seconds"]
        assert job["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"] == [1]


def test_every_pod_is_restricted(documents: list[Document]) -> None:
    found = list(pods(documents))

    assert len(found) > 10
    for pod in found:
        security = pod.spec["securityContext"]
        assert pod.spec["automountServiceAccountToken"] is False, pod.owner
        assert security["runAsNonRoot"] is True, pod.owner
        assert security["runAsUser"] > 0, pod.owner
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, pod.owner
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.spec.keys(), pod.owner
        for container in pod.spec["containers"] + pod.spec.get("initContainers", []):
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, pod.owner
            assert own["capabilities"] == {"drop": ["ALL"]}, pod.owner
            assert container["resources"]["limits"]["memory"], pod.owner
            if container["image"].startswith(OURS):
                assert own["readOnlyRootFilesystem"] is True, pod.owner
        for volume in pod.spec.get("volumes", []):
            assert volume.keys() & {"emptyDir", "secret"}, pod.owner


def test_secrets_are_files_that_are_mounted(documents: list[Document]) -> None:
    for pod in pods(documents):
        (container,) = pod.spec["containers"]
        mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
        for argument in container.get("args", []):
            flag, _, value = argument.removeprefix("--").partition("=")
            assert not re.search(r"://[^/@]*:[^/@]*@", value), pod.owner
            if flag.endswith("_file"):
                assert value.rpartition("/")[0] in mounted, pod.owner
            else:
                assert not re.search("password|token|key", flag), pod.owner
        assert all("valueFrom" not in one for one in container.get("env", []))


def test_the_flink_job_takes_its_arguments() -> None:
    documents = render(
        f"--values={LEAST}",
        "--set=flink.enabled=true,flink.image=flink,flink.stateUrl=s3://bucket/state",
        "--set=flink.triesVolume.persistentVolumeClaim.claimName=tries",
    )

    (job,) = [d["spec"]["job"] for d in documents if d["kind"] == "FlinkDeployment"]
    module = job["args"].index("-pym") + 1
    finished = judged(job["args"][module], job["args"][module + 1 :])
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "strategy_discovery" not in {pod.room for pod in ours(documents)}


def test_rules_and_dashboards_are_those_of_the_platform() -> None:
    platform = REPOSITORY / "platform"
    documents = render(
        f"--values={LEAST}",
        "--set=metrics.rules.enabled=true,metrics.dashboards.enabled=true",
    )

    groups = [d["spec"]["groups"] for d in documents if d["kind"] == "PrometheusRule"]
    shown = {
        name: json.loads(text)
        for document in documents
        if document["kind"] == "ConfigMap"
        for name, text in document["data"].items()
    }
    files = sorted((platform / "prometheus" / "rules").glob("*.yaml"))
    assert groups == [
        [g for file in files for g in yaml.safe_load(file.read_text("utf-8"))["groups"]]
    ]
    assert shown == {
        file.name: json.loads(file.read_text("utf-8"))
        for file in (platform / "grafana" / "dashboards").glob("*.json")
    }


def test_secrets_that_are_drawn_stand_nowhere_else() -> None:
    documents = render(*PROFILES["kind"])
    drawn = [
        b64decode(value).decode()
        for document in documents
        if document["kind"] == "Secret"
        for value in document["data"].values()
    ]

    assert len(drawn) == 3
    others = [document for document in documents if document["kind"] != "Secret"]
    assert [secret for secret in drawn if secret in str(others)] == []


def test_every_pod_of_a_room_has_a_policy_and_an_account(
    documents: list[Document],
) -> None:
    chosen = [
        document["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
        for document in documents
        if document["kind"] == "NetworkPolicy"
    ]

    assert sorted(chosen) == sorted(pod.room for pod in ours(documents))
    for pod in ours(documents):
        if not pod.owner.startswith("Job/"):  # a hook comes before the account
            assert pod.spec["serviceAccountName"] == "tradestream", pod.owner


def test_names_are_no_longer_than_kubernetes_takes() -> None:
    longest = render(f"--values={LEAST}", "--set=fullnameOverride=seventeen-letters")

    for document in longest:
        limit = 52 if document["kind"] == "CronJob" else 63
        assert len(document["metadata"]["name"]) <= limit


def test_helm_has_nothing_against_the_chart() -> None:
    finished = helm("lint", "--strict", str(CHART), f"--values={LEAST}")

    assert (finished.returncode, finished.stderr.count("Error")) == (0, 0)


def test_its_own_tests_pass() -> None:
    finished = subprocess.run(
        [program("helm-unittest"), "--strict", str(CHART)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    suites = len(list((CHART / "tests").glob("*_test.yaml")))
    assert finished.returncode == 0, finished.stdout
    assert f"Test Suites: {suites} passed" in finished.stdout
