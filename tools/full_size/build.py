"""Building one part: once, by one builder at a time, whole or not at all."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.full_size.recipes import Recipe
from tradestream.errors import TradeStreamError
from tradestream.local.full_size import parts
from tradestream.local.lock import take
from tradestream.local.processes import last_line

_WAIT_SECONDS = 1800.0
"""For another builder of the same part: several times what the slowest one takes."""


class BuildError(TradeStreamError):
    """Raised when a part does not build; says where its log is."""


def is_built(recipe: Recipe) -> bool:
    """Whether a part is there, from the inputs as they are now."""
    try:
        stamp = json.loads((recipe.part.directory / parts.STAMP).read_text())
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get("inputs") == _inputs(recipe)


def build(recipe: Recipe) -> bool:
    """Build a part, unless it is there.

    Returns:
        Whether there was something to do.

    Raises:
        ConfigurationError: If a toolchain is missing.
        BuildError: If it does not build.
        UnavailableError: If another builder of it has not ended after half an hour.
    """
    part = recipe.part
    if is_built(recipe):
        return False
    for toolchain in recipe.toolchains:
        toolchain.require()
    parts.folder().mkdir(parents=True, exist_ok=True)
    with _alone(part.name):
        if is_built(recipe):
            return False  # another builder was faster
        started = time.monotonic()
        _say(part, f"building, takes about {recipe.about} the first time")
        _build_into_place(recipe, started)
        megabytes = _size(part.directory) / 1e6
        seconds = time.monotonic() - started
        _say(part, f"built in {seconds:.0f} s, {megabytes:.0f} MB")
        return True


def _build_into_place(recipe: Recipe, started: float) -> None:
    part = recipe.part
    # In the same folder, so that the last step is a rename.
    work = Path(tempfile.mkdtemp(prefix=f"{part.name}.", dir=parts.folder()))
    try:
        out = work / "out"
        out.mkdir()
        _run(recipe, out, work, started)
        stamp = {"version": part.version, "inputs": _inputs(recipe)}
        (out / parts.STAMP).write_text(json.dumps(stamp, indent=2) + "\n")
        if part.directory.exists():
            part.directory.rename(work / "old")
        out.rename(part.directory)
    finally:
        _remove(work)


def _run(recipe: Recipe, out: Path, work: Path, started: float) -> None:
    """Run the script; each line of its output is a step, its errors go to a log."""
    part = recipe.part
    log = parts.folder() / f"{part.name}-{part.version}.log"
    scratch = work / "scratch"
    scratch.mkdir()
    environment = {
        **os.environ,
        "PART_VERSION": part.version,
        "PART_SCRATCH": str(scratch),
        "PART_PYTHON": sys.executable,
    }
    command = ["bash", str(recipe.script), str(out)]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                _say(part, f"{time.monotonic() - started:.0f} s {line.rstrip()}")
            status = process.wait()
        except BaseException:
            # Compilers of its own would go on without anybody who wants them.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if status != 0:
        raise BuildError(
            f"{part.name} {part.version} does not build:"
            f" {last_line(log)} (all of it in {log})"
        )


def _inputs(recipe: Recipe) -> str:
    digest = hashlib.sha256(recipe.part.version.encode())
    for path in recipe.inputs:
        content = path.read_bytes() if path.exists() else b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


@contextmanager
def _alone(name: str) -> Iterator[None]:
    with (parts.folder() / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{name}: waiting for another builder", flush=True)
            take(lock, _WAIT_SECONDS, f"another builder is making {name}")
        _remove_left_over(name)
        yield


def _remove_left_over(name: str) -> None:
    """Remove what a builder left that was killed; we hold the lock."""
    pattern = re.compile(rf"{re.escape(name)}\.[a-z0-9_]{{8}}")
    for path in parts.folder().iterdir():
        if path.is_dir() and pattern.fullmatch(path.name):
            _remove(path)


def _remove(folder: Path) -> None:
    # Go's module cache, where it was copied, forbids removing.
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _say(part: parts.Part, text: str) -> None:
    print(f"{part.name} {part.version}: {text}", flush=True)
