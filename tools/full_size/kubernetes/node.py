"""A real node: the kubelet on containerd and runc, without systemd.

One at a time on a machine: addresses and the control group are fixed; see
`local_cluster.only_cluster`. Needs root.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.full_size.kubernetes import node_settings, node_traces
from tools.full_size.kubernetes.kubectl import Cluster
from tools.full_size.kubernetes.programs import built, installed
from tradestream.errors import ConfigurationError
from tradestream.local import processes
from tradestream.local.processes import Handle, StartError

START_SECONDS = 120.0
_TRIES = 10
_CTR_SECONDS = 900.0
_PROGRAMS = ("containerd", "ctr", "runc", "ip")


@dataclass(frozen=True, slots=True)
class Node:
    """A node with all it keeps in one folder. Making the object touches nothing.

    Attributes:
        folder: Images, containers, settings, and logs; made by the first start.
        cluster: The cluster that it joins.
    """

    folder: Path
    cluster: Cluster

    def start(self) -> None:
        """Start containerd and the kubelet, and wait until the node is ready.

        Raises:
            ConfigurationError: If a program or the rights of root are missing.
            StartError: With its own last words, if a program does not come up.
        """
        if os.geteuid() != 0:
            raise ConfigurationError("root is required for a node, was another user")
        for name in _PROGRAMS:
            installed(name)
        node_settings.write(self.folder)
        node_traces.make_bridge()
        node_traces.make_cgroups()
        toml = self.folder / "containerd.toml"
        self._launch("containerd", ["containerd", "-c", toml], self._has_containerd)
        self._launch("kubelet", self._kubelet(), self._is_ready)

    def load(self, archives: Sequence[Path]) -> None:
        """Give the node images; needs containerd, so `start` first.

        Raises:
            StartError: If containerd refuses one.
        """
        for archive in archives:
            finished = self._ctr("image", "import", "--snapshotter=overlayfs", archive)
            if finished.returncode != 0:
                raise StartError(f"{archive.name} is no image: {finished.stderr}")

    def kill(self) -> None:
        """End kubelet and containerd with SIGKILL; containers go on."""
        for name in ("kubelet", "containerd"):
            self._end(name, signal.SIGKILL)

    def stop(self) -> None:
        """End everything and leave nothing behind but the folder, after a crash too."""
        for name in ("kubelet", "containerd"):
            self._end(name, signal.SIGTERM)
        node_traces.remove(self.folder)

    def forget(self) -> None:
        """Remove the folder; the node must be stopped."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, name: str, how: signal.Signals) -> None:
        running = processes.read_handle(self._pid_file(name))
        if running is not None:
            processes.stop(running, how)
        self._pid_file(name).unlink(missing_ok=True)

    def _pid_file(self, name: str) -> Path:
        return self.folder / f"{name}.pid"

    def _launch(
        self, name: str, command: Sequence[str | Path], ready: Callable[[], bool]
    ) -> None:
        if processes.read_handle(self._pid_file(name)) is not None:
            return
        log = self.folder / f"{name}.log"
        for _ in range(_TRIES):
            process = processes.spawn(command, log=log)
            processes.write_handle(self._pid_file(name), Handle.of(process.pid))
            if processes.wait_until(ready, process, START_SECONDS):
                return
            if process.poll() is None:
                break
            # As systemd would: a kubelet ends where containerd answers, but not yet
            # to it.
            time.sleep(1)
        raise StartError(f"{name} does not start: {processes.last_line(log)}")

    def _kubelet(self) -> list[str | Path]:
        return [
            built("kubelet"),
            f"--config={self.folder / 'kubelet.yaml'}",
            f"--kubeconfig={self.cluster.kubeconfig}",
            f"--root-dir={self.folder / 'kubelet'}",
            f"--cert-dir={self.folder / 'pki'}",
            f"--hostname-override={node_settings.NAME}",
            f"--node-ip={node_settings.ADDRESS}",
            "--v=1",
        ]

    def _ctr(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        address = node_settings.socket(self.folder)
        return subprocess.run(
            ["ctr", "-a", str(address), "-n", "k8s.io", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_CTR_SECONDS,
        )

    def _has_containerd(self) -> bool:
        return self._ctr("version").returncode == 0

    def _is_ready(self) -> bool:
        # The cluster says for a while yet that a node is ready whose kubelet has ended.
        if not node_settings.has_kubelet():
            return False
        path = '{.status.conditions[?(@.type=="Ready")].status}'
        words = ("get", "node", node_settings.NAME, "-o", f"jsonpath={path}")
        return self.cluster.try_kubectl(*words).output == "True"
