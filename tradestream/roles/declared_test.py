"""Roles are declared for the rooms and tables that there are, and no others."""

from pathlib import Path

import pytest

from tradestream.errors import ConfigurationError
from tradestream.roles.declared import DeclaredRole, read_declared


def test_a_role_may_do_what_stands_beside_its_tables(tmp_path: Path) -> None:
    file = tmp_path / "roles.yaml"
    file.write_text(
        "x: &x\n  a: [select]\nroles:\n  two:\n    <<: *x\n    b: [insert, update]\n"
        "  one:\n    '*': [select]\n"
    )

    one, two = read_declared(file)

    assert one == DeclaredRole("one", {"*": frozenset({"select"})})
    assert two.name == "tradestream_two"
    assert two.tables == {"a": {"select"}, "b": {"insert", "update"}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("roles: [", "YAML is required, was"),
        ("[]", "a map `roles` is required, was None"),
        ("roles: {one: [select]}", "role one: a map of tables is required, was"),
        ("roles: {one: {a: select}}", "role one, table a: a list of select, insert,"),
        ("roles: {one: {a: [drop]}}", "update, delete is required, was ['drop']"),
        ("roles: {one: {a: []}}", "is required, was []"),
    ],
)
def test_what_cannot_be_understood_is_named(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "roles.yaml"
    file.write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        read_declared(file)

    assert str(caught.value).startswith(str(file))
    assert words in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        read_declared(tmp_path / "none.yaml")
