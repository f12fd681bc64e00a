"""Sends lines to one bucket, in large batches, and loses none in silence.

The client's synchronous mode with finished bytes: its batching mode tells
errors only to a callback, and its points drop fields that are not numbers.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from tradestream.candle_store.influxdb_http import (
    ANSWER_TIMEOUT_SECONDS,
    CONNECT_TIMEOUT_SECONDS,
    RefusedError,
    patiently,
    refusal,
    unanswered,
)
from tradestream.candle_store.influxdb_lines import bar_lines
from tradestream.candle_store.influxdb_settings import InfluxSettings
from tradestream.candles import CandleSeries
from tradestream.errors import TradeStreamError
from tradestream.runtime.traffic import REFUSED_BATCHES, SENT_TO_STORE, TRAFFIC

BATCH_BARS = 20_000
"""Some 3 MB; larger batches were not faster."""

_AT_ONCE = 2

PARTIAL = 422
"""Status of a batch of which the server kept a part."""


class InfluxWriter:
    """Writes to one bucket. One thread at a time may use it.

    Args:
        settings: Where to.
        token: A token that may write.
        retry_seconds: How long a batch is repeated while the server is away.
    """

    def __init__(
        self, settings: InfluxSettings, token: str, retry_seconds: float
    ) -> None:
        self._settings = settings
        self._retry_seconds = retry_seconds
        self._client = InfluxDBClient(
            settings.base_url,
            token,
            org=settings.org,
            timeout=(
                int(CONNECT_TIMEOUT_SECONDS * 1000),
                int(ANSWER_TIMEOUT_SECONDS * 1000),
            ),
            retries=False,
        )
        self._api = self._client.write_api(SYNCHRONOUS)

    def send(self, lines: bytes, precision: str) -> None:
        """Write lines; when this returns the server has them on disk.

        Sending again what it has changes nothing, so that a batch whose answer
        was lost is simply repeated.

        Args:
            lines: Line protocol.
            precision: Unit of its times, `s` or `ns`.

        Raises:
            UnavailableError: If the server did not answer for `retry_seconds`.
            ConfigurationError: If token, organization, or bucket are wrong.
            RefusedError: If it refused the batch, or a part of it.
        """
        try:
            patiently(lambda: self._send_once(lines, precision), self._retry_seconds)
        except RefusedError:
            TRAFFIC.count(REFUSED_BATCHES)
            raise
        TRAFFIC.count(SENT_TO_STORE, len(lines))

    def send_bars(
        self, series: CandleSeries, histories: Sequence[str]
    ) -> dict[int, str]:
        """Write bars, two batches at once: the server works on more than one core.

        A refused batch is halved until only the bars that the server does not
        like are left out.

        Args:
            series: What to write, at least one bar.
            histories: What `influxdb_lines.history` says of each bar.

        Returns:
            By position, why a bar may not be stored: of a batch that was kept
            in part, all bars; look which of them are there.

        Raises:
            UnavailableError: If the server did not answer; some may be stored.
            ConfigurationError: If token, organization, or bucket are wrong.
        """
        count = len(series)
        if count <= BATCH_BARS:
            return self._send_batch(series, histories, 0, count)
        doubtful: dict[int, str] = {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            sent = [
                pool.submit(
                    self._send_batch,
                    series, histories, first, min(first + BATCH_BARS, count),
                )
                for first in range(0, count, BATCH_BARS)
            ]  # fmt: skip
            try:
                for batch in sent:
                    doubtful |= batch.result()
            except TradeStreamError:
                pool.shutdown(cancel_futures=True)
                raise
        return doubtful

    def close(self) -> None:
        """Give back all connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _send_batch(
        self, series: CandleSeries, histories: Sequence[str], first: int, last: int
    ) -> dict[int, str]:
        doubtful: dict[int, str] = {}
        turns = [(first, last)]
        while turns:
            low, high = turns.pop()
            part = series.slice(low, high)
            try:
                self.send(bar_lines(part, histories[low:high]), "s")
            except RefusedError as error:
                middle = (low + high) // 2
                if error.status == PARTIAL or middle == low:
                    doubtful |= dict.fromkeys(range(low, high), error.reason)
                else:
                    turns += [(middle, high), (low, middle)]
        return doubtful

    def _send_once(self, lines: bytes, precision: str) -> None:
        try:
            self._api.write(
                self._settings.bucket,
                record=lines,
                write_precision=precision,  # type: ignore[arg-type]  # a text, there too
            )
        except ApiException as error:
            if not error.status:  # the client's word for a broken TLS connection
                raise unanswered(self._settings, error) from error
            raise refusal(self._settings, error.status, error.body) from error
        except (HTTPError, OSError) as error:
            raise unanswered(self._settings, error) from error
