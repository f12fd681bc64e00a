"""Buckets of one test each, in the InfluxDB that tests share."""

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from tradestream.candle_store.influxdb_http import InfluxHttp
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.local.full_size.influxdb_server import InfluxDBServer

YEAR_SECONDS = 365 * 24 * 3600
FOR_EVER = 0

_numbers = itertools.count(1)


@dataclass(slots=True)
class Buckets:
    """Makes buckets and tokens, as an administrator would."""

    server: InfluxDBServer
    _ids: dict[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The token that may do everything."""
        return self.server.token_file.read_text().strip()

    def create(self, retention_seconds: int = FOR_EVER) -> str:
        """Return the URL of a new bucket."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        rules = [{"type": "expire", "everySeconds": retention_seconds}]
        body = {"name": name, "orgID": self._org(), "retentionRules": rules}
        made = self._call("POST", "/api/v2/buckets", {}, body)
        self._ids[name] = made["id"]
        return f"{self.server.url.rpartition('/')[0]}/{name}"

    def delete(self, url: str) -> None:
        """Remove a bucket."""
        path = f"/api/v2/buckets/{self._ids[url.rpartition('/')[2]]}"
        self._send("DELETE", path, {}, None)

    def write(self, url: str, lines: str) -> None:
        """Write line protocol as anybody could; times in seconds."""
        settings = parse_url(url)
        fields = {"org": settings.org, "bucket": settings.bucket, "precision": "s"}
        self._send("POST", "/api/v2/write", fields, lines.encode())

    def restricted_token(self, url: str, actions: Sequence[str]) -> str:
        """Return a token that may do only this (read, write) to a bucket."""
        org = self._org()
        resource = {"type": "buckets", "id": self._ids[url.rpartition("/")[2]]}
        permissions = [
            {"action": action, "resource": {**resource, "orgID": org}}
            for action in actions
        ]
        body = {"orgID": org, "permissions": permissions}
        made = self._call("POST", "/api/v2/authorizations", {}, body)
        return str(made["token"])

    def _org(self) -> str:
        org = parse_url(self.server.url).org
        found = self._call("GET", "/api/v2/orgs", {"org": org})
        return str(found["orgs"][0]["id"])

    def _call(
        self,
        method: str,
        path: str,
        fields: dict[str, str],
        body: dict[str, Any] | None = None,
    ) -> Any:
        http = InfluxHttp(parse_url(self.server.url), self.token)
        try:
            return http.call(method, path, fields, body)
        finally:
            http.close()

    def _send(
        self, method: str, path: str, fields: dict[str, str], body: bytes | None
    ) -> None:
        url = f"{parse_url(self.server.url).base_url}{path}?{urlencode(fields)}"
        headers = {"Authorization": f"Token {self.token}"}
        answer = urllib3.request(method, url, body=body, headers=headers)
        assert answer.status == 204, answer.data
