"""Generate Python and its stubs beside every .proto file.

Runs in the generator's own environment (requirements_protos.txt), which holds
grpcio-tools one major version behind the protobuf runtime of the platform.

usage: protos.py [--check]

With --check nothing is written: the files are generated into a temporary directory
and compared byte by byte with those in the repository; status 1 names what differs.
"""

import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

_ROOT = Path(__file__).resolve().parent.parent


def generate(destination: Path) -> list[str]:
    """Write the Python of every proto below `destination`; return their names."""
    sources = sorted(
        str(path.relative_to(_ROOT)) for path in (_ROOT / "protos").rglob("*.proto")
    )
    well_known = Path(protoc.__file__).parent / "_proto"
    status = protoc.main(
        [
            "protoc",
            f"--proto_path={_ROOT}",
            f"--proto_path={well_known}",
            f"--python_out={destination}",
            f"--pyi_out={destination}",
            *sources,
        ]
    )
    if status != 0:
        raise SystemExit(status)
    stems = [name.removesuffix(".proto") for name in sources]
    return [stem + ending for stem in stems for ending in ("_pb2.py", "_pb2.pyi")]


def stale(expected: Path, names: list[str]) -> list[str]:
    """Return the generated files that are missing, different, or left over."""
    held = {
        str(path.relative_to(_ROOT)) for path in (_ROOT / "protos").rglob("*_pb2.py*")
    }
    different = {
        name
        for name in names
        if name in held
        and (_ROOT / name).read_bytes() != (expected / name).read_bytes()
    }
    return sorted(different | (held ^ set(names)))


def main(arguments: list[str]) -> int:
    """Generate, or compare when asked to check."""
    if arguments != ["--check"]:
        generate(_ROOT)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        differing = stale(Path(folder), generate(Path(folder)))
    for name in differing:
        print(f"{name}: differs from its .proto, run make protos", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
