"""The server of the page, as a process."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tradestream.report.products import fetch_products, product
from tradestream.report.server import PageCache, StrategyPages


def test_a_page_is_kept_for_a_while() -> None:
    now, drawn = [0.0], []

    def draw() -> str:
        drawn.append(now[0])
        return f"page {len(drawn)}"

    pages = PageCache(draw, 5.0, clock=lambda: now[0])

    assert [pages.get(), pages.get()] == ["page 1", "page 1"]
    now[0] = 5.0
    assert pages.get() == "page 2"


def test_pages_of_strategies_are_kept_each_for_a_while_and_not_too_many() -> None:
    now, drawn = [0.0], []

    def draw(strategy: str) -> str:
        drawn.append(strategy)
        return strategy

    pages = StrategyPages(draw, 60.0, most=2, clock=lambda: now[0])

    for strategy in ("a", "b", "a", "c", "a", "b"):
        assert pages.get(strategy) == strategy
    assert drawn == ["a", "b", "c", "b"]
    now[0] = 60.0
    pages.get("b")
    assert drawn[-2:] == ["b", "b"]


def test_a_venue_that_does_not_answer_is_no_error() -> None:
    assert fetch_products("http://127.0.0.1:1") == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Trend persistence, planted edge (annual Sharpe about 40)", "planted"),
        ("Geometric Brownian, no drift, no edge", "no edge"),
        ("Bitcoin, recorded in March 2023, then a bootstrap of it", "recorded"),
        ("Bitcoin", "market"),
    ],
)
def test_a_market_is_named_for_what_it_is(name: str, kind: str) -> None:
    assert product(name).kind == kind


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Yield the URL that the server says it listens on, and its process."""
    command = [sys.executable, "-m", "tradestream.report.serve", "--port=0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield json.loads(process.stderr.readline())["url"], process
        finally:
            process.kill()
            process.wait(10)


@pytest.mark.integration
def test_serves_the_page_and_stops_when_asked(postgres_url: str) -> None:
    urls = (f"--postgres_url={postgres_url}", f"--candles_url={postgres_url}")
    with serving(*urls) as (url, process):
        page = requests.get(url, timeout=30)
        health = requests.get(f"{url}/health", timeout=30)
        unknown = requests.get(f"{url}/strategy/abcd1234", timeout=30)
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0
    assert page.status_code == health.status_code == 200
    assert "No markets yet." in page.text
    assert unknown.status_code == 404
    assert "the id of a stored strategy is required, was abcd1234" in unknown.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.integration
def test_a_database_that_is_down_is_said_and_asked_again() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    urls = (f"--postgres_url={nowhere}", f"--candles_url={nowhere}")
    with serving(*urls) as (url, _):
        page = requests.get(url, timeout=30)

    assert page.status_code == 503
    assert "did not answer" in page.text
    assert page.headers["Retry-After"] == "5"
