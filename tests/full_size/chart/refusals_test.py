"""What the chart refuses, before anything is installed, and in which words."""

import pytest

from tests.full_size.chart.rendering import LEAST, rooms, template

_CERTIFICATE = "bus.secretFlags.bus_tls_cert_file"


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
        (
            "flink.enabled=true,flink.stateUrl=s3://b/x,flink.image=x",
            "flink.triesVolume: a volume",
        ),
        (
            "flink.enabled=true,flink.stateUrl=s3://b/x,flink.triesVolume.emptyDir.x=y",
            "flink.image: an image",
        ),
        ("image.repository=one-for-all", "image.repository: {room} is required"),
        ("candles.secret.name=", "candles.secret.name: a Secret that holds the token"),
        (
            "bus.flags.bus_user=x,bus.secret.name=",
            "bus.secret.name: a Secret that holds the password",
        ),
        (
            f"{_CERTIFICATE}.secret=kafka,{_CERTIFICATE}.key=tls.crt",
            "bus.secretFlags: bus_tls_ca_file, bus_tls_cert_file, and",
        ),
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
        ("rooms.strategy_discovery.replicas=-1", "/replicas", "minimum"),
        ("pods.resources.limits.memory=lots", "/limits/memory", "pattern"),
        ("inCluster.enable=true", "/inCluster", "'enable'"),
        ("postgres.secret.nam=x", "/postgres/secret", "'nam'"),
        ("flink.flags.bundel=1", "/flink/flags", "'bundel'"),
        ("flags.seed=1", "/flags", "'seed'"),
        ("bus.flags.bus_tls=true", "/bus/flags", "'bus_tls'"),
        ("bus.flags.bus_password_file=/x", "/bus/flags", "'bus_password_file'"),
        ("redis.secretFlags.redis_file.key=x", "/redis/secretFlags", "'redis_file'"),
        ("rooms.strategy_rotation.flags.min_status=mood", "/min_status", "probation"),
        ("rooms.strategy_discovery.flags.workers=-1", "/flags/workers", "minimum"),
        ("rooms.strategy_discovery.flags.drain=often", "/flags/drain", "boolean"),
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


@pytest.mark.parametrize("room", rooms())
def test_a_flag_that_a_room_does_not_have_is_refused_by_its_key(room: str) -> None:
    setting = f"--set=rooms.{room}.flags.no_such_flag=1"

    finished = template(f"--values={LEAST}", setting)

    said = f"at '/rooms/{room}/flags': additional properties 'no_such_flag' not allowed"
    assert finished.returncode == 1
    assert len([line for line in finished.stderr.splitlines() if said in line]) == 1


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("postgres.url", "postgresql://tradestream:hunter2@postgres/name"),
        ("bus.url", "kafka://tradestream:hunter2@kafka:9092"),
        ("candles.url", "influxdb://tradestream:hunter2@influxdb/org/bucket"),
        ("metrics.pushgateway.url", "http://tradestream:hunter2@pushgateway"),
        ("tracing.url", "http://tradestream:hunter2@jaeger"),
        ("flags.pushgateway_url", "http://tradestream:hunter2@pushgateway"),
    ],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(key: str, url: str) -> None:
    finished = template(f"--values={LEAST}", f"--set={key}={url}")

    name = key.replace("flags.", "--")
    assert finished.returncode == 1
    assert f"{name}: a URL without a password is required" in finished.stderr
    assert "hunter2" not in finished.stderr
