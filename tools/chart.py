"""Write what follows from others in the chart: its tables, descriptions, and copies.

usage: python -m tools.chart [--check]

- The tables of README.md come from the comments of values.yaml that begin with `# --`,
  from rooms.yaml, and from values.schema.json.
- Descriptions in values.schema.json come from the same comments, and the flags that it
  takes from the rooms themselves.
- files/ holds copies of alert rules and dashboards, since a chart reads only its own.

With --check nothing is written, and what is out of date is named; status 1 if anything.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools import chart_flags, repository
from tools.chart_flags import Flags

CHART = repository.ROOT / "charts" / "tradestream"
COPIES = {
    "files/rules": ("platform/prometheus/rules", "*.yaml"),
    "files/dashboards": ("platform/grafana/dashboards", "*.json"),
}

_KEY = re.compile(r"^( *)([A-Za-z_]+):")
_BEGIN = "<!-- What follows is written by `python -m tools.chart`. -->"
_END = "<!-- Written until here. -->"


class UndescribedError(Exception):
    """Raised when a value has no comment, or a comment no value."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a user can set.

    Attributes:
        path: Keys from the root down.
        default: What it is when nobody sets it.
        text: What it does.
    """

    path: tuple[str, ...]
    default: Any
    text: str

    @property
    def name(self) -> str:
        """Return the path as `--set` takes it."""
        return ".".join(self.path)


def described(text: str) -> list[Value]:
    """Return the values of a values.yaml that have a comment, in its order.

    Raises:
        UndescribedError: If a value has none, or a comment stands over no value.
    """
    defaults = yaml.safe_load(text)
    found: list[Value] = []
    path: list[str] = []
    comment: list[str] | None = None
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("# -- "):
            comment = [stripped.removeprefix("# -- ")]
        elif comment is not None and stripped.startswith("# "):
            comment.append(stripped.removeprefix("# "))
        elif key := _KEY.match(line):
            path = [*path[: len(key[1]) // 2], key[2]]
            if comment is not None:
                value = _at(defaults, path)
                found.append(Value(tuple(path), value, " ".join(comment)))
                comment = None
        elif comment is not None:
            raise UndescribedError(f"a value is required under: {comment[0]}")
    if bare := sorted(_leaves(defaults, {value.path for value in found}, ())):
        raise UndescribedError(f"a comment `# -- …` is required for {', '.join(bare)}")
    return found


def with_descriptions(schema: dict[str, Any], values: list[Value]) -> dict[str, Any]:
    """Return the schema with the text of each value at its place.

    What is under a `$ref` is described in `definitions`, by hand.

    Raises:
        UndescribedError: If a property has no description after all.
    """
    schema = json.loads(json.dumps(schema))
    for value in values:
        node = schema
        for key in value.path:
            node = node.get("properties", {}).get(key, {})
        if node:
            rest = {key: said for key, said in node.items() if key != "description"}
            node.clear()
            node.update({"description": value.text, **rest})
    if bare := sorted(_undescribed(schema, "")):
        raise UndescribedError(f"a description is required for {', '.join(bare)}")
    return schema


def tables(values: list[Value], rooms: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the generated part of README.md."""
    lines = ["### Rooms", "", "| room | kind | schedule | ended after | needs |"]
    lines += ["|---|---|---|---|---|"]
    for name, row in rooms.items():
        schedule = f"`{row['schedule']}`" if "schedule" in row else ""
        after = f"{row['deadline_seconds']} s" if "deadline_seconds" in row else ""
        kind = row["kind"] + (", off" if row.get("local_only") else "")
        needs = ", ".join(row.get("needs", []))
        lines.append(f"| `{name}` | {kind} | {schedule} | {after} | {needs} |")
    lines += ["", "### Values of a room", "", "Under `rooms.<room>`:", ""]
    lines += ["| value | of | what |", "|---|---|---|"]
    kinds: dict[tuple[str, str], list[str]] = {}
    for kind in ("job", "worker", "http", "migration"):
        for name, node in schema["definitions"][kind]["properties"].items():
            kinds.setdefault((name, node["description"]), []).append(kind)
    for (name, text), having in kinds.items():
        of = "all" if len(having) == 4 else ", ".join(having)
        lines.append(f"| `{name}` | {of} | {text} |")
    lines += ["", "### All values", "", "| value | default | what |", "|---|---|---|"]
    parents = {value.path[:-1] for value in values}
    for value in values:
        default = json.dumps(value.default, ensure_ascii=False).replace("|", "\\|")
        shown = "" if value.path in parents else f"`{default}`"
        lines.append(f"| `{value.name}` | {shown} | {value.text} |")
    return "\n".join(lines)


def wanted(chart: Path, root: Path, flags: Mapping[str, Flags]) -> dict[Path, str]:
    """Return the text of every file that the tool writes, by its path.

    Args:
        chart: Folder of the chart.
        root: Folder of the repository.
        flags: The flags of each room, as `tools.chart_flags` reads them.

    Raises:
        UndescribedError: As `described` and `with_descriptions` do.
    """
    values = described((chart / "values.yaml").read_text("utf-8"))
    rooms = table_of_rooms(chart)
    path = chart / "values.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    schema = with_descriptions(chart_flags.with_flags(schema, rooms, flags), values)
    readme = (chart / "README.md").read_text("utf-8")
    before, _, rest = readme.partition(_BEGIN)
    after = rest.partition(_END)[2]
    page = f"{before}{_BEGIN}\n{tables(values, rooms, schema)}\n{_END}{after}"
    files = {
        path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        chart / "README.md": page,
    }
    for copies, (folder, pattern) in COPIES.items():
        for source in sorted((root / folder).glob(pattern)):
            files[chart / copies / source.name] = source.read_text("utf-8")
    return files


def table_of_rooms(chart: Path) -> dict[str, Any]:
    """Return the rows of rooms.yaml by room."""
    text = (chart / "rooms.yaml").read_text("utf-8")
    rooms: dict[str, Any] = yaml.safe_load(text)["rooms"]
    return rooms


def stale(chart: Path, files: dict[Path, str]) -> list[Path]:
    """Return what is missing, different, or left over."""
    held = {path for copies in COPIES for path in (chart / copies).glob("*")}
    different = {
        path
        for path, text in files.items()
        if not path.is_file() or path.read_text("utf-8") != text
    }
    return sorted(different | (held - set(files)))


def main(arguments: list[str]) -> int:
    """Write, or compare when asked to check."""
    try:
        flags = chart_flags.read(table_of_rooms(CHART))
        files = wanted(CHART, repository.ROOT, flags)
    except UndescribedError as error:
        print(f"charts/tradestream: {error}")
        return 1
    old = stale(CHART, files)
    if arguments == ["--check"]:
        for path in old:
            print(
                f"{path.relative_to(repository.ROOT)}: python -m tools.chart makes it"
            )
        return 1 if old else 0
    for path in old:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], "utf-8")
        else:
            path.unlink()
    return 0


def _at(defaults: Any, path: list[str]) -> Any:
    for key in path:
        defaults = defaults[key]
    return defaults


def _leaves(
    node: Any, known: set[tuple[str, ...]], path: tuple[str, ...]
) -> Iterator[str]:
    if path in known:
        return
    if not isinstance(node, dict) or not node:
        yield ".".join(path)
        return
    for key, value in node.items():
        yield from _leaves(value, known, (*path, str(key)))


def _undescribed(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _undescribed(item, path)
    elif isinstance(node, dict):
        properties = node.get("properties", {})
        for key, value in properties.items():
            if "description" not in value:
                yield f"{path}/{key}"
        for key, value in (node | properties).items():
            if key != "properties":
                yield from _undescribed(value, f"{path}/{key}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
