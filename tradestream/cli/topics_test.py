"""`tradestream topics apply` before any broker is asked."""

import subprocess
from pathlib import Path

import pytest

from tradestream.testing.command import run_command


def apply(*options: str) -> "subprocess.CompletedProcess[str]":
    return run_command("topics", "apply", *options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "missing option '--bus_url'"),
        (["--bus_url=redis://host/0"], "a URL with kafka:// is required"),
        (["--bus_url=kafka://host:x"], "a port from 1 to 65535 is required"),
        (["--bus_url=kafka://host", "--replication=0"], "0 is not in the range"),
        (["--bus_url=kafka://host", "--topics_file=/no"], "declared topics: /no: "),
        (["--bus_url=kafka://host", "--bus_user=me"], "are required together"),
        (["--bus_url=kafka://host", "--bus_tls_ca_file=/no"], "was /no: No such file"),
    ],
)
def test_says_in_one_line_what_is_wrong(options: list[str], words: str) -> None:
    finished = apply(*options)

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.count("\n") == 1
    assert words in finished.stderr


def test_a_broker_that_is_away_is_worth_a_retry(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("topics: {}\n")

    finished = apply(
        "--bus_url=kafka://127.0.0.1:9", f"--topics_file={tmp_path / 'topics.yaml'}"
    )

    assert finished.returncode == 75
    assert finished.stderr.startswith("tradestream: kafka at 127.0.0.1:9 did not")


def test_what_is_wrong_with_a_topic_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("topics:\n  orders: [1]\n")

    finished = apply("--bus_url=kafka://host", f"--topics_file={path}")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        f"tradestream: declared topics: {path}: topic orders: a map of settings is"
        " required, was [1]\n"
    )
