"""A whole cluster on this machine: control plane, node, and our own images on it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tools.full_size.kubernetes import node_settings
from tools.full_size.kubernetes.control_plane import ControlPlane
from tools.full_size.kubernetes.image import Image, write_archive
from tools.full_size.kubernetes.kubectl import Cluster
from tools.full_size.kubernetes.layers import KERNELS, Layers, base
from tools.full_size.kubernetes.node import Node
from tradestream.local.lock import take

REPOSITORY = "localhost/tradestream/{room}"
TAG = "local"
_LOCK = Path("/run/tradestream-node.lock")
_WAIT_SECONDS = 3600.0
"""For the cluster of somebody else: longer than all tests on one."""


@dataclass(frozen=True, slots=True)
class LocalCluster:
    """A cluster in one folder. Making the object touches nothing.

    Attributes:
        folder: Everything of it.
    """

    folder: Path

    @property
    def control_plane(self) -> ControlPlane:
        """Its control plane."""
        return ControlPlane(self.folder / "control_plane")

    @property
    def cluster(self) -> Cluster:
        """Commands of it."""
        return Cluster(self.control_plane.kubeconfig)

    @property
    def node(self) -> Node:
        """Its one node."""
        return Node(self.folder / "node", self.cluster)

    def start(self, rooms: Sequence[str]) -> None:
        """Start everything and load the images of `rooms`; see the parts for errors."""
        self.folder.mkdir(parents=True, exist_ok=True)
        archive = self.folder / "images.tar"
        write_images(archive, rooms)
        self.control_plane.start()
        self.node.start()
        self.node.load([archive])
        archive.unlink()

    def stop(self) -> None:
        """Stop everything; nothing but the folder is left."""
        self.node.stop()
        self.control_plane.stop()

    def forget(self) -> None:
        """Remove the folder; the cluster must be stopped."""
        self.node.forget()
        self.control_plane.forget()


def images(rooms: Sequence[str]) -> list[Image]:
    """Return the images of rooms, from layers that are made where they are missing."""
    layers = Layers(rooms).all()
    environment = {"PYTHONUNBUFFERED": "1", "NUMBA_CACHE_DIR": KERNELS}
    return [
        Image(
            f"{REPOSITORY.format(room=room)}:{TAG}",
            layers,
            [f"/app/bin/{room}"],
            environment=environment,
        )
        for room in rooms
    ]


def write_images(archive: Path, rooms: Sequence[str]) -> None:
    """Write one archive of the images of rooms, and of the pause image of pods."""
    # It only has to be there until it is killed.
    pause = Image(node_settings.PAUSE, [base()], ["/usr/bin/sleep", "infinity"])
    write_archive(archive, [pause, *images(rooms)])


@contextmanager
def only_cluster(
    folder: Path, lock: Path = _LOCK, seconds: float = _WAIT_SECONDS
) -> Iterator[None]:
    """Be the one cluster of this machine; wait an hour while there is another.

    The lock remembers the folder, so that whatever a killed owner left is ended by
    the next one, wherever it was.

    Raises:
        UnavailableError: If the other one is still there then.
    """
    with lock.open("a+") as file:
        take(file, seconds, f"another cluster runs on this machine ({lock})")
        file.seek(0)
        last = file.read().strip()
        if last:
            LocalCluster(Path(last)).stop()
        _write(file, str(folder))
        yield
        _write(file, "")


@contextmanager
def running_cluster(folder: Path, rooms: Sequence[str]) -> Iterator[LocalCluster]:
    """Run the one cluster of this machine; nothing is left of it afterwards."""
    local = LocalCluster(folder)
    with only_cluster(folder), ExitStack() as ends:
        ends.callback(local.forget)
        ends.callback(local.stop)
        local.start(rooms)
        yield local


def _write(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()
