"""A folder remembers the size of its stack."""

from pathlib import Path

import pytest

from tradestream.errors import ConfigurationError
from tradestream.local.full_size.stack import FullStack
from tradestream.local.sizes import open_stack


def test_a_new_folder_is_small_unless_told(tmp_path: Path) -> None:
    assert open_stack(tmp_path).size == "small"
    assert isinstance(open_stack(tmp_path, "full"), FullStack)


def test_a_folder_opens_as_it_was_started(tmp_path: Path) -> None:
    stack = open_stack(tmp_path, "full")
    stack.layout.create()
    stack.layout.remember_size(stack.size)

    assert open_stack(tmp_path).size == "full"
    with pytest.raises(ConfigurationError, match=r"size small is required .* was full"):
        open_stack(tmp_path, "small")


def test_a_folder_from_before_there_were_sizes_is_small(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{}")

    assert open_stack(tmp_path).size == "small"
    with pytest.raises(ConfigurationError, match="was small; name another folder"):
        open_stack(tmp_path, "full")


def test_an_unknown_size_is_named(tmp_path: Path) -> None:
    (tmp_path / "size").write_text("huge\n")

    with pytest.raises(ConfigurationError, match=r"small or full is required .*'huge'"):
        open_stack(tmp_path)


def test_a_full_stack_tells_rooms_where_messages_and_bars_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADESTREAM_BUS_PASSWORD_FILE", "/of/another/bus")
    stack = open_stack(tmp_path, "full")

    told = stack.environment()

    assert told["TRADESTREAM_BUS_URL"].startswith("kafka://127.0.0.1:")
    assert "TRADESTREAM_BUS_PASSWORD_FILE" not in told
    assert told["TRADESTREAM_CANDLES_URL"].endswith("/tradestream/candles")
    assert told["TRADESTREAM_CANDLES_PASSWORD_FILE"] == str(
        tmp_path / "secrets" / "influxdb_token"
    )
    assert told["TRADESTREAM_POSTGRES_URL"].startswith("postgresql://")
    assert told["TRADESTREAM_PUSHGATEWAY_URL"].startswith("http://127.0.0.1:")


def test_a_size_that_cannot_be_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADESTREAM_PARTS", str(tmp_path / "none"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    folder = tmp_path / "stack"

    with pytest.raises(ConfigurationError, match="java 17 is required"):
        open_stack(folder, "full").up()

    assert not folder.exists()
