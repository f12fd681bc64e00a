"""Which flags each room takes, as the chart's schema says it.

They are read from the rooms themselves (`--helpxml`), so that no other list of them
can grow old: a flag that a room lost is refused before it is installed.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools import repository

Flags = Mapping[str, dict[str, Any]]
"""JSON schemas of flags by their names."""

FLINK = "flink"
"""Name of the discovery job on Flink among the rooms."""

_MODULES = {FLINK: "services.strategy_discovery.flink.main"}
_FLINK_NEEDS = ("bus", "candles")
_SECRET = "_file"  # noqa: S105  -- the end of a flag's name
_TYPES: dict[str, dict[str, Any]] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "string": {"type": ["string", "number"]},  # 1597 is text, too
    "comma separated list of strings": {"type": ["string", "number"]},
}


def read(rooms: Iterable[str]) -> dict[str, Flags]:
    """Return the flags of each room and of the job on Flink.

    Raises:
        RuntimeError: If one of them does not say them.
    """
    names = [*rooms, FLINK]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(_read, names), strict=True))


def parsed(text: str) -> dict[str, dict[str, Any]]:
    """Return the flags that a program's own modules define, of what --helpxml says."""
    # The text is of our own programs.
    nodes = ET.fromstring(text).findall("flag")  # noqa: S314
    own = [node for node in nodes if node.findtext("key") == "yes"]
    return {str(node.findtext("name")): _schema(node) for node in own}


def with_flags(
    schema: Mapping[str, Any],
    rooms: Mapping[str, Mapping[str, Any]],
    flags: Mapping[str, Flags],
) -> dict[str, Any]:
    """Return the chart's schema with the flags that may be set at each place.

    A room takes its own. What is set for a dependency goes to all rooms that need it,
    and what is set for all to all but http ones; so each takes what they share.

    Args:
        schema: The chart's schema; nothing in it is changed.
        rooms: The rows of rooms.yaml by room.
        flags: The flags of each room, and of the job on Flink.
    """
    kinds = schema["definitions"]
    definitions = {key: node for key, node in kinds.items() if not _generated(key)}
    properties = dict(schema["properties"])
    room_nodes = dict(properties["rooms"]["properties"])
    for room, row in rooms.items():
        node = _room_node(room, row["kind"], kinds[row["kind"]])
        described = room_nodes.get(room, {}).get("description", "")
        room_nodes[room] = {"description": described, **node}
        definitions |= _definitions(room, flags[room])
    properties["rooms"] = {**properties["rooms"], "properties": room_nodes}
    for need in sorted({need for row in rooms.values() for need in _needs(row)}):
        users = [flags[room] for room, row in rooms.items() if need in _needs(row)]
        users += [flags[FLINK]] if need in _FLINK_NEEDS else []
        properties[need] = _closed(properties[need], need)
        definitions |= _definitions(need, _shared(users))
    everyone = [flags[room] for room, row in rooms.items() if row["kind"] != "http"]
    definitions |= {"every_flags": _object(_plain(_shared(everyone)))}
    properties["flags"] = {**properties["flags"], "$ref": "#/definitions/every_flags"}
    definitions |= {"flink_flags": _object(_plain(flags[FLINK]))}
    flink = dict(properties["flink"]["properties"])
    flink["flags"] = {**flink["flags"], "$ref": "#/definitions/flink_flags"}
    properties["flink"] = {**properties["flink"], "properties": flink}
    return {**schema, "properties": properties, "definitions": definitions}


def _read(room: str) -> Flags:
    module = _MODULES.get(room, f"services.{room}.main")
    finished = subprocess.run(
        [sys.executable, "-m", module, "--helpxml"],
        cwd=repository.ROOT,
        env={
            key: value for key, value in os.environ.items() if "TRADESTREAM" not in key
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise RuntimeError(f"flags of {room} are required, was {finished.stderr}")
    return parsed(finished.stdout)


def _schema(node: ET.Element) -> dict[str, Any]:
    kind = str(node.findtext("type"))
    values = [value.text for value in node.findall("enum_value")]
    text = str(node.findtext("meaning")).partition(">: " if values else "\0")
    schema: dict[str, Any] = {"description": text[2] or text[0]}
    schema |= {"enum": values} if values else _TYPES[kind]
    for bound, key in (("lower_bound", "minimum"), ("upper_bound", "maximum")):
        if limit := node.findtext(bound):
            schema[key] = int(limit) if kind == "int" else float(limit)
    return schema


def _room_node(room: str, kind: str, of_kind: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kind's schema by references, so that what is wrong is said in a line."""
    properties = {
        key: {
            "description": node["description"],
            "$ref": f"#/definitions/{kind}/properties/{key}",
        }
        for key, node in of_kind["properties"].items()
    }
    node = {"type": "object", "additionalProperties": False, "properties": properties}
    return _closed(node, room)


def _closed(node: Mapping[str, Any], owner: str) -> dict[str, Any]:
    properties = dict(node["properties"])
    for key, kind in (("flags", "flags"), ("secretFlags", "secret_flags")):
        reference = {"$ref": f"#/definitions/{owner}_{kind}"}
        properties[key] = {**properties[key], **reference}
    return {**node, "properties": properties}


def _definitions(owner: str, flags: Flags) -> dict[str, Any]:
    files = {
        name: {
            "description": schema["description"],
            "$ref": "#/definitions/fileOfSecret",
        }
        for name, schema in flags.items()
        if name.endswith(_SECRET)
    }
    return {
        f"{owner}_flags": _object(_plain(flags)),
        f"{owner}_secret_flags": _object(files),
    }


def _needs(row: Mapping[str, Any]) -> list[str]:
    return list(row.get("needs", ()))


def _generated(key: str) -> bool:
    return key.endswith("_flags")


def _plain(flags: Flags) -> dict[str, dict[str, Any]]:
    """Return the flags that are no secrets: those come by `secretFlags`."""
    return {name: node for name, node in flags.items() if not name.endswith(_SECRET)}


def _shared(flags: list[Flags]) -> Flags:
    first, *others = flags
    return {
        name: schema
        for name, schema in first.items()
        if all(name in other for other in others)
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    ordered = dict(sorted(properties.items()))
    return {"type": "object", "additionalProperties": False, "properties": ordered}
