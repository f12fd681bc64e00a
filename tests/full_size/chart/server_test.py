"""What a real API server says to the chart; no node is needed for that."""

from collections.abc import Iterator

import pytest

from tests.full_size.chart.profiles import PROFILES
from tests.full_size.chart.rendering import CHART, template
from tools.full_size.kubernetes.control_plane import ControlPlane
from tools.full_size.kubernetes.kubectl import Cluster
from tradestream.testing.servers import temporary_folder

NAMESPACE = "restricted"
CARELESS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: careless}
spec:
  selector: {matchLabels: {app: careless}}
  template:
    metadata: {labels: {app: careless}}
    spec: {containers: [{name: main, image: example.com/careless}]}
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Return a control plane with a namespace that warns of what is not restricted."""
    with temporary_folder("control_plane") as folder:
        plane = ControlPlane(folder / "cluster")
        try:
            plane.start()
            cluster = Cluster(plane.kubeconfig, NAMESPACE)
            cluster.kubectl("create", "namespace", NAMESPACE)
            for mode in ("enforce", "warn"):
                label = f"pod-security.kubernetes.io/{mode}=restricted"
                cluster.kubectl("label", "namespace", NAMESPACE, label)
            # Bare pods are refused where their account is missing.
            cluster.kubectl("create", "--save-config", "serviceaccount", "tradestream")
            yield cluster
        finally:
            plane.stop()


@pytest.mark.parametrize("profile", PROFILES)
def test_takes_everything_without_a_warning(cluster: Cluster, profile: str) -> None:
    rendered = template(*PROFILES[profile]).stdout

    result = cluster.try_kubectl(
        "apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=rendered
    )

    assert (result.status, result.errors) == (0, "")
    assert "cronjob.batch/tradestream-candle-ingestor created" in result.output


def test_would_warn_of_a_pod_that_is_not_restricted(cluster: Cluster) -> None:
    result = cluster.try_kubectl("apply", "--dry-run=server", "-f", "-", stdin=CARELESS)

    assert "would violate PodSecurity" in result.errors


def test_a_secret_that_was_drawn_stays_through_an_upgrade(cluster: Cluster) -> None:
    words = ("upgrade", "--install", "other", CHART, "--no-hooks")

    found = []
    for _ in range(2):
        cluster.helm(*words, *PROFILES["kind"])
        found.append(cluster.get("secret", "other-postgres")["data"])
    cluster.helm("uninstall", "other", "--no-hooks")

    assert found[0] == found[1]
    assert len(found[0]["password"]) > 40


def test_a_missing_secret_is_named_before_anything_is_installed(
    cluster: Cluster,
) -> None:
    words = ("upgrade", "--install", "third", CHART, "--dry-run=server")
    names = {"kafka": "password", "influxdb": "token", "postgres": "password"}

    missing = cluster.try_helm(*words, *PROFILES["least"])
    for name, key in names.items():
        literal = f"--from-literal={key}=secret"
        cluster.kubectl("create", "secret", "generic", name, literal)
    literal = "--from-literal=key=secret"
    cluster.kubectl("create", "secret", "generic", "coinmarketcap", literal)
    without = cluster.try_helm(*words, *PROFILES["least"])
    key = "--set=coinmarketcap.secret.key=key"
    whole = cluster.try_helm(*words, *PROFILES["least"], key)

    said = "is required in namespace restricted for --"
    assert missing.status == without.status == 1
    assert said in missing.errors
    assert "was missing" in missing.errors
    assert "Secret coinmarketcap with the key api-key" in without.errors
    assert "was without the key" in without.errors
    assert whole.status == 0
