"""What a client must show to be let in, besides the URL."""

from dataclasses import dataclass

SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
DEFAULT_MECHANISM = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True)
class BusSecurity:
    """Names of files and of the user; secrets are read when the bus is opened.

    Attributes:
        password_file: File with the password; None without one.
        user: Name that the password belongs to; None where the bus knows no users.
        sasl_mechanism: How the password is shown, one of `SASL_MECHANISMS`.
        tls_ca_file: Certificates that sign the server's; None to speak without TLS.
        tls_cert_file: Our own certificate, where the server asks for one.
        tls_key_file: Its key.
    """

    password_file: str | None = None
    user: str | None = None
    sasl_mechanism: str = DEFAULT_MECHANISM
    tls_ca_file: str | None = None
    tls_cert_file: str | None = None
    tls_key_file: str | None = None
