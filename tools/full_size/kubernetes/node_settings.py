"""What the programs of a node are told."""

import json
import socket as socket_module
from collections.abc import Mapping
from pathlib import Path

from tools.full_size.kubernetes.programs import cni_folder

NAME = "node"
ADDRESS = "10.250.8.1"
"""Of the node, and of the machine as pods see it; may not be loopback."""

PODS = "10.250.7.0/24"
BRIDGE = "tradestream0"
CGROUP = "tradestream"
PAUSE = "localhost/pause:1"
_PORT = 20250

_CONTAINERD = """\
version = 2
root = "{folder}/images"
state = "{folder}/state"
oom_score = 0
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  # Not in /run, so that what a killed node leaves is all below one folder.
  netns_mounts_under_state_dir = true
  # A container of this machine may not lower the score.
  restrict_oom_score_adj = true
  disable_apparmor = true
  sandbox_image = "{pause}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni}"
    conf_dir = "{folder}/cni"
"""


def socket(folder: Path) -> Path:
    """Return the socket of containerd."""
    return folder / "containerd.sock"


def write(folder: Path) -> None:
    """Write every settings file of a node into its folder."""
    (folder / "cni").mkdir(parents=True, exist_ok=True)
    (folder / "containerd.toml").write_text(
        _CONTAINERD.format(
            folder=folder, socket=socket(folder), pause=PAUSE, cni=cni_folder()
        )
    )
    _write_json(folder / "cni" / "10-pods.conflist", _network(folder))
    _write_json(folder / "kubelet.yaml", _kubelet(folder))


def has_kubelet() -> bool:
    """Whether a kubelet serves at its port, which it does when it takes pods."""
    try:
        socket_module.create_connection((ADDRESS, _PORT), timeout=1).close()
    except OSError:
        return False
    return True


def _write_json(path: Path, document: Mapping[str, object]) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n")


def _network(folder: Path) -> dict[str, object]:
    # A cable from each pod to the machine: no bridge between pods, no firewall.
    cable = {
        "type": "ptp",
        "ipMasq": False,
        "ipam": {
            "type": "host-local",
            "dataDir": str(folder / "ipam"),
            "ranges": [[{"subnet": PODS}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    return {"cniVersion": "1.0.0", "name": "pods", "plugins": [cable]}


def _kubelet(folder: Path) -> dict[str, object]:
    never = ("memory.available", "nodefs.available", "imagefs.available")
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{CGROUP}",
        "oomScoreAdj": 0,
        "address": ADDRESS,
        "port": _PORT,
        "healthzPort": 0,
        "readOnlyPort": 0,
        # Its port is open to this machine and its pods alone.
        "authentication": {
            "anonymous": {"enabled": True},
            "webhook": {"enabled": False},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "containerRuntimeEndpoint": f"unix://{socket(folder)}",
        "failSwapOn": False,
        "localStorageCapacityIsolation": False,
        "evictionHard": dict.fromkeys((*never, "nodefs.inodesFree"), "0%"),
        "imageGCHighThresholdPercent": 100,
        "makeIPTablesUtilChains": False,
        "podLogsDir": str(folder / "logs"),
        "maxPods": 100,
    }
