"""Programs that the system's package manager brings."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.full_size.recipes import Packages
from tradestream.errors import ConfigurationError, TradeStreamError


class InstallError(TradeStreamError):
    """Raised when the package manager fails."""


def missing(packages: Packages) -> list[str]:
    """Return the packages of programs that are not there."""
    found = [package for name, package in packages.programs.items() if not _has(name)]
    return sorted(set(found))


def install(packages: Packages) -> bool:
    """Install what is missing, where we may: as root, on Debian and its kin.

    Returns:
        Whether there was something to do.

    Raises:
        ConfigurationError: If we may not; names the packages.
        InstallError: If it fails.
    """
    wanted = missing(packages)
    if not wanted:
        return False
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ConfigurationError(
            f"{', '.join(wanted)} required, was missing;"
            f" as root: apt-get install {' '.join(wanted)}"
        )
    print(f"{packages.name}: installing {', '.join(wanted)}", flush=True)
    _apt_get("update", "-qq")
    _apt_get("install", "-qq", "-y", "--no-install-recommends", *wanted)
    return True


def _has(program: str) -> bool:
    if program.startswith("/"):
        return Path(program).exists()
    return shutil.which(program) is not None


def _apt_get(*arguments: str) -> None:
    finished = subprocess.run(
        ["apt-get", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # The services themselves stay off: only their programs are wanted.
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
        check=False,
    )
    if finished.returncode != 0:
        said = finished.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        raise InstallError(f"apt-get {arguments[0]} failed: {said[0]}")
