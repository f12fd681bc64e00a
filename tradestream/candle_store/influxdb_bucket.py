"""The bucket of bars: whether it is there, and how long it keeps them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tradestream.candle_store.influxdb_http import InfluxHttp, MissingError
from tradestream.candle_store.influxdb_settings import RETENTION
from tradestream.errors import ConfigurationError

_BUCKETS = "/api/v2/buckets"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as the server knows it.

    Attributes:
        number: Its identity.
        retention: How long a point is kept, None for ever.
    """

    number: str
    retention: timedelta | None

    @property
    def long_enough(self) -> bool:
        """Whether it keeps bars as long as the platform declares."""
        return self.retention is None or self.retention >= RETENTION


def require_bucket(http: InfluxHttp) -> Bucket:
    """Return the bucket that the settings name.

    Raises:
        ConfigurationError: If the token is wrong, or the bucket is missing or
            forgets too early; names the command that makes it right.
        UnavailableError: If the server did not answer.
    """
    settings = http.settings
    bucket = find_bucket(http)
    command = f"tradestream candles create {settings.url}"
    if bucket is None:
        raise ConfigurationError(
            f"influxdb at {settings.where}: bucket {settings.bucket} is required, was"
            f" missing or not to be read with this token; {command} makes it"
        )
    if not bucket.long_enough:
        raise ConfigurationError(
            f"influxdb at {settings.where}: bucket {settings.bucket} must keep bars"
            f" {RETENTION.days} d, was {_in_words(bucket.retention)}; {command} sets it"
        )
    return bucket


def find_bucket(http: InfluxHttp) -> Bucket | None:
    """Return the bucket, None when the organization shows none of that name.

    Raises:
        ConfigurationError: If token or organization are wrong.
        UnavailableError: If the server did not answer.
    """
    settings = http.settings
    fields = {"org": settings.org, "name": settings.bucket}
    try:
        found = http.call("GET", _BUCKETS, fields)["buckets"]
    except MissingError as error:
        if error.reason.startswith("bucket"):
            return None
        raise
    return _bucket(found[0]) if found else None


def ensure_bucket(http: InfluxHttp) -> str:
    """Make the bucket, or have it keep bars long enough; return what was done.

    A bucket that keeps them longer is left as it is: shortening would delete.

    Raises:
        ConfigurationError: If the organization is missing, or the token may not.
        UnavailableError: If the server did not answer.
    """
    name = http.settings.bucket
    seconds = int(RETENTION.total_seconds())
    rules = [{"type": "expire", "everySeconds": seconds}]
    bucket = find_bucket(http)
    if bucket is None:
        owner = http.call("GET", "/api/v2/orgs", {"org": http.settings.org})["orgs"]
        if not owner:
            raise ConfigurationError(
                f"influxdb at {http.settings.where}: a token that may make buckets is"
                " required"
            )
        body = {"name": name, "orgID": owner[0]["id"], "retentionRules": rules}
        http.call("POST", _BUCKETS, {}, body)
        return f"bucket {name} made, bars are kept {RETENTION.days} d"
    if bucket.long_enough:
        kept = _in_words(bucket.retention)
        return f"bucket {name} is there, bars are kept {kept}; nothing to do"
    http.call("PATCH", f"{_BUCKETS}/{bucket.number}", {}, {"retentionRules": rules})
    was = _in_words(bucket.retention)
    return f"bucket {name} keeps bars {RETENTION.days} d now, was {was}"


def _bucket(found: dict[str, Any]) -> Bucket:
    seconds = [
        rule["everySeconds"]
        for rule in found.get("retentionRules", ())
        if rule.get("type") == "expire"
    ]
    kept = timedelta(seconds=seconds[0]) if seconds and seconds[0] else None
    return Bucket(str(found["id"]), kept)


def _in_words(retention: timedelta | None) -> str:
    if retention is None:
        return "for ever"
    hours = retention / timedelta(hours=1)
    return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"
