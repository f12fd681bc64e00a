"""The generator of the chart, on a small chart."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tools.chart import CHART, COPIES, UndescribedError, described, stale, wanted
from tools.chart import with_descriptions as complete
from tools.chart_flags import Flags

VALUES = """
# A remark that is no description.

# -- How long it takes,
# in seconds.
seconds: 1

bus:
  # -- Where it is.
  url: ""
  # -- Its secret, e.g. `{name: a, key: b}`.
  secret: {name: ""}
"""
SCHEMA = {
    "properties": {
        "seconds": {"type": "integer"},
        "bus": {
            "description": "The bus.",
            "properties": {"url": {"description": "Old."}, "secret": {"$ref": "#/x"}},
        },
    }
}
FLAGS: dict[str, Flags] = {
    "lab": {"heat": {"description": "How warm.", "type": "number"}},
    "flink": {"heat": {"description": "How warm.", "type": "number"}},
}
README = """# Chart

<!-- What follows is written by `python -m tools.chart`. -->
old
<!-- Written until here. -->

after
"""


def chart(root: Path) -> Path:
    """Make a repository with a small chart and one alert rule."""
    folder = root / "charts" / "small"
    folder.mkdir(parents=True)
    (folder / "values.yaml").write_text(VALUES)
    schema = json.loads(json.dumps(SCHEMA))
    flags = {"flags": {"description": "Its flags."}}
    flags["secretFlags"] = {"description": "Its files."}
    properties = schema["properties"]
    properties["bus"]["properties"] |= flags
    properties["rooms"] = {"description": "All.", "properties": {}}
    properties["rooms"]["properties"]["lab"] = {"description": "Tries things."}
    properties["flink"] = {"description": "Flink.", "properties": flags}
    properties["flags"] = {"description": "For all."}
    kinds = ("job", "worker", "http", "migration")
    schema["definitions"] = {kind: {"properties": flags} for kind in kinds}
    (folder / "values.schema.json").write_text(json.dumps(schema))
    (folder / "README.md").write_text(README)
    (folder / "rooms.yaml").write_text(
        "rooms: {lab: {kind: job, schedule: '@', needs: [bus]}}"
    )
    rules = root / COPIES["files/rules"][0]
    rules.mkdir(parents=True)
    (rules / "late.yaml").write_text("groups: []\n")
    return folder


def test_reads_comments_over_values() -> None:
    seconds, url, secret = described(VALUES)

    assert (seconds.name, seconds.default) == ("seconds", 1)
    assert seconds.text == "How long it takes, in seconds."
    assert (url.name, url.default, url.text) == ("bus.url", "", "Where it is.")
    assert secret.default == {"name": ""}


def test_names_a_value_without_a_comment() -> None:
    with pytest.raises(UndescribedError, match=r"required for bus\.port"):
        described(VALUES + "  port: 1\n")


def test_names_a_comment_without_a_value() -> None:
    with pytest.raises(UndescribedError, match="under: Alone"):
        described("# -- Alone.\n\na: 1\n")


def test_comments_become_descriptions_of_the_schema() -> None:
    properties = complete(SCHEMA, described(VALUES))["properties"]

    assert properties["seconds"]["description"] == "How long it takes, in seconds."
    assert properties["bus"]["properties"]["url"]["description"] == "Where it is."
    assert properties["bus"]["properties"]["secret"]["$ref"] == "#/x"


def test_names_a_property_without_a_description() -> None:
    schema = {"properties": {**SCHEMA["properties"], "more": {"type": "string"}}}

    with pytest.raises(UndescribedError, match="/more"):
        complete(schema, described(VALUES))


def test_writes_tables_between_the_marks_and_copies_rules(tmp_path: Path) -> None:
    folder = chart(tmp_path)

    files = wanted(folder, tmp_path, FLAGS)

    page = files[folder / "README.md"]
    assert page.startswith("# Chart\n")
    assert page.endswith("<!-- Written until here. -->\n\nafter\n")
    assert "old" not in page
    assert "| `lab` | job | `@` |  | bus |" in page
    assert '| `bus.url` | `""` | Where it is. |' in page
    assert files[folder / "files" / "rules" / "late.yaml"] == "groups: []\n"


def test_a_flag_with_another_name_makes_the_schema_old(tmp_path: Path) -> None:
    folder = chart(tmp_path)
    path = folder / "values.schema.json"
    path.write_text(wanted(folder, tmp_path, FLAGS)[path])
    renamed = {room: {"warmth": flags["heat"]} for room, flags in FLAGS.items()}

    assert path not in stale(folder, wanted(folder, tmp_path, FLAGS))
    assert path in stale(folder, wanted(folder, tmp_path, renamed))


def test_finds_what_is_different_missing_and_left_over(tmp_path: Path) -> None:
    folder = chart(tmp_path)
    files = wanted(folder, tmp_path, FLAGS)
    old = folder / "files" / "dashboards" / "gone.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}")

    found = stale(folder, files)

    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    old.unlink()
    assert found == sorted([*files, old])
    assert stale(folder, wanted(folder, tmp_path, FLAGS)) == []


def schema() -> dict[str, Any]:
    """Return the real schema."""
    text = (CHART / "values.schema.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of an object with named properties."""
    if isinstance(node, dict):
        if "properties" in node:
            yield node
        for value in node.values():
            yield from objects(value)


def test_the_schema_knows_every_room_as_what_it_is() -> None:
    rooms = yaml.safe_load((CHART / "rooms.yaml").read_text("utf-8"))["rooms"]

    known = schema()["properties"]["rooms"]["properties"]

    assert {
        room: node["properties"]["env"]["$ref"] for room, node in known.items()
    } == {
        room: f"#/definitions/{row['kind']}/properties/env"
        for room, row in rooms.items()
    }


def test_the_schema_is_closed() -> None:
    found = list(objects(schema()))

    assert len(found) > 30
    assert [node for node in found if node["additionalProperties"] is not False] == []


@pytest.mark.parametrize("name", ["values.yaml", "values-kind.yaml"])
def test_the_schema_takes_the_values_of_the_chart(name: str) -> None:
    values = yaml.safe_load((CHART / name).read_text("utf-8"))
    judge = jsonschema.Draft7Validator(schema())  # as Helm 3.14 knows it

    assert [error.message for error in judge.iter_errors(values)] == []
