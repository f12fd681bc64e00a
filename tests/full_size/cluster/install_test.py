"""The commands of docs/runbooks/install.md, as they stand there, on a real cluster."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.full_size.cluster.release import Release, merged
from tests.full_size.cluster.seeding import seed_validated
from tests.full_size.cluster.servers import Servers, running_servers
from tools import repository
from tools.full_size.kubernetes.kubectl import Cluster
from tools.full_size.kubernetes.local_cluster import LocalCluster
from tools.full_size.kubernetes.node_settings import ADDRESS
from tools.full_size.kubernetes.programs import built
from tradestream.candle_store.factory import open_candle_store
from tradestream.local import postgres_server
from tradestream.postgres import connect
from tradestream.testing.servers import temporary_folder

RUNBOOKS = repository.ROOT / "docs" / "runbooks"
NAME = "guided"
"""In place of the guide's namespace and database, which other tests use."""

SLOW = ("candle_ingestor", "risk_adjusted_sizing", "trade_signal_generator")
SELDOM = ("strategy_discovery_request_factory", "strategy_consumer")

_BLOCKS = r"^```{}\n(.*?)^```$"
_NAMED = re.compile(r"(-n|namespace|DATABASE) tradestream\b")
_SECONDS = 1200


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who follows the guide.

    Attributes:
        folder: The clone that they work in.
        servers: What they have already.
        kubeconfig: Their cluster.
    """

    folder: Path
    servers: Servers
    kubeconfig: Path

    def does(self, title: str, guide: str = "install") -> str:
        """Run the commands of a section in one shell; return what they said."""
        script = "".join(blocks("sh", guide, title))
        finished = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", _NAMED.sub(rf"\1 {NAME}", script)],
            cwd=self.folder,
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        said = f"{finished.stdout}\n{finished.stderr}"
        assert script, title
        assert finished.returncode == 0, f"{title}: {said}"
        assert "arning:" not in said, said
        return finished.stdout

    def candles_url(self) -> str:
        """Return where the guide's bucket is, as this machine reaches it."""
        return self.servers.influxdb.url.rpartition("/")[0] + f"/{NAME}"

    def postgres_url(self) -> str:
        """Return where the guide's database is, as who may do everything."""
        return self.servers.postgres.url(NAME)

    def _environment(self) -> dict[str, str]:
        secrets = self.servers.secrets()
        return {
            "KUBECONFIG": str(self.kubeconfig),
            "HELM_CACHE_HOME": str(self.folder / "helm"),
            "HELM_PLUGINS": "",
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "PGPASSWORD": secrets["postgres"],
            "ADMIN_URL": self.servers.postgres.url("postgres"),
            "POSTGRES_URL": self.postgres_url(),
            "READER_URL": self.postgres_url().replace("@", "_reader@"),
            "CANDLES_URL": self.candles_url(),
            "BUS_URL": self.servers.kafka.url,
            "REPLICATION": "1",
        }


def blocks(language: str, guide: str, title: str) -> list[str]:
    """Return the blocks of a language in a section of a runbook."""
    text = (RUNBOOKS / f"{guide}.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text,
                            re.MULTILINE | re.DOTALL)  # fmt: skip
    found: list[str] = re.findall(
        _BLOCKS.format(language), section, re.MULTILINE | re.DOTALL
    )
    return found


def values_of(reader: Reader) -> dict[str, Any]:
    """Return the values of the guide, changed for this machine and its servers."""
    cluster = Cluster(reader.kubeconfig, NAME)
    ours = Release(cluster, reader.servers, reader.folder).values()
    for room in SLOW:
        # A small machine that runs a cluster and all servers is no cluster.
        ours["rooms"].setdefault(room, {})["deadlineSeconds"] = 170
    for room in SELDOM:
        del ours["rooms"][room]["schedule"]
    for need in ("postgres", "redis", "candles", "coinmarketcap"):
        del ours[need]["secret"]  # as the guide has it
    for need, url in (
        ("candles", reader.candles_url()),
        ("postgres", reader.postgres_url().replace("@", "_{room}@")),
    ):
        ours[need]["url"] = url.replace("127.0.0.1", ADDRESS)
    ours["metrics"] = {"pushgateway": {"url": ""}}
    (guides,) = blocks("yaml", "install", "4. Values")
    values: dict[str, Any] = merged(yaml.safe_load(guides), ours)
    return values


@pytest.fixture
def reader(local_cluster: LocalCluster) -> Iterator[Reader]:
    """Return somebody with a clone, servers, files of secrets, and values."""
    kubeconfig = local_cluster.control_plane.kubeconfig
    with temporary_folder("guide") as folder, running_servers(folder) as servers:
        clone = folder / "clone"
        clone.mkdir()
        (clone / "charts").symlink_to(repository.ROOT / "charts")
        for name, secret in servers.secrets().items():
            (clone / f"{name}.txt").write_text(f"{secret}\n")
        programs = clone / "bin"
        programs.mkdir()
        for program in ("kubectl", "helm"):
            (programs / program).symlink_to(built(program))
        (programs / "psql").symlink_to(postgres_server.programs() / "psql")
        (programs / "tradestream").symlink_to(
            Path(sys.executable).with_name("tradestream")
        )
        reader = Reader(clone, servers, kubeconfig)
        (clone / "values.yaml").write_text(json.dumps(values_of(reader)))
        yield reader


def test_the_guide_leads_from_an_empty_cluster_to_the_first_signal(
    reader: Reader,
) -> None:
    prepared = reader.does("2. Servers")
    assert "topics changed" in prepared
    reader.does("3. Secrets")
    reader.does("4. Values")
    installed = reader.does("5. Install")
    assert "tradestream-candle-ingestor" in installed
    assert '"event"' in reader.does("6. First look")

    # Weeks of the gate are written by hand; the guide says that they pass.
    servers = reader.servers
    candles = open_candle_store(reader.candles_url(), str(servers.influxdb.token_file))
    connection = connect(reader.postgres_url(), servers.secrets()["postgres"])
    seed_validated(connection, candles.symbols(), datetime.now(UTC))
    candles.close()
    connection.close()
    way = reader.does("7. The first signal")
    assert '"kind": "signal"' in way
    assert '"what": "signal announced"' in way

    assert "0 of" in reader.does("Before", "upgrade")
    reader.does("The upgrade", "upgrade")
    assert "Rollback was a success" in reader.does("Going back", "upgrade")

    reader.does("When something is missing")
    reader.does("Remove")
