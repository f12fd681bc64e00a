"""The command line of candle stores: errors in one line, progress in a pipe."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradestream.candle_store.factory import open_candle_store
from tradestream.cli.main import main
from tradestream.testing.candle_store_contract import WRITTEN, bars
from tradestream.testing.servers import Databases

NOWHERE = "influxdb://127.0.0.1:1/org/bucket"


def tradestream(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> object:
    """Run the command here; return its exit status."""
    monkeypatch.setattr(sys, "argv", ["tradestream", "candles", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code


@pytest.mark.parametrize(
    ("line", "status", "wanted"),
    [
        ("create postgresql://db/x", 1, "an influxdb:// URL is required"),
        ("create influxdb://127.0.0.1:1/org", 1, "its bucket is missing"),
        (f"create {NOWHERE}", 75, "influxdb at 127.0.0.1:1 did not answer"),
        (f"create {NOWHERE} --password_file no", 1, "a readable secret file"),
        (f"copy {NOWHERE}", 1, "missing argument 'TARGET'"),
        (f"copy {NOWHERE} {NOWHERE}", 1, "two stores are required"),
        (f"copy {NOWHERE} postgresql://127.0.0.1:1/x", 1, "a token is required in"),
        (f"copy sqlite://x {NOWHERE}", 1, "was sqlite://"),
        (f"copy {NOWHERE} x --from noon", 1, "a time such as"),
        (
            f"copy {NOWHERE} x --from 2026-01-02 --to 2026-01-01",
            1,
            "a --to after --from is required, was 2026-01-02T00:00 to 2026-01-01T00:00",
        ),
    ],
)
def test_every_error_is_one_line(
    line: str,
    status: int,
    wanted: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended = tradestream(monkeypatch, *line.split())

    written = capsys.readouterr()
    assert (ended, written.out) == (status, "")
    assert written.err.startswith("tradestream: ")
    assert written.err.count("\n") == 1
    assert wanted in written.err


@pytest.mark.integration
def test_a_copy_says_how_far_it_is_and_what_it_did(
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    urls = databases.create(), databases.create()
    store = open_candle_store(urls[0])
    for symbol in ("BTC-USD", "ETH-USD"):
        written = bars(range(0, 9_000, 10), symbol=symbol)
        store.write(written, source="x", written_at=WRITTEN)
    store.close()
    (tmp_path / "password").write_text("none is needed")

    status = tradestream(
        monkeypatch, "copy", *urls, "--to_password_file", tmp_path / "password"
    )

    told = capsys.readouterr()
    assert status == 0
    assert told.out.splitlines()[0].startswith(
        "BTC-USD: 900 bars of 7 days are the same, 7 days were written, checksum "
    )
    assert told.out.count("days are the same") == 2
    assert "days are the same" not in told.err
    assert "14 of 14 days, ETH-USD 2026-01-11" in told.err
    copy = open_candle_store(urls[1])
    assert copy.symbols() == ["BTC-USD", "ETH-USD"]
    assert copy.last("ETH-USD") == datetime(2026, 1, 11, 15, 50, tzinfo=UTC)
    copy.close()
