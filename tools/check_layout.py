"""Check the rules of the house that no other tool knows.

usage: python -m tools.check_layout

- `platform/` holds no Python: the folder would shadow the standard module `platform`.
- A module has at most 400 lines; above 300 it is named, for a hard look.
- Flags are defined in a room's `main.py`, in the groups that many share, and in the
  one program that is no room: the server of the page.
- No file names a path of one machine, or the host of a package registry.

Prints `file[:line]: what is wrong`; status 1 if anything is.
"""

import ast
import re
import sys
from pathlib import Path

from tools import repository

_MOST_LINES = 400
_LOOK_HARD_LINES = 300
_FLAG_MODULES = (
    "tradestream/report/serve.py",
    "tradestream/runtime/durations.py",
    "tradestream/runtime/bus_flags.py",
    "tradestream/runtime/connections.py",
    "tradestream/runtime/flags.py",
    "tradestream/runtime/numbers.py",
    "tradestream/runtime/symbols.py",
    "tradestream/runtime/urls.py",
)

# In pieces, so that this file does not name what it forbids.
_HOSTS = ("pypi." + "org", "pythonhosted." + "org", "npmjs." + "org", "debian." + "org")
_MACHINE = re.compile(
    r"(?<![\w.$}\])-])/(?:work|root|farm|home/\w+)/\w"
    + "".join(f"|{re.escape(host)}" for host in _HOSTS)
)


def python_under_platform(paths: list[Path]) -> list[str]:
    """Name the Python files below `platform/`."""
    return [
        f"{path}: platform/ holds no Python, it would shadow the module platform"
        for path in paths
        if path.parts[0] == "platform" and path.suffix in {".py", ".pyi"}
    ]


def line_count(path: Path, text: str) -> tuple[list[str], list[str]]:
    """Return (problems, remarks) about the length of a module."""
    lines = len(text.splitlines())
    if repository.is_generated(path) or lines <= _LOOK_HARD_LINES:
        return [], []
    if lines <= _MOST_LINES:
        return [], [f"{path}: {lines} lines, more than {_LOOK_HARD_LINES}"]
    return [f"{path}: at most {_MOST_LINES} lines, was {lines}"], []


def stray_flags(path: Path, text: str) -> list[str]:
    """Name the flags that are defined outside the modules that may define them."""
    if path.name == "main.py" or path.as_posix() in _FLAG_MODULES:
        return []
    if path.name.endswith("_test.py"):
        return []
    return [
        f"{path}:{node.lineno}: flags are defined only in a room's main.py"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("DEFINE_")
    ]


def places(path: Path, text: str) -> list[str]:
    """Name the lines that speak of one machine or of a registry's host."""
    return [
        f"{path}:{number}: names a place of one machine or a registry: {found[0]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := _MACHINE.search(line))
    ]


def check(paths: list[Path]) -> tuple[list[str], list[str]]:
    """Return (problems, remarks) about the files of the repository."""
    problems, remarks = python_under_platform(paths), []
    for path in paths:
        try:
            text = (repository.ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a recording
        problems += places(path, text)
        if path.suffix == ".py":
            too_long, long = line_count(path, text)
            problems += too_long + stray_flags(path, text)
            remarks += long
    return problems, remarks


def main() -> int:
    """Check every file of the repository."""
    problems, remarks = check(repository.files("*"))
    for line in (*remarks, *problems):
        print(line, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
