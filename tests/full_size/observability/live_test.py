"""A real Prometheus sees a real run of the full size: every panel has data."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from psycopg2.extensions import connection as Connection

from tests.full_size.observability.run import JOBS, Run, main_line, watched
from tests.full_size.observability.seeing import eventually
from tools import metrics_reference, repository
from tradestream.postgres import connect
from tradestream.runtime.secrets import read_secret
from tradestream.testing.servers import temporary_folder

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.timeout(900)  # the first test waits for the whole run
DASHBOARDS = ROOT / "platform" / "grafana" / "dashboards"
RUNBOOKS = ROOT / "docs" / "runbooks"
DECLARED = {
    one.full_name(what): one.room
    for one in metrics_reference.rooms(repository.ROOT)
    for what in one.meters
}
CORE = "candle_ingestor", "risk_adjusted_sizing", "trade_signal_generator"


def asked() -> Iterator[tuple[str, str, str, str]]:
    """Yield dashboard, panel, expression, and legend of every query."""
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                legend = target.get("legendFormat", "")
                yield path.stem, panel["title"], target["expr"], legend


def typed(start: str) -> list[tuple[str, str]]:
    """Return runbook and command of the lines to type that begin with `start`."""
    return [
        (path.stem, line.strip())
        for path in sorted(RUNBOOKS.glob("TradeStream*.md"))
        for line in path.read_text("utf-8").splitlines()
        if line.startswith(f"    {start}")
    ]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Return a run whose rooms all ran, and then failed once."""
    with temporary_folder("eyes") as folder, watched(folder) as running:
        main_line(running)
        for job in JOBS:
            assert running.room_alone(job) == 75, job
        eventually("the failure is told", lambda: bool(failures(running)))
        yield running


def failures(run: Run) -> list[dict[str, Any]]:
    return run.prometheus.ask(
        'tradestream:room:runs:increase30m{room="strategy_robustness", status="75"} > 0'
    )


def test_every_metric_that_is_declared_is_seen_and_no_other(run: Run) -> None:
    seen = {name for name in run.prometheus.names() if name.startswith("tradestream_")}

    assert not seen - set(DECLARED)
    assert not set(DECLARED) - seen


def test_a_metric_comes_from_its_room_and_with_its_words(run: Run) -> None:
    words = run.prometheus.get("metadata")
    meters = {
        one.full_name(what): meter
        for one in metrics_reference.rooms(repository.ROOT)
        for what, meter in one.meters.items()
    }

    for name, room in DECLARED.items():
        jobs = {series["metric"]["job"] for series in run.prometheus.ask(name)}
        assert jobs == {room}, name
        assert words[name][0]["help"] == meters[name].says
        kind = "counter" if meters[name].is_counter else "gauge"
        assert words[name][0]["type"] == kind, name


@pytest.mark.parametrize(("page", "panel", "expression", "legend"), list(asked()))
def test_a_panel_shows_data_with_the_labels_of_its_legend(
    run: Run, page: str, panel: str, expression: str, legend: str
) -> None:
    rooms = {series["metric"]["room"] for series in run.prometheus.ask(LAST_SUCCESS)}
    expression = expression.replace("$__rate_interval", "1m")

    asked_for = {
        expression.replace("${room}", room).replace("$room", room) for room in rooms
    }
    shown = [series for one in asked_for for series in run.prometheus.ask(one)]

    assert shown, f"{page}: {panel}"
    labels = {label for series in shown for label in series["metric"]}
    assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= labels, f"{page}: {panel}"


LAST_SUCCESS = "tradestream:room:last_success_timestamp_seconds"


def test_every_target_is_up_and_every_rule_can_be_evaluated(run: Run) -> None:
    targets = run.prometheus.get("targets", state="active")["activeTargets"]
    groups = run.prometheus.get("rules")["groups"]

    assert {target["labels"]["job"] for target in targets} == {
        "exchange_simulator",
        "prometheus",
        "pushgateway",
        "strategy_discovery",
    }
    assert {target["health"] for target in targets} == {"up"}
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}, rules


@pytest.mark.parametrize(("runbook", "command"), typed("promtool"))
def test_a_query_of_a_runbook_can_be_typed(
    run: Run, runbook: str, command: str
) -> None:
    finished = subprocess.run(
        ["/bin/bash", "-c", command.replace("ROOM", "candle_ingestor")],
        env={"PROMETHEUS": run.prometheus.url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, f"{runbook}: {command}: {finished.stderr}"


@pytest.mark.parametrize(("runbook", "command"), typed("psql"))
def test_a_statement_of_a_runbook_can_be_typed(
    run: Run, runbook: str, command: str
) -> None:
    program, _, option, statement = shlex.split(command)

    with (
        closing(records(run)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        assert cursor.description, f"{runbook}: {program} {option}"


def records(run: Run) -> Connection:
    place = run.stack.records
    return connect(place.url, read_secret(str(place.password_file)))


def test_counters_grow_over_runs_of_a_real_gateway(run: Run) -> None:
    before = runs(run, "strategy_rotation", "0")

    run.rooms("strategy_rotation")

    assert runs(run, "strategy_rotation", "0") == before + 1


def test_a_failed_run_leaves_what_the_last_one_said(run: Run) -> None:
    before = runs(run, "strategy_rotation", "75")

    assert run.room_alone("strategy_rotation") == 75

    shown = gateway_page(run)
    for metric in ("approved_strategies", "last_success_timestamp_seconds"):
        assert f"\ntradestream_strategy_rotation_{metric}{{" in shown
    assert runs(run, "strategy_rotation", "75") == before + 1


def test_a_room_that_fails_again_and_again_is_told_and_nobody_else(run: Run) -> None:
    run.rooms(*CORE)
    # Signals of yesterday left as if they were live: that is told, and rightly.
    others = {("TradeStreamSignalsLate", "")}
    eventually("no other alert fires", lambda: run.prometheus.firing() <= others)

    for _ in range(4):
        assert run.room_alone("candle_ingestor") == 75

    expected = ("TradeStreamJobFailing", "candle_ingestor")
    eventually("the alert fires", lambda: expected in run.prometheus.firing())
    alerts = run.prometheus.get("alerts")["alerts"]
    (told,) = [a for a in alerts if a["labels"]["alertname"] == expected[0]]
    assert told["annotations"]["summary"] == "candle_ingestor fails again and again"
    assert run.prometheus.firing() <= {expected, *others}


def test_a_removed_room_is_forgotten_when_its_group_is_deleted(run: Run) -> None:
    group = f"{run.pushgateway_url}/metrics/job/strategy_robustness"

    answer = requests.delete(group, timeout=10)

    assert answer.status_code == 202
    gone = 'tradestream:room:last_success_timestamp_seconds{room="strategy_robustness"}'
    eventually("the room is gone", lambda: not run.prometheus.ask(gone))


def runs(run: Run, room: str, status: str) -> float:
    """Return what the gateway shows of a room's runs that ended with `status`."""
    start = f"tradestream_{room}_runs_total{{"
    (line,) = [
        line
        for line in gateway_page(run).splitlines()
        if line.startswith(start) and f'status="{status}"' in line
    ]
    return float(line.rpartition(" ")[2])


def gateway_page(run: Run) -> str:
    return requests.get(f"{run.pushgateway_url}/metrics", timeout=10).text
