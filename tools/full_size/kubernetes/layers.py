"""The layers of our own images: Debian with Python, wheels, kernels, code.

They are kept in the cache of parts, each under a hash of what it is made of. Debian's
Python stands in for the base image of the registry.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

from tools import repository
from tools.full_size.kubernetes.programs import installed
from tools.images.contents import closure, contents, read_graph
from tools.images.requirements import subset
from tools.images.tree import write
from tradestream.backtest.compile import in_use
from tradestream.errors import ConfigurationError
from tradestream.indicators.compiled import cache_base
from tradestream.local.full_size import parts
from tradestream.local.processes import StartError

_SUITE = "bookworm"
_PYTHON = "3.11.2"
_PACKAGES = "python3,ca-certificates,libstdc++6,tzdata"
_KEPT = 3
KERNELS = "/app/kernels"
_BAKING = "tradestream/kernels"


class Layers:
    """Makes the layers that some rooms share.

    Args:
        rooms: What the image can run.
    """

    def __init__(self, rooms: Sequence[str]) -> None:
        self._rooms = rooms
        graph = read_graph(repository.ROOT)
        self._needed = contents(graph, rooms)
        self._compiler = closure(graph, ["//tradestream/backtest:compile"])

    def all(self) -> list[Path]:
        """Return the layers, the lowest first; minutes the first time, then seconds.

        Raises:
            ConfigurationError: If a program is missing.
        """
        return [base(), self._wheels(), self._kernels(), self._code()]

    def _wheels(self) -> Path:
        lock = (repository.ROOT / "requirements.txt").read_text(encoding="utf-8")
        text = subset(lock, self._needed.distributions)

        def make(out: Path) -> None:
            with unpacked([base()]) as root:
                wanted = root / "requirements.txt"
                wanted.write_text(text, encoding="utf-8")
                _install(wanted, root / "app" / "ext")
                _forget_tests(root / "app" / "ext")
                _compile_bytecode(root)
                _pack(root / "app" / "ext", "app/ext", out)

        return _cached("wheels", f"{_PYTHON} without tests {text}", make)

    def _kernels(self) -> Path:
        names = in_use()

        def make(out: Path) -> None:
            with unpacked([base(), self._wheels(), self._code()]) as root:
                kernels = root / KERNELS.lstrip("/")
                write(repository.ROOT, self._compiler, [], root / "app")
                # What this machine compiled already fits as it is, or is not taken.
                for name in names:
                    if (cache_base() / name).is_dir():
                        shutil.copytree(cache_base() / name, kernels / name)
                _run_python(root, "-m", "tradestream.backtest.compile")
                for path in kernels.iterdir():
                    if path.is_dir() and path.name not in names:
                        shutil.rmtree(path)
                _pack(kernels, KERNELS.lstrip("/"), out)

        baking = [p for p in self._compiler.files if p.is_relative_to(_BAKING)]
        made_of = [_PYTHON, *sorted(names), _digest(baking)]
        return _cached("kernels", " ".join(made_of), make)

    def _code(self) -> Path:
        def make(out: Path) -> None:
            with unpacked([base()]) as root:
                write(repository.ROOT, self._needed, self._rooms, root / "app")
                _compile_bytecode(root)
                _pack(root / "app", "app", out)

        made_of = [_PYTHON, *self._rooms, _digest(self._needed.files)]
        return _cached("code", " ".join(made_of), make)


def _digest(files: Iterable[PurePath]) -> str:
    """Return a hash of the names and contents of files of the repository."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path}\0".encode())
        digest.update((repository.ROOT / path).read_bytes())
    return digest.hexdigest()


def base() -> Path:
    """Return Debian with Python as a tar, made by mmdebstrap where it is missing."""
    if shutil.which("mmdebstrap") is None:
        raise ConfigurationError(
            "mmdebstrap is required on the path, was missing;"
            " apt-get install mmdebstrap brings it"
        )

    def make(out: Path) -> None:
        command = [
            *("mmdebstrap", "--quiet", "--mode=root", "--variant=essential"),
            *(f"--include={_PACKAGES}", _SUITE, str(out), *_sources()),
        ]
        subprocess.run(command, check=True)

    return _cached("debian_python", f"{_SUITE} {_PACKAGES}", make)


def _sources() -> list[str]:
    """Return where this machine has packages of the suite from; none: Debian's own."""
    release = Path("/etc/os-release")
    if not release.exists() or f"VERSION_CODENAME={_SUITE}" not in release.read_text():
        return []
    places = (Path("/etc/apt/sources.list"), *Path("/etc/apt").glob("*.d/debian.*"))
    return [str(path) for path in places if path.is_file()]


def _cached(name: str, made_of: str, make: Callable[[Path], None]) -> Path:
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    path = parts.folder() / f"{name}-{digest}" / "layer.tar"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{os.getpid()}.tar")
        try:
            make(new)
            new.replace(path)
            _forget_old(path.parent, name)
        finally:
            new.unlink(missing_ok=True)
    return path


def _forget_old(newest: Path, name: str) -> None:
    """Remove layers that nobody made or used for long."""
    old = [p for p in newest.parent.glob(f"{name}-*") if p != newest]
    old.sort(key=lambda p: p.stat().st_mtime, reverse=True)
    for folder in old[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _install(wanted: Path, out: Path) -> None:
    """Install wheels for the interpreter of the base, whichever runs here."""
    uv = Path(sys.executable).parent / "uv"
    command = [
        *(str(uv), "pip", "install", "--quiet", "--no-config", "--no-deps"),
        *("--require-hashes", "--only-binary=:all:", "--link-mode=copy"),
        *(f"--python-version={_PYTHON}", "--python-platform=x86_64-unknown-linux-gnu"),
        *(f"--target={out}", f"--requirement={wanted}"),
    ]
    subprocess.run(command, check=True)


def _forget_tests(wheels: Path) -> None:
    # A twelfth of an image, and nothing that a room imports.
    for folder in [path for path in wheels.rglob("tests") if path.is_dir()]:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def unpacked(layers: Sequence[Path]) -> Iterator[Path]:
    """Yield a folder with the layers unpacked over each other."""
    with tempfile.TemporaryDirectory() as folder:
        for layer in layers:
            command = ["tar", "--extract", f"--file={layer}", f"--directory={folder}"]
            subprocess.run(command, check=True)
        yield Path(folder)


def _compile_bytecode(root: Path) -> None:
    # A root filesystem that is read-only would have each run compile it again. Times
    # of a layer say nothing, so the sources are not looked at.
    options = (
        "-q",
        "-j",
        "2",
        "-x",
        "/tests?/",
        "--invalidation-mode",
        "unchecked-hash",
    )
    _run_python(root, "-m", "compileall", *options, "/app")


def run_inside(
    root: Path,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    user: str = "0:0",
    app: Path | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run a program of `root` inside of it, as a container would; needs root.

    Args:
        root: What `unpacked` yields.
        command: Program, as seen from inside, and its arguments.
        environment: All of its variables.
        user: Numbers of its user and group.
        app: What it sees as `/app` instead of what is there in `root`.
    """
    script = (
        'app=$1; user=$2; shift 2; mount --bind /dev "$0/dev"'
        ' && mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/tmp"'
        ' && { [ -z "$app" ] || mount --bind "$app" "$0/app"; }'
        ' && exec chroot --userspec="$user" "$0" /usr/bin/env -i "$@"'
    )
    variables = [f"{name}={value}" for name, value in environment.items()]
    # Mounts of a namespace of its own go away with it.
    unshare = [installed("unshare"), "--mount", "--propagation=private"]
    inside = [str(root), str(app or ""), user, *variables, *command]
    return subprocess.run(
        [*unshare, "sh", "-c", script, *inside],
        check=False,
        capture_output=True,
        text=True,
    )


def _run_python(root: Path, *words: str) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": "/app/src:/app/ext",
        "NUMBA_CACHE_DIR": KERNELS,
    }
    command = ["/usr/bin/python3", *words]
    finished = run_inside(root, command, environment=environment)
    if finished.returncode != 0:
        raise StartError(f"{' '.join(words[:2])} failed: {finished.stderr[-400:]}")


def _pack(folder: Path, prefix: str, out: Path) -> None:
    """Write a folder as a layer: the same files always give the same bytes."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime = member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    with tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            name = f"{prefix}/{path.relative_to(folder).as_posix()}"
            tar.add(path, name, recursive=False, filter=plain)
