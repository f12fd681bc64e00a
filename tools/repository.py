"""What the repository holds: its root, and the files that git knows or would add."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def files(*patterns: str) -> list[Path]:
    """Return files, relative to the root and sorted, that match git's patterns.

    A file not yet committed counts; an ignored or deleted one does not.

    Args:
        patterns: Git path patterns such as `*.py` (which matches at any depth).
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(listed.stdout.split("\0")) - {""})
    return [Path(name) for name in names if (ROOT / name).is_file()]


def is_generated(path: Path) -> bool:
    """Say whether `path` is protobuf code that `make protos` writes."""
    return path.name.endswith(("_pb2.py", "_pb2.pyi"))
