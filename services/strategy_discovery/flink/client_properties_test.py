"""Our flags of the bus in the words of the Java client."""

from pathlib import Path

import pytest

from services.strategy_discovery.flink.client_properties import client_properties
from tradestream.bus.security import BusSecurity
from tradestream.errors import ConfigurationError


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text('pa"ss\\word\n')
    return str(path)


def test_an_open_bus_needs_nothing() -> None:
    assert client_properties(BusSecurity()) == {}


def test_tls_trusts_the_authority_named() -> None:
    found = client_properties(BusSecurity(tls_ca_file="/ca.pem"))

    assert found == {
        "security.protocol": "SSL",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": "/ca.pem",
    }


@pytest.mark.parametrize(
    ("mechanism", "module"),
    [("PLAIN", "plain.PlainLoginModule"), ("SCRAM-SHA-512", "scram.ScramLoginModule")],
)
def test_a_password_is_quoted_for_the_module_of_its_mechanism(
    password: str, mechanism: str, module: str
) -> None:
    security = BusSecurity(password, "job", mechanism, tls_ca_file="/ca.pem")

    found = client_properties(security)

    assert found["security.protocol"] == "SASL_SSL"
    assert found["sasl.mechanism"] == mechanism
    assert found["sasl.jaas.config"].endswith(
        f'{module} required username="job" password="pa\\"ss\\\\word";'
    )


def test_our_own_certificate_travels_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "cert").write_text("CERT")
    (tmp_path / "key").write_text("KEY")
    security = BusSecurity(
        tls_ca_file="/ca.pem",
        tls_cert_file=str(tmp_path / "cert"),
        tls_key_file=str(tmp_path / "key"),
    )

    found = client_properties(security)

    assert found["ssl.keystore.certificate.chain"] == "CERT"
    assert found["ssl.keystore.key"] == "KEY"


def test_what_does_not_go_together_is_refused(password: str) -> None:
    with pytest.raises(ConfigurationError, match="together"):
        client_properties(BusSecurity(password_file=password))
    with pytest.raises(ConfigurationError, match="readable"):
        client_properties(BusSecurity(tls_ca_file="/ca", tls_cert_file="/none"))
