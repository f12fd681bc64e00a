"""What the chart refuses, before anything is installed, and in which words."""

import pytest

from tests.full_size.chart.rendering import LEAST, template


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("bus.url=", "bus.url: a URL is required, e.g. kafka://"),
        ("candles.url=", "candles.url: a URL is required, e.g. influxdb://"),
        ("postgres.url=", "postgres.url: a URL is required, e.g. postgresql://"),
        ("redis.url=", "redis.url: a URL is required, e.g. redis://"),
        ("coinmarketcap.secret.name=", "coinmarketcap.secret.name: a Secret"),
        ("image.repository=", "image.repository: a repository is required"),
        ("fullnameOverride=averyveryverylongname", "/fullnameOverride"),
        ("rooms.strategy_discovery.autoscaling.min=7", "autoscaling.max: at least min"),
        ("flink.enabled=true", "flink.stateUrl: where checkpoints are kept is"),
    ],
)
def test_a_missing_value_is_named_in_one_line(setting: str, said: str) -> None:
    finished = template(f"--values={LEAST}", f"--set={setting}")

    assert finished.returncode == 1
    assert len([line for line in finished.stderr.splitlines() if said in line]) == 1
    assert finished.stdout == ""


@pytest.mark.parametrize(
    ("setting", "key", "why"),
    [
        ("rooms.candle_ingestor.shedule=x", "/rooms/candle_ingestor", "'shedule'"),
        ("rooms.candle_ingestor.replicas=2", "/rooms/candle_ingestor", "'replicas'"),
        ("rooms.candle_eater.enabled=true", "/rooms", "'candle_eater'"),
        ("rooms.strategy_discovery.autoscaling.by=mood", "/autoscaling/by", "'lag'"),
        ("bus.url=amqp://rabbit", "/bus/url", "pattern"),
        ("bus.url=kafka://kafka:9092/0", "/bus/url", "pattern"),
        ("candles.url=influxdb://influxdb:8086/org", "/candles/url", "pattern"),
        ("redis.url=redis://redis/cache", "/redis/url", "pattern"),
        ("fullnameOverride=Bad_Name", "/fullnameOverride", "pattern"),
        ("postgres.secret.name=Bad_Name", "/postgres/secret/name", "pattern"),
        ("rooms.candle_ingestor.schedule=each * * * *", "/schedule", "pattern"),
        ("metrics.port=80", "/metrics/port", "minimum"),
        ("metrics.port=nine", "/metrics/port", "integer"),
        ("tracing.share=2", "/tracing/share", "maximum"),
        ("pods.env.key=x", "/pods/env", "'key'"),
        ("postgres.pasword=x", "/postgres", "'pasword'"),
        ("image.pullPolicy=Sometimes", "/image/pullPolicy", "'Always'"),
        ("jobs.retries=-1", "/jobs/retries", "minimum"),
        ("securityContext.runAsUser=0", "''", "'securityContext'"),
    ],
)
def test_an_impossible_value_is_refused_by_its_key(
    setting: str, key: str, why: str
) -> None:
    finished = template(f"--values={LEAST}", f"--set={setting}")

    assert finished.returncode == 1
    assert any(key in line and why in line for line in finished.stderr.splitlines()), (
        finished.stderr
    )


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    setting = "--set=postgres.url=postgresql://tradestream:hunter2@postgres/name"

    finished = template(f"--values={LEAST}", setting)

    assert finished.returncode == 1
    assert "/postgres/url" in finished.stderr
    assert "hunter2" not in finished.stderr
