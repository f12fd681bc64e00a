"""Import whatever any statement of a room's modules imports, in functions as well.

usage: python imports.py SOURCES MAIN

Begins with MAIN, a path below SOURCES, and goes on with each module of SOURCES that is
imported. Runs inside an image, with its interpreter and its path, and needs nothing but
the standard library: what a room imports only when it is at work is missed by no other
test that starts it. Prints a line for each import that fails; status 1 if any did.
"""

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path


def wanted(source: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, module, and name in it (None: the module alone) of each import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, node.module, alias.name) for alias in node.names)


def missing(sources: Path, main: str) -> Iterator[str]:
    """Yield what cannot be imported, with the line that wants it."""
    waiting, seen = [sources / main], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for line, module, name in wanted(path.read_text(encoding="utf-8")):
            try:
                found = importlib.import_module(module)
                if name not in (None, "*") and not hasattr(found, name):
                    found = importlib.import_module(f"{module}.{name}")
            # Whatever stops an import stops the room.
            except Exception as error:  # noqa: BLE001
                yield f"{path.relative_to(sources)}:{line}: {module}: {error}"
            waiting += _files(sources, module, name)


def _files(sources: Path, module: str, name: str | None) -> list[Path]:
    places = [module] if name is None else [module, f"{module}.{name}"]
    files = (sources / (place.replace(".", "/") + ".py") for place in places)
    return [file for file in files if file.is_file()]


if __name__ == "__main__":
    lines = list(missing(Path(sys.argv[1]), sys.argv[2]))
    print("\n".join(lines))
    sys.exit(1 if lines else 0)
