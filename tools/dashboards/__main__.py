"""Write Grafana's dashboards, or check that they are what this package writes.

usage: python -m tools.dashboards [--check]

Writes platform/grafana/dashboards/<uid>.json. With --check nothing is written: status
1 and the names of the files that are not as they should be.
"""

import json
import sys
from pathlib import Path

from tools import repository
from tools.dashboards import discovery, execution, ingestion, overview, room
from tools.dashboards.grafana import document

FOLDER = Path("platform/grafana/dashboards")
PAGES = (overview.PAGE, ingestion.PAGE, discovery.PAGE, execution.PAGE, room.PAGE)


def documents() -> dict[Path, str]:
    """Return each file as it should be, by its path below the root."""
    return {
        FOLDER / f"{page.uid}.json": json.dumps(document(page), indent=1) + "\n"
        for page in PAGES
    }


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status."""
    wanted = documents()
    folder = repository.ROOT / FOLDER
    stray = {FOLDER / path.name for path in folder.glob("*.json")} - wanted.keys()
    stale = [path for path, text in wanted.items() if _text(path) != text]
    if "--check" in arguments:
        for path in sorted([*stale, *stray]):
            print(f"{path}: is not what python -m tools.dashboards writes")
        return 1 if stale or stray else 0
    for path in stale:
        (repository.ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (repository.ROOT / path).write_text(wanted[path], "utf-8")
        print(f"{path} written")
    for path in stray:
        (repository.ROOT / path).unlink()
    return 0


def _text(path: Path) -> str | None:
    whole = repository.ROOT / path
    return whole.read_text("utf-8") if whole.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
