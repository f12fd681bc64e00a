"""Every alert fires when it should and is silent when it should: promtool's tests."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tradestream.local.full_size.http_server import program

ROOT = Path(__file__).parents[3]
PROMETHEUS = ROOT / "platform" / "prometheus"
RULES = sorted((PROMETHEUS / "rules").glob("*.yaml"))
TESTS = sorted((PROMETHEUS / "tests").glob("*.yaml"))
RUNBOOKS = ROOT / "docs" / "runbooks"
PROMTOOL = program("promtool", "prometheus")


def alerts() -> Iterator[dict[str, Any]]:
    """Yield every alert rule."""
    for path in RULES:
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            yield from (rule for rule in group["rules"] if "alert" in rule)


NAMES = sorted({rule["alert"] for rule in alerts()})


_USED = re.compile(r"\{\{[^}]*\$labels\.(\w+)")
_IF_THERE = re.compile(r"\{\{-?\s*with \$labels\.(\w+)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def promtool(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PROMTOOL, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_configuration_and_rules_are_valid() -> None:
    config = promtool("check", "config", PROMETHEUS / "prometheus.yaml")
    rules = promtool("check", "rules", *RULES)

    assert config.returncode == 0, config.stdout
    assert rules.returncode == 0, rules.stdout


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_are_silent(path: Path) -> None:
    tested = promtool("test", "rules", path)

    assert tested.returncode == 0, tested.stdout


@pytest.mark.parametrize("expression", ["vector(1)", "vector(1) > 2"])
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_an_alert_that_always_or_never_fires_is_found(
    tmp_path: Path, path: Path, expression: str
) -> None:
    shutil.copytree(PROMETHEUS / "rules", tmp_path / "rules")
    (tmp_path / "tests").mkdir()
    tests = shutil.copy(path, tmp_path / "tests")
    mutated = tmp_path / "rules" / path.name
    rules = yaml.safe_load(mutated.read_text("utf-8"))
    names = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    for group in rules["groups"]:
        for rule in group["rules"]:
            rule["expr"] = expression
    mutated.write_text(yaml.safe_dump(rules))

    tested = promtool("test", "rules", tests)

    assert tested.returncode != 0
    for name in names:
        assert f'alertname="{name}"' in tested.stdout


def fired(name: str) -> list[dict[str, str]]:
    """Return the labels of every alert `name` that promtool's tests see fire."""
    tests = [
        test for path in TESTS for test in yaml.safe_load(path.read_text())["tests"]
    ]
    samples = [
        dict(_LABEL.findall(sample["labels"]))
        for test in tests
        for asked in test.get("promql_expr_test", ())
        for sample in asked.get("exp_samples", ())
    ]
    alerts = [
        {**expected["exp_labels"], "alertname": asked["alertname"]}
        for test in tests
        for asked in test.get("alert_rule_test", ())
        for expected in asked.get("exp_alerts", ())
    ]
    return [one for one in [*samples, *alerts] if one.get("alertname") == name]


@pytest.mark.parametrize("rule", list(alerts()), ids=lambda rule: rule["alert"])
def test_a_label_that_an_annotation_names_is_there(rule: dict[str, Any]) -> None:
    text = " ".join(rule["annotations"].values())
    only_if_there = set(_IF_THERE.findall(text))
    seen = fired(rule["alert"])

    assert seen
    for label in set(_USED.findall(text)):
        values = {one.get(label, "") for one in seen}
        assert any(values), label
        assert (label in only_if_there) == ("" in values), label


def test_every_alert_has_a_runbook_and_says_where_it_is() -> None:
    for rule in alerts():
        name = rule["alert"]
        assert rule["annotations"]["runbook"] == f"docs/runbooks/{name}.md"
        assert rule["labels"]["severity"] in ("critical", "warning"), name
        assert rule["annotations"]["summary"], name
    written = {path.stem for path in RUNBOOKS.glob("TradeStream*.md")}
    assert written == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_runbook_says_meaning_first_look_and_fix_with_commands(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text("utf-8")

    headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
    assert headings == [f"# {name}", "## Meaning", "## First look", "## Fix"]
    assert re.search(r"^    \S", text.partition("## First look")[2], re.MULTILINE)
