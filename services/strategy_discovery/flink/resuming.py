"""Which checkpoint or savepoint a job goes on from. Pure."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from tradestream.errors import ConfigurationError

LATEST = "latest"
NONE = "none"

_METADATA = "_metadata"
"""Written last: a folder without it is half a checkpoint."""


def as_url(folder: str) -> str:
    """Return a folder as Flink names it: a path gets `file://`, a URL stays."""
    return folder if "://" in folder else Path(folder).absolute().as_uri()


def savepoints(checkpoints: str) -> str:
    """Return where the savepoints of a job are, as a URL."""
    return f"{as_url(checkpoints).rstrip('/')}/savepoints"


def resume_from(wanted: str, checkpoints: str) -> str | None:
    """Return the URL to go on from, None to begin at the group's offsets.

    Args:
        wanted: `latest`, `none`, or the path or URL of one.
        checkpoints: Path or URL of the folder of checkpoints, in which those of
            each job and all savepoints are.

    Raises:
        ConfigurationError: If it is not there, or cannot be looked for.
    """
    if wanted == NONE:
        return None
    if wanted != LATEST:
        url = as_url(wanted)
        folder = _local(url)
        if folder is not None and not (folder / _METADATA).is_file():
            raise ConfigurationError(
                f"--resume: a whole checkpoint or savepoint is required, was {wanted}"
            )
        return url
    folder = _local(as_url(checkpoints))
    if folder is None:
        raise ConfigurationError(
            "--resume: the URL of a checkpoint, or none, is required where"
            f" --checkpoint_dir is no local folder, was {wanted}"
        )
    return _latest(folder)


def metadata_of(resume: str) -> Path | None:
    """Return the file that describes a checkpoint, None if it is far away."""
    folder = _local(resume)
    return None if folder is None else folder / _METADATA


def _latest(folder: Path) -> str | None:
    whole = [
        *folder.glob(f"*/chk-*/{_METADATA}"),
        *folder.glob(f"savepoints/savepoint-*/{_METADATA}"),
    ]
    if not whole:
        return None
    newest = max(whole, key=lambda path: path.stat().st_mtime_ns)
    return newest.parent.absolute().as_uri()


def _local(url: str) -> Path | None:
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None
