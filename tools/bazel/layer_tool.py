"""Write one layer of an image: the same files always give the same bytes.

usage: layer_tool OUT MANIFEST

Each line of MANIFEST is `place<TAB>path`; files land below `app/` in the order of
their places, with fixed times, owners, and modes.
"""

import os
import sys
import tarfile


def add(tar: tarfile.TarFile, place: str, path: str) -> None:
    """Add a file, or all files of a folder, leaving out compiled Python."""
    if os.path.isdir(path):
        for entry in sorted(os.listdir(path)):
            if entry != "__pycache__":
                add(tar, f"{place}/{entry}", os.path.join(path, entry))
        return
    info = tarfile.TarInfo(place)
    info.size = os.path.getsize(path)
    info.mode = 0o755 if os.access(path, os.X_OK) else 0o644
    with open(path, "rb") as data:
        tar.addfile(info, data)


def main(out: str, manifest: str) -> None:
    """Write the layer to `out`."""
    with (
        tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as tar,
        open(manifest, encoding="utf-8") as lines,
    ):
        for line in filter(None, lines.read().splitlines()):
            place, path = line.split("\t")
            add(tar, f"app/{place}", path)


if __name__ == "__main__":
    main(*sys.argv[1:])
