"""How a client is let in, before any broker is asked."""

from pathlib import Path

import pytest

from tradestream.bus.factory import open_bus
from tradestream.bus.kafka_settings import client_options
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.security import BusSecurity
from tradestream.errors import ConfigurationError, UnavailableError

URL = "kafka://127.0.0.1:9"


def options(security: BusSecurity) -> dict[str, object]:
    return client_options(URL, security, KafkaTimes())


def test_speaks_plainly_unless_told() -> None:
    assert options(BusSecurity())["security_protocol"] == "PLAINTEXT"


def test_shows_a_password_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct-horse\n")

    found = options(BusSecurity(str(tmp_path / "password"), "me", "PLAIN"))

    assert found["security_protocol"] == "SASL_PLAINTEXT"
    assert found["sasl_plain_password"] == "correct-horse"


def test_user_and_password_go_together(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("x")

    for half in (BusSecurity(user="me"), BusSecurity(str(tmp_path / "password"))):
        with pytest.raises(ConfigurationError, match="are required together"):
            options(half)


def test_names_a_mechanism_that_we_do_not_speak(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("x")

    with pytest.raises(ConfigurationError, match="was GSSAPI"):
        options(BusSecurity(str(tmp_path / "password"), "me", "GSSAPI"))


def test_names_a_file_of_certificates_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")

    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(ConfigurationError, match=rf"--bus_tls_ca_file: .*{name}"):
            options(BusSecurity(tls_ca_file=str(tmp_path / name)))


def test_a_certificate_of_our_own_needs_theirs() -> None:
    with pytest.raises(ConfigurationError, match="--bus_tls_ca_file is required"):
        options(BusSecurity(tls_cert_file="mine.pem"))


def test_says_that_no_broker_is_there() -> None:
    with pytest.raises(
        UnavailableError, match=r"kafka at 127\.0\.0\.1:9 did not answer: "
    ):
        open_bus(URL)
