"""The ranking of CoinMarketCap: HTTP → assets."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import requests

from services.top_crypto_updater.ranking import Asset
from tradestream.errors import ConfigurationError, InvalidDataError, UnavailableError

PATH = "/v1/cryptocurrency/listings/latest"
STABLECOIN_TAG = "stablecoin"
_TIMEOUT_SECONDS = (3.05, 15.0)
_REFUSED_KEY = (requests.codes.unauthorized, requests.codes.forbidden)
_TICKER = re.compile(r"[A-Z0-9.$-]{1,20}")


class InvalidRankingError(InvalidDataError):
    """Raised when an answer is not a ranking."""


class CoinMarketCap:
    """A client of the listings.

    Args:
        url: Base URL, e.g. `https://pro-api.coinmarketcap.com`.
        key: The API key.
        depth: How many rows to ask for.
    """

    def __init__(self, url: str, key: str, *, depth: int) -> None:
        self._url = url.rstrip("/") + PATH
        self._key = key
        self._depth = depth

    def fetch(self) -> Sequence[Asset]:
        """Return the largest assets.

        Rows without a ticker that a symbol can be made of, or without a market
        capitalization, are no candidates and are left out.

        Raises:
            UnavailableError: If the server did not answer, or says to come back.
            ConfigurationError: If it refuses the key.
            InvalidRankingError: If the answer is not a ranking.
        """
        rows = self._answer().get("data")
        if not isinstance(rows, list):
            raise InvalidRankingError(f"a list of assets is required, was {rows!r:.80}")
        return [asset for asset in map(_asset, rows) if asset is not None]

    def _answer(self) -> Mapping[str, Any]:
        try:
            answer = requests.get(
                self._url,
                params={"start": "1", "limit": str(self._depth), "convert": "USD"},
                headers={"X-CMC_PRO_API_KEY": self._key},
                timeout=_TIMEOUT_SECONDS,
            )
        except requests.RequestException as error:
            raise UnavailableError(
                f"{self._url} did not answer: {type(error).__name__}"
            ) from error
        if answer.status_code in _REFUSED_KEY:
            raise ConfigurationError(f"{self._url} refused the key: {_reason(answer)}")
        if answer.status_code != requests.codes.ok:
            raise UnavailableError(
                f"{self._url} answered {answer.status_code}: {_reason(answer)}"
            )
        try:
            decoded = answer.json(parse_float=Decimal, parse_int=Decimal)
        except ValueError as error:
            raise UnavailableError(
                f"{self._url} gave an answer that is no JSON"
            ) from error
        if not isinstance(decoded, dict):
            raise InvalidRankingError(f"an object is required, was {decoded!r:.80}")
        return decoded


def _asset(row: Any) -> Asset | None:
    try:
        ticker = str(row["symbol"]).upper()
        size = row["quote"]["USD"]["market_cap"]
        identity = int(row["id"])
        tags = list(row.get("tags") or ())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidRankingError(
            f"an asset with id, symbol, tags, and quote is required, was {row!r:.120}"
        ) from error
    if not _TICKER.fullmatch(ticker) or not isinstance(size, Decimal) or size <= 0:
        return None
    return Asset(identity, ticker, size, STABLECOIN_TAG in tags)


def _reason(answer: requests.Response) -> str:
    try:
        return str(answer.json()["status"]["error_message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:120]
