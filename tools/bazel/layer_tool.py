"""Write one layer of an image: the same files always give the same bytes.

usage: layer_tool OUT MANIFEST

Each line of MANIFEST is `place<TAB>path`; files land below `app/` in the order of
their places, with fixed times, owners, and modes. Python is compiled by the interpreter
that runs this, which is that of the image: a root filesystem that is read-only would
have each run compile it again.
"""

import importlib.util
import io
import os
import py_compile
import re
import sys
import tarfile
import tempfile

# A twelfth of an image, and nothing that a room imports.
_TESTS_OF_WHEELS = re.compile("app/ext/.*/tests(/|$)")


def add(tar: tarfile.TarFile, place: str, path: str) -> None:
    """Add a file, or all files of a folder, with bytecode of our own making."""
    if _TESTS_OF_WHEELS.match(place):
        return
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
    if place.endswith(".py"):
        add_bytecode(tar, place, path)


def add_bytecode(tar: tarfile.TarFile, place: str, path: str) -> None:
    """Add what a module compiles to, if it does: a template is none."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "module.pyc")
        # Times in a layer say nothing, so the interpreter is told to trust it.
        trusted = py_compile.PycInvalidationMode.UNCHECKED_HASH
        try:
            py_compile.compile(path, out, f"/{place}", True, invalidation_mode=trusted)
        except py_compile.PyCompileError:
            return
        with open(out, "rb") as file:
            data = file.read()
    info = tarfile.TarInfo(importlib.util.cache_from_source(place))
    info.size = len(data)
    info.mode = 0o644
    tar.addfile(info, io.BytesIO(data))


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
