"""Make a virtual environment from hash-locked files, and keep it up to date.

Runs on the bare interpreter, before anything is installed, so it uses the standard
library alone. Doing it again is cheap: a stamp in the environment remembers which
locks went in, for which interpreter and which place of the repository.

usage: environment.py DIRECTORY LOCK... [--with_tradestream] [--wait_seconds=N]

One process at a time makes a directory; another waits for it, so long and no longer.

Exit status: 0 done, 1 the environment could not be made (one line says why).
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parent.parent
_STAMP = "environment.stamp"
# For the process that makes the same one: longer than a slow network takes.
_WAIT_SECONDS = 1200.0
_POLL_SECONDS = 0.1

# `/bin/sh` reads the second line as a command and never comes back; Python reads
# lines two and three as a string. So the path may be long, or hold spaces.
_CONSOLE_SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from tradestream.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
"""


class SetupError(Exception):
    """The environment could not be made; the text is one line for the user."""


def make(directory: Path, locks: Sequence[Path], *, with_tradestream: bool) -> bool:
    """Make `directory` hold what every one of `locks` says.

    An environment of another interpreter or another place is made anew; a changed
    lock is installed over the old one.

    Returns:
        Whether there was something to do.

    Raises:
        SetupError: If the interpreter lacks `venv`, or pip fails.
    """
    stamp = directory / _STAMP
    base = f"{sys.version_info[:3]} {sys.executable} {_REPOSITORY}"
    held = stamp.read_text(encoding="utf-8").splitlines() if stamp.is_file() else []
    if not held or held[0] != base:
        if directory.exists():
            shutil.rmtree(directory)
        _create(directory)
        held = [base]
    missing = {lock: _line(lock) for lock in locks if _line(lock) not in held}
    for lock in missing:
        _install(directory, lock)
    if with_tradestream:
        _link_tradestream(directory)
    lines = [base, *(_line(lock) for lock in locks)]
    kept = [line for line in held[1:] if line not in lines and _is_current(line)]
    stamp.write_text("\n".join([*lines, *kept]) + "\n", encoding="utf-8")
    return bool(missing)


@contextmanager
def alone(directory: Path, seconds: float) -> Iterator[None]:
    """Be the one process that makes `directory`; wait while there is another.

    The lock is a file beside the directory, which says who holds it.

    Raises:
        SetupError: If the other one is still there after `seconds`.
    """
    path = directory.with_name(f"{directory.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with path.open("a+", encoding="utf-8") as file:
        while not _take(file.fileno()):
            if time.monotonic() >= deadline:
                raise SetupError(
                    f"{directory} is being made by {_holder(path)}, and was not done"
                    f" in {seconds:.0f} s; end that process, or wait for it"
                )
            time.sleep(_POLL_SECONDS)
        file.truncate(0)
        file.write(f"process {os.getpid()}, begun {time.strftime('%H:%M:%S')}\n")
        file.flush()
        yield
        file.truncate(0)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() or f"who holds {path}"


def _line(lock: Path) -> str:
    return f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def _is_current(line: str) -> bool:
    lock = _REPOSITORY / line.split(" ")[0]
    return lock.is_file() and _line(lock) == line


def _create(directory: Path) -> None:
    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if missing:
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(
            f"{sys.executable} lacks {' and '.join(missing)}; on Debian and Ubuntu: "
            f"apt-get install {version}-venv, or name another Python with PYTHON=…"
        )
    # pip runs from the wheel that Python brings along: installing it into every
    # environment takes as long as installing half of the lock.
    _finish([_start([sys.executable, "-m", "venv", "--without-pip", str(directory)])])


def _pip() -> str:
    """Return the path that starts the interpreter's own pip."""
    import ensurepip  # absent on some systems, which _create reports

    folders = [
        Path(ensurepip.__file__).parent / "_bundled",
        Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or os.devnull),
    ]
    wheels = [wheel for folder in folders for wheel in folder.glob("pip-*.whl")]
    if not wheels:
        raise SetupError(f"no wheel of pip in {' or '.join(map(str, folders))}")
    return f"{wheels[0]}/pip"


def _install(directory: Path, lock: Path) -> None:
    # Hashes make the source of a file irrelevant, so a mirror or a local folder of
    # wheels set up by the user is as good as the registry.
    python = str(directory / "bin" / "python")
    command = [
        *(python, _pip(), "install", "--quiet", "--disable-pip-version-check"),
        *("--no-input", "--no-compile", "--no-deps", "--only-binary=:all:"),
        *("--require-hashes", "--requirement"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        halves = [Path(folder) / f"{lock.stem}_{half}.txt" for half in (1, 2)]
        entries = re.findall(
            r"^[a-zA-Z].*\n(?:[ ].*\n)*", lock.read_text("utf-8"), re.M
        )
        for half, path in enumerate(halves):
            path.write_text("".join(entries[half::2]), encoding="utf-8")
        # Unpacking is bound by one core, so two pips do it in half the time.
        _finish([_start([*command, str(path)]) for path in halves])
    _compile(directory, ["-j", "2", str(directory / "lib")])


def _compile(directory: Path, what: list[str]) -> None:
    # Every-minute jobs are mostly imports; where Python may not write bytecode
    # itself, each of them would compile the same modules again.
    compile_all = ["-m", "compileall", "-q", "-x", "/(tests?|pip)/"]
    _finish([_start([str(directory / "bin" / "python"), *compile_all, *what])])


def _link_tradestream(directory: Path) -> None:
    # A path file and a script instead of an editable install: no build, no network.
    site = next((directory / "lib").glob("python3.*/site-packages"))
    (site / "tradestream.pth").write_text(f"{_REPOSITORY}\n", encoding="utf-8")
    script = directory / "bin" / "tradestream"
    python = directory.resolve() / "bin" / "python"
    script.write_text(_CONSOLE_SCRIPT.format(python=python), encoding="utf-8")
    script.chmod(0o755)
    own = ("protos", "services", "tradestream")
    _compile(directory, [str(_REPOSITORY / name) for name in own])


def _start(command: list[str]) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )


def _finish(running: list[subprocess.Popen[str]]) -> None:
    outputs = [process.communicate()[0] for process in running]
    for process, output in zip(running, outputs, strict=True):
        if process.returncode != 0:
            sys.stderr.write(output)
            raise SetupError(f"{process.args!r} failed with {process.returncode}")


def main(arguments: list[str]) -> int:
    """Make the environment that the command line names."""
    parser = argparse.ArgumentParser(description="Make a locked environment.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("locks", type=Path, nargs="+")
    parser.add_argument("--with_tradestream", action="store_true")
    parser.add_argument("--wait_seconds", type=float, default=_WAIT_SECONDS)
    parsed = parser.parse_args(arguments)
    directory, locks = parsed.directory, parsed.locks
    started = time.monotonic()
    try:
        with alone(directory, parsed.wait_seconds):
            made = make(directory, locks, with_tradestream=parsed.with_tradestream)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    if made:
        names = ", ".join(lock.name for lock in locks)
        seconds = time.monotonic() - started
        print(f"setup: {directory} from {names} in {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
