"""Values that the chart is tried with."""

from tests.full_size.chart.rendering import CHART, LEAST

PROFILES = {
    "least": (f"--values={LEAST}",),
    "everything": (
        f"--values={LEAST}",
        "--set=metrics.pushgateway.url=http://pushgateway:9091",
        "--set=tracing.url=http://jaeger:4318",
        "--set=rooms.exchange_simulator.enabled=true",
        "--set=bus.flags.bus_user=tradestream",
        "--set=bus.flags.bus_sasl_mechanism=SCRAM-SHA-512",
        "--set=bus.secretFlags.bus_tls_ca_file.secret=kafka-ca",
        "--set=bus.secretFlags.bus_tls_ca_file.key=ca.crt",
        "--set=rooms.database_migrator.flags.topics_replication=1",
    ),
    "small stores": (
        f"--values={LEAST}",
        "--set=bus.url=redis://redis:6379/1",
        "--set=candles.url=postgresql://tradestream@postgres:5432/tradestream",
    ),
    "kind": (
        f"--values={CHART / 'values-kind.yaml'}",
        "--set=image.repository=registry.example.com/tradestream/{room}",
    ),
}
"""Arguments of Helm by name; none of them needs an operator."""
