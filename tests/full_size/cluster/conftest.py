"""Fixtures: one cluster with real servers beside it, and the chart on it."""

from collections.abc import Iterator

import pytest

from tests.full_size.cluster.release import NAME, Release
from tests.full_size.cluster.servers import Servers, running_servers
from tools import repository
from tools.full_size.kubernetes.kubectl import Cluster
from tools.full_size.kubernetes.local_cluster import LocalCluster, running_cluster
from tools.images.contents import read_graph, rooms
from tradestream.testing.servers import temporary_folder


@pytest.fixture(scope="session")
def local_cluster() -> Iterator[LocalCluster]:
    """Return a running cluster that has an image of every room."""
    names = rooms(read_graph(repository.ROOT))
    with (
        temporary_folder("cluster") as folder,
        running_cluster(folder / "cluster", names) as local,
    ):
        yield local


@pytest.fixture(scope="session")
def beside_cluster(local_cluster: LocalCluster) -> Iterator[Servers]:
    """Return servers of this machine that pods reach; the cluster brings the way."""
    assert local_cluster.control_plane.kubeconfig.exists()
    with temporary_folder("beside") as folder, running_servers(folder) as servers:
        yield servers


@pytest.fixture(scope="session")
def release(local_cluster: LocalCluster, beside_cluster: Servers) -> Release:
    """Return the release of a namespace that is ready for it; nothing installed."""
    kubeconfig = local_cluster.control_plane.kubeconfig
    release = Release(Cluster(kubeconfig, NAME), beside_cluster, local_cluster.folder)
    assert release.prepare() == ""
    return release


@pytest.fixture(scope="session")
def installed(release: Release) -> Release:
    """Return the release after `helm upgrade --install`, without a warning."""
    result = release.upgrade()
    words = ("logs", "job/tradestream-database-migrator")
    hook = release.cluster.try_kubectl(*words).output
    assert result.status == 0, result.errors + hook
    # Whoever may not run in this namespace is refused, or at least warned of, here.
    said = (result.errors + result.output).lower()
    assert "warning" not in said, said
    assert "podsecurity" not in said, said
    return release
