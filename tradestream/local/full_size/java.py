"""Running programs of Java."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tradestream.errors import ConfigurationError


def java() -> str:
    """Return the Java to run with: that of JAVA_HOME, else the one on the path.

    Raises:
        ConfigurationError: If there is none.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    if found is None:
        raise ConfigurationError("java 17 is required on the path, was missing")
    return found


def java_command(
    jars: Path, log4j: Path, *arguments: str, heap: str
) -> tuple[str, ...]:
    """Return what runs a class.

    Args:
        jars: Folder of everything it needs.
        log4j: What it logs, and where to.
        arguments: The class, and what it is told.
        heap: Its largest heap, as Java writes it.

    Raises:
        ConfigurationError: If there is no Java.
    """
    return (
        java(),
        *(f"-Xmx{heap}", "-Xms64m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"),
        *("-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true"),
        f"-Dlog4j2.configurationFile={log4j}",
        *("-cp", str(jars / "*")),
        *arguments,
    )


@contextmanager
def hidden(arguments: Sequence[str], path: Path) -> Iterator[str]:
    """Yield what makes Java read arguments from a file, its owner's alone.

    Everybody on the machine sees the arguments of a program.
    """
    quoted = (a.replace("\\", "\\\\").replace('"', '\\"') for a in arguments)
    path.touch(mode=0o600)
    try:
        path.write_text("".join(f'"{argument}"\n' for argument in quoted))
        yield f"@{path}"
    finally:
        path.unlink()
