"""The commit windows of the code: every failpoint, and which rooms pass it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, order=True)
class CommitWindow:
    """A failpoint in one room.

    Attributes:
        room: Folder under `services/`.
        failpoint: Name that the code gives the place.
    """

    room: str
    failpoint: str


def commit_windows() -> list[CommitWindow]:
    """Return every commit window in the sources, sorted.

    A failpoint of the library belongs to each room that imports its module,
    directly or through another module of the library.
    """
    found = set()
    for folder in sorted((REPOSITORY / "services").iterdir()):
        if not (folder / "main.py").exists():
            continue
        for source in _reachable(folder):
            found |= {CommitWindow(folder.name, name) for name in _failpoints(source)}
    return sorted(found)


def _reachable(folder: Path) -> set[Path]:
    waiting = [path for path in folder.glob("*.py") if not _is_test(path)]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        waiting += [p for p in _imports(path) if p not in seen]
    return seen


def _imports(path: Path) -> Iterator[Path]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            module = REPOSITORY.joinpath(*name.split(".")).with_suffix(".py")
            if name.startswith(("tradestream", "services")) and module.exists():
                yield module


def _failpoints(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "failpoint"
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _is_test(path: Path) -> bool:
    return path.name.endswith("_test.py")
