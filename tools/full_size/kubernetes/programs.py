"""The programs of Kubernetes: those that we build, and those of the system."""

import shutil
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local.full_size import parts

CNI = Path("/usr/lib/cni")
"""Where Debian puts the plugins that connect pods."""

_PACKAGES = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "ip": "iproute2",
    "openssl": "openssl",
    "unshare": "util-linux",
}


def built(name: str) -> Path:
    """Return the path of a program that `make full-parts` builds.

    Args:
        name: `controlplane`, `kubelet`, `kubectl`, `helm`, or `helm-unittest`.

    Raises:
        ConfigurationError: If it was not built; names the command that does.
    """
    return parts.KUBERNETES.find() / "bin" / name


def installed(name: str) -> str:
    """Return the path of a program of the system.

    Raises:
        ConfigurationError: If it is missing; names the package that brings it.
    """
    found = shutil.which(name)
    if found is None:
        raise ConfigurationError(
            f"{name} is required on the path, was missing;"
            f" apt-get install {_PACKAGES[name]} brings it"
        )
    return found


def cni_folder() -> Path:
    """Return the folder of the CNI plugins.

    Raises:
        ConfigurationError: If they are missing.
    """
    for folder in (CNI, Path("/opt/cni/bin")):
        if (folder / "ptp").exists():
            return folder
    raise ConfigurationError(
        f"CNI plugins are required in {CNI}, were missing;"
        " apt-get install containernetworking-plugins brings them"
    )
