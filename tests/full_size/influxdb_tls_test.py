"""InfluxDB over TLS: `influxdbs://`, trusting what the system trusts."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.full_size.influxdb_buckets import Buckets
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.candle_store.influxdb_store import InfluxCandleStore
from tradestream.errors import ConfigurationError
from tradestream.local.full_size import certificates
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.testing.candle_store_contract import WRITTEN, bars, minute

pytestmark = pytest.mark.integration


def pump(source: socket.socket, target: socket.socket) -> None:
    """Pass on bytes until either side is gone."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def tls_in_front_of(port: int, certificate: Path) -> Iterator[int]:
    """Yield the port of what speaks TLS and passes on to another port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    plain = listener.accept()[0]
                    threading.Thread(target=pass_on, args=(plain,)).start()

        def pass_on(plain: socket.socket) -> None:
            with (
                suppress(OSError),
                context.wrap_socket(plain, server_side=True) as client,
                socket.create_connection(("127.0.0.1", port)) as server,
            ):
                back = threading.Thread(target=pump, args=(server, client))
                back.start()
                pump(client, server)
                back.join()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_tls_is_spoken_with_a_server_that_the_system_trusts(
    influxdb: InfluxDBServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = certificates.make(tmp_path / "certificates")
    buckets = Buckets(influxdb)
    settings = parse_url(buckets.create())

    with tls_in_front_of(influxdb.port, authority.parent / "server.pem") as port:
        url = f"influxdbs://127.0.0.1:{port}/{settings.org}/{settings.bucket}"
        with pytest.raises(ConfigurationError, match="a trusted TLS connection"):
            InfluxCandleStore.open(url, buckets.token)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        with closing(InfluxCandleStore.open(url, buckets.token)) as store:
            store.write(bars(range(3)), source="x", written_at=WRITTEN)

            assert len(store.read("BTC-USD", 60, minute(0), minute(9))) == 3
