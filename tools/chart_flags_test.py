"""What the chart's schema says of flags, on two small rooms and of a real one."""

from typing import Any

import jsonschema

from tools.chart_flags import Flags, parsed, read, with_flags

HELP = """<?xml version="1.0"?>
<AllFlags>
  <program>main.py</program>
  <flag>
    <key>yes</key><name>heat</name><meaning>How warm.</meaning>
    <type>float</type><lower_bound>0.5</lower_bound>
  </flag>
  <flag>
    <key>yes</key><name>way</name><meaning>&lt;up|down&gt;: Which way.</meaning>
    <type>string enum</type><enum_value>up</enum_value><enum_value>down</enum_value>
  </flag>
  <flag>
    <name>verbosity</name><meaning>Of the library.</meaning><type>int</type>
  </flag>
</AllFlags>
"""
ROOMS: dict[str, dict[str, Any]] = {
    "oven": {"kind": "job", "needs": ["bus"]},
    "stove": {"kind": "worker", "needs": ["bus"]},
    "window": {"kind": "http"},
}
HEAT: dict[str, Any] = {"description": "How warm.", "type": "number"}
NAME: dict[str, Any] = {"description": "Of the bus.", "type": ["string", "number"]}
FLAGS: dict[str, Flags] = {
    "oven": {"bus_url": NAME, "bus_ca_file": NAME, "now": NAME, "heat": HEAT},
    "stove": {"bus_url": NAME, "bus_ca_file": NAME, "now": NAME},
    "window": {"open": {"description": "Whether.", "type": "boolean"}},
    "flink": {"bus_url": NAME, "bus_ca_file": NAME, "slots": HEAT},
}


def schema() -> dict[str, Any]:
    """Return a small schema as people write it."""
    flags = {key: {"description": key} for key in ("flags", "secretFlags")}
    kind = {
        "properties": {"enabled": {"description": "On.", "type": "boolean"}} | flags
    }
    rooms = {room: {"description": room} for room in ROOMS}
    return {
        "properties": {
            "bus": {"properties": flags},
            "flags": {"description": "For all."},
            "flink": {"properties": flags},
            "rooms": {"properties": rooms},
        },
        "definitions": {
            "job": kind,
            "worker": kind,
            "http": kind,
            "old_flags": {},
            "fileOfSecret": {"type": "object", "required": ["key"]},
        },
    }


def said(values: dict[str, Any]) -> list[str]:
    """Return what is wrong with values, each with its place."""
    judge = jsonschema.Draft7Validator(with_flags(schema(), ROOMS, FLAGS))
    return [
        f"{error.json_path}: {error.message}" for error in judge.iter_errors(values)
    ]


def test_reads_types_bounds_and_choices_of_own_flags() -> None:
    assert parsed(HELP) == {
        "heat": {"description": "How warm.", "type": "number", "minimum": 0.5},
        "way": {"description": "Which way.", "enum": ["up", "down"]},
    }


def test_a_room_takes_its_own_flags_alone() -> None:
    assert said({"rooms": {"oven": {"flags": {"heat": 3, "now": "noon"}}}}) == []
    (wrong,) = said({"rooms": {"stove": {"flags": {"heat": 3}}}})
    assert wrong.startswith("$.rooms.stove.flags: ")
    assert "'heat' was unexpected" in wrong


def test_a_flag_has_a_type() -> None:
    assert said({"rooms": {"oven": {"flags": {"heat": "high"}}}}) == [
        "$.rooms.oven.flags.heat: 'high' is not of type 'number'"
    ]


def test_what_is_wrong_elsewhere_in_a_room_is_said_as_before() -> None:
    assert said({"rooms": {"window": {"enabled": 1}}}) == [
        "$.rooms.window.enabled: 1 is not of type 'boolean'"
    ]
    assert len(said({"rooms": {"window": {"shedule": 1}}})) == 1


def test_files_of_secrets_are_no_plain_flags() -> None:
    file = {"bus_ca_file": {"key": "ca.crt"}}
    assert said({"rooms": {"oven": {"secretFlags": file}}}) == []
    assert said({"bus": {"secretFlags": file}}) == []
    assert len(said({"rooms": {"oven": {"flags": {"bus_ca_file": "/x"}}}})) == 1
    assert len(said({"bus": {"secretFlags": {"bus_url": {"key": "x"}}}})) == 1


def test_a_dependency_takes_what_all_who_need_it_know() -> None:
    assert said({"bus": {"flags": {"bus_url": "x"}}}) == []
    assert len(said({"bus": {"flags": {"heat": 1}}})) == 1
    assert len(said({"bus": {"flags": {"now": "noon"}}})) == 1  # Flink knows no now


def test_what_is_set_for_all_is_known_to_all_but_http_rooms() -> None:
    assert said({"flags": {"now": "noon"}}) == []
    assert len(said({"flags": {"heat": 1}})) == 1


def test_the_job_on_flink_takes_its_own() -> None:
    assert said({"flink": {"flags": {"slots": 2}}}) == []
    assert len(said({"flink": {"flags": {"now": "noon"}}})) == 1


def test_flags_of_a_room_that_is_gone_are_forgotten() -> None:
    assert "old_flags" not in with_flags(schema(), ROOMS, FLAGS)["definitions"]


def test_a_second_time_changes_nothing() -> None:
    once = with_flags(schema(), ROOMS, FLAGS)

    assert with_flags(once, ROOMS, FLAGS) == once


def test_a_real_room_says_its_flags() -> None:
    flags = read(["strategy_rotation"])["strategy_rotation"]

    assert flags["min_status"]["enum"] == ["validated", "probation"]
    assert flags["bus_url"]["type"] == ["string", "number"]
