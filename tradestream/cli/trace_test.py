"""`tradestream trace` prints what the rooms stored and published."""

import json

import pytest
from click.testing import CliRunner
from psycopg2.extensions import connection as Connection

from tradestream.bus.codec import encode
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERED_STRATEGIES
from tradestream.cli import trace
from tradestream.errors import ConfigurationError
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


def test_the_table_has_a_line_for_each_step(
    postgres: Connection, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seed_records(postgres)["first"]
    printed: list[object] = []
    monkeypatch.setattr("tradestream.cli.output.write_tables", printed.extend)
    monkeypatch.setattr("sys.stdout", Terminal())

    trace.command.main([first, "--postgres_url", postgres_url], standalone_mode=False)

    assert printed
    assert getattr(printed[0], "row_count", 0) >= 6


class Terminal:
    """Says that somebody looks."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Do nothing."""
