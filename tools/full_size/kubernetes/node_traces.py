"""What a node leaves on the machine, and how it is removed, also after a crash.

Everything is found by the folder of the node, its bridge, its network, or its control
group, so nothing of another program is touched.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tools.full_size.kubernetes.node_settings import (
    ADDRESS,
    BRIDGE,
    CGROUP,
    PODS,
)

_CGROUPS = Path("/sys/fs/cgroup")
_PATIENCE_SECONDS = 20.0
_PROGRAMS = ("kubelet", "containerd")


def make_bridge() -> None:
    """Give the machine the address of the node; no error when it has it."""
    for words in (
        ("link", "add", BRIDGE, "type", "bridge"),
        ("addr", "add", f"{ADDRESS}/32", "dev", BRIDGE),
        ("link", "set", BRIDGE, "up"),
    ):
        subprocess.run(["ip", *words], capture_output=True, check=False)


def make_cgroups() -> None:
    """Make the control group that pods are counted in, in every hierarchy."""
    for top in _hierarchies():
        group = top / CGROUP
        group.mkdir(exist_ok=True)
        for name in ("cpuset.cpus", "cpuset.mems"):
            if top.name == "cpuset":
                (group / name).write_text((top / name).read_text())


def remove(folder: Path) -> None:
    """End every process of a node and take its traces away."""
    folder = folder.resolve()
    _kill(folder)
    _unmount(folder)
    _remove_network()
    _remove_cgroups()


def left(folder: Path) -> list[str]:
    """Name what is still there of a node, for a test or a person."""
    folder = folder.resolve()
    found = [f"process {pid}" for pid in _processes(folder)]
    found += [f"mount {mount}" for mount in _mounts(folder)]
    found += [f"device {device}" for device in _devices()]
    return found + [f"cgroup {t}" for t in _hierarchies() if (t / CGROUP).exists()]


def _hierarchies() -> list[Path]:
    """Return the roots of control groups: one of version 2, or several of 1."""
    if (_CGROUPS / "cgroup.controllers").exists():
        return [_CGROUPS]
    tops = sorted(path for path in _CGROUPS.iterdir() if path.is_dir())
    return [top for top in tops if not top.is_symlink()]


def _processes(folder: Path) -> set[int]:
    """Return what runs in containers of the node, and what holds them.

    Not by files with numbers: whoever was killed may have lost them.
    """
    found = set()
    for top in _hierarchies():
        for path in (top / CGROUP).rglob("cgroup.procs"):
            found |= {int(pid) for pid in _text(path).split()}
    for process in psutil.process_iter(["name", "cmdline"]):
        words = process.info["cmdline"] or []
        named = process.info["name"].startswith(_PROGRAMS)
        if named and any(f"{folder}/" in word for word in words):
            found.add(process.pid)
    return found


def _kill(folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (found := _processes(folder)) and time.monotonic() < deadline:
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


def _mounts(folder: Path) -> list[str]:
    """Return mount points below a folder, the innermost first."""
    lines = Path("/proc/mounts").read_text().splitlines()
    points = (line.split(" ")[1] for line in lines)
    return sorted((p for p in points if p.startswith(f"{folder}/")), reverse=True)


def _unmount(folder: Path) -> None:
    for point in _mounts(folder):
        subprocess.run(["umount", "-l", point], capture_output=True, check=False)


def _devices() -> Iterator[str]:
    """Yield the bridge, and cables to pods whose sandbox was never taken down."""
    if Path("/sys/class/net", BRIDGE).exists():
        yield BRIDGE
    # A stale route would swallow what is for the next pod of that address.
    command = ["ip", "-o", "route", "show", "to", "root", PODS]
    routes = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in routes.stdout.splitlines():
        words = line.split()
        if "dev" in words:
            yield words[words.index("dev") + 1]


def _remove_network() -> None:
    for device in sorted(set(_devices())):
        command = ["ip", "link", "del", device]
        subprocess.run(command, capture_output=True, check=False)


def _remove_cgroups() -> None:
    for top in _hierarchies():
        groups = [g for g in (top / CGROUP).rglob("*") if g.is_dir()]
        for group in [*sorted(groups, reverse=True), top / CGROUP]:
            _remove_cgroup(group)


def _remove_cgroup(group: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while group.exists() and time.monotonic() < deadline:
        try:
            group.rmdir()
        except OSError:  # busy until the last process is collected
            time.sleep(0.05)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it went away meanwhile
