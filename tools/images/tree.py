"""The folder `/app` of an image: code, launchers, and room for the wheels."""

import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tools.images.contents import Contents

_LAUNCHER = """\
#!/bin/sh
root=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH="$root/src:$root/ext"
exec "${{PYTHON:-python3}}" -P -s "$root/src/services/{room}/main.py" "$@"
"""


def write(root: Path, contents: Contents, rooms: Sequence[str], out: Path) -> None:
    """Write the code of some rooms as the layers of Bazel lay it out.

        src/         this repository
        bin/<room>   a launcher that puts `src` and `ext` (wheels) on the path

    Args:
        root: The repository.
        contents: What the rooms need.
        rooms: Which get a launcher.
        out: Where `/app` is built; made when it is not there.
    """
    for path in contents.files:
        place = out / "src" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, place)
    (out / "bin").mkdir(parents=True, exist_ok=True)
    for room in rooms:
        launcher = out / PurePosixPath("bin", room)
        launcher.write_text(_LAUNCHER.format(room=room), encoding="utf-8")
        launcher.chmod(0o755)
