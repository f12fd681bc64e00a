"""`tradestream trace` prints what the rooms stored and published."""

import json
import subprocess

import pytest
from click.testing import CliRunner
from psycopg2.extensions import connection as Connection

from tradestream.bus.codec import encode
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERED_STRATEGIES
from tradestream.cli import trace
from tradestream.errors import ConfigurationError
from tradestream.testing.command import run_command
from tradestream.testing.discovery_results import search_summary
from tradestream.testing.seeded_portfolio import seed_records

pytestmark = pytest.mark.integration


def test_a_strategy_is_printed_as_json_to_a_pipe(
    postgres: Connection, postgres_url: str
) -> None:
    first = seed_records(postgres)["first"]

    shown = CliRunner().invoke(
        trace.command, [first[:10], "--postgres_url", postgres_url]
    )

    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.stdout)
    assert (told["kind"], told["identity"]) == ("strategy", first)
    assert [s["what"] for s in told["steps"]].count("signal") == 3
    times = [step["at"] for step in told["steps"]]
    assert times == sorted(times)


def test_messages_come_from_the_bus_that_is_named(
    postgres_url: str, redis_url: str, redis_bus: RedisStreamsBus
) -> None:
    ids = {"request_id": "e" * 64, "correlation_id": "e" * 64}
    summary = search_summary(request_id="e" * 64)
    message = encode(summary, key="BTC-USD", answered_by="worker-3", **ids)
    redis_bus.publish(DISCOVERED_STRATEGIES, [message])

    shown = CliRunner().invoke(
        trace.command,
        ["eeee", "--postgres_url", postgres_url, "--bus_url", redis_url, "--json"],
    )

    (step,) = json.loads(shown.stdout)["steps"]
    assert step["details"]["answered_by"] == "worker-3"
    assert step["at"] is not None


def test_an_unknown_id_ends_with_one_clear_error(postgres_url: str) -> None:
    shown = CliRunner().invoke(
        trace.command, ["0123456789", "--postgres_url", postgres_url]
    )

    assert isinstance(shown.exception, ConfigurationError)
    assert "which nothing has" in str(shown.exception)


def test_a_terminal_gets_every_step_with_whole_ids(
    postgres: Connection, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seed_records(postgres)["first"]
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "40")

    trace.command.main([first, "--postgres_url", postgres_url], standalone_mode=False)

    lines = terminal.text.split("\n")
    assert lines[0] == f"strategy {first}"
    assert len([line for line in lines if line[:2] == "20"]) >= 6
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "SELECT signal_id FROM trade_signals WHERE strategy_id = %s", (first,)
        )
        signals = [signal for (signal,) in cursor.fetchall()]
    assert len(signals) == 3
    assert all(f"signal_id={signal}" in terminal.text.split() for signal in signals)


def test_what_could_not_be_asked_is_said_and_is_worth_a_retry(
    postgres: Connection, postgres_url: str
) -> None:
    first = seed_records(postgres)["first"]
    places = [f"--postgres_url={postgres_url}", "--bus_url=redis://127.0.0.1:1/0"]

    shown = command(first, *places)
    unknown = command("0123456789", *places)

    assert (shown.returncode, unknown.returncode) == (75, 75)
    assert json.loads(shown.stdout)["identity"] == first
    assert "steps of the bus are missing: redis at 127.0.0.1:1" in shown.stderr
    assert "the bus could not be asked: redis at 127.0.0.1:1" in unknown.stderr
    assert shown.stderr.count("\n") == unknown.stderr.count("\n") == 1
    assert unknown.stdout == ""


def test_a_database_that_is_away_is_worth_a_retry() -> None:
    shown = command("0123456789", "--postgres_url=postgresql://me@127.0.0.1:1/x")

    assert (shown.returncode, shown.stdout) == (75, "")
    assert "127.0.0.1:1" in shown.stderr.replace(" port ", ":")
    assert shown.stderr.count("\n") == 1


def command(*options: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as its users do."""
    return run_command("trace", *options)


class Terminal:
    """Says that somebody looks, and keeps what is shown."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Do nothing."""
