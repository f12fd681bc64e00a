"""How late a job may be, from its schedule."""

import pytest
import yaml

from tools.schedule_rules import main, period_seconds, rules


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("*/1 * * * *", 60),
        ("*/5 * * * *", 300),
        ("0,10 * * * *", 3000),
        ("30 3 * * *", 86_400),
        ("0 0 * * 0", 7 * 86_400),
    ],
)
def test_a_period_is_the_longest_pause(schedule: str, seconds: int) -> None:
    assert period_seconds(schedule) == seconds


def test_a_job_may_miss_three_periods_and_its_deadline() -> None:
    text = rules(
        {
            "miller": {"kind": "job", "schedule": "*/5 * * * *", "deadline_seconds": 9},
            "baker": {"kind": "worker"},
        }
    )

    (group,) = yaml.safe_load(text)["groups"]
    assert group["rules"] == [
        {
            "record": "tradestream:room:max_age_seconds",
            "expr": "vector(909)",
            "labels": {"room": "miller"},
        },
        {
            "record": "tradestream:room:deadline_seconds",
            "expr": "vector(9)",
            "labels": {"room": "miller"},
        },
    ]


def test_the_file_is_that_of_the_schedules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out
