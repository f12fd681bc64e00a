"""A certificate authority of one folder, for trying TLS on loopback."""

import shutil
import subprocess
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local.ports import HOST
from tradestream.local.processes import StartError

_EXTENSIONS = f"subjectAltName=IP:{HOST},DNS:localhost\n"


def make(folder: Path, *, days: int = 365) -> Path:
    """Make `ca.pem` and `server.pem` (key and certificate) that it signed.

    Those that are there stay.

    Args:
        folder: Where; made if it is missing.
        days: How long the server's holds; -1: it has expired.

    Returns:
        The certificate of the authority, for clients.

    Raises:
        ConfigurationError: If openssl is missing.
        StartError: If openssl fails.
    """
    authority, server = folder / "ca.pem", folder / "server.pem"
    if server.exists():
        return authority
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "extensions").write_text(_EXTENSIONS)
    key = ["-newkey", "rsa:2048", "-nodes"]
    _openssl(
        folder,
        *("req", "-x509", *key, "-days", "365", "-subj", "/CN=tradestream test"),
        *("-keyout", "ca.key", "-out", authority.name),
    )
    _openssl(
        folder,
        *("req", *key, "-subj", f"/CN={HOST}"),
        *("-keyout", "server.key", "-out", "server.request"),
    )
    _openssl(
        folder,
        *("x509", "-req", "-in", "server.request", "-days", str(days)),
        *("-CA", authority.name, "-CAkey", "ca.key", "-CAcreateserial"),
        *("-extfile", "extensions", "-out", "server.crt"),
    )
    parts = [(folder / f"server.{end}").read_text() for end in ("key", "crt")]
    server.touch(mode=0o600)
    server.write_text("".join(parts))
    return authority


def _openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise ConfigurationError("openssl is required for TLS, was missing")
    finished = subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if finished.returncode != 0:
        raise StartError(f"openssl {arguments[0]} failed: {finished.stderr.strip()}")
