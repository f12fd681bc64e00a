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

import pytest

from tests.full_size.cluster.release import Release
from tests.full_size.cluster.seeding import seed_validated
from tests.full_size.cluster.servers import Servers, running_servers
from tools import repository
from tools.full_size.kubernetes.kubectl import Cluster
from tools.full_size.kubernetes.local_cluster import LocalCluster
from tools.full_size.kubernetes.programs import built
from tradestream.testing.servers import temporary_folder

GUIDE = repository.ROOT / "docs" / "runbooks" / "install.md"
NAMESPACE = "from-the-guide"
"""In place of the guide's, which other tests use."""

SLOW = ("candle_ingestor", "risk_adjusted_sizing", "trade_signal_generator")
SELDOM = ("strategy_discovery_request_factory", "strategy_consumer")

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KEYS = {"influxdb": "token", "coinmarketcap": "api-key"}
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

    def does(self, title: str) -> str:
        """Run the commands of a section in one shell; return what they said."""
        guide = GUIDE.read_text(encoding="utf-8")
        (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", guide,
                                re.MULTILINE | re.DOTALL)  # fmt: skip
        script = "".join(_BLOCK.findall(section))
        for words in ("-n tradestream", "namespace tradestream"):
            script = script.replace(words, words.replace("tradestream", NAMESPACE))
        finished = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
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

    def _environment(self) -> dict[str, str]:
        return {
            "KUBECONFIG": str(self.kubeconfig),
            "HELM_CACHE_HOME": str(self.folder / "helm"),
            "HELM_PLUGINS": "",
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "POSTGRES_URL": self.servers.postgres.url(),
            "BUS_URL": self.servers.kafka.url,
        }


@pytest.fixture
def reader(local_cluster: LocalCluster) -> Iterator[Reader]:
    """Return somebody with a clone, servers, secrets, and values."""
    kubeconfig = local_cluster.control_plane.kubeconfig
    with temporary_folder("guide") as folder, running_servers(folder) as servers:
        clone = folder / "clone"
        clone.mkdir()
        (clone / "charts").symlink_to(repository.ROOT / "charts")
        release = Release(Cluster(kubeconfig, NAMESPACE), servers, clone)
        values = release.values()
        for room in SLOW:
            # A small machine that runs a cluster and all servers is no cluster.
            values["rooms"].setdefault(room, {})["deadlineSeconds"] = 170
        for room in SELDOM:
            del values["rooms"][room]["schedule"]
        for name, secret in servers.secrets().items():
            (clone / f"{name}.txt").write_text(f"{secret}\n")
            need = {"influxdb": "candles"}.get(name, name)
            key = _KEYS.get(name, "password")
            values[need]["secret"] = {"name": name, "key": key}
        (clone / "values.yaml").write_text(json.dumps(values))
        programs = clone / "bin"
        programs.mkdir()
        for program in ("kubectl", "helm"):
            (programs / program).symlink_to(built(program))
        (programs / "tradestream").symlink_to(
            Path(sys.executable).with_name("tradestream")
        )
        yield Reader(clone, servers, kubeconfig)


def test_the_guide_leads_from_an_empty_cluster_to_the_first_signal(
    reader: Reader,
) -> None:
    reader.does("3. Secrets")
    reader.does("4. Values")
    installed = reader.does("5. Install")
    assert "tradestream-candle-ingestor" in installed
    assert '"event"' in reader.does("6. First look")

    # Weeks of the gate are written by hand; the guide says that they pass.
    candles, connection = reader.servers.open_candles(), reader.servers.connect()
    seed_validated(connection, candles.symbols(), datetime.now(UTC))
    candles.close()
    connection.close()
    way = reader.does("7. The first signal")
    assert '"kind": "signal"' in way
    assert '"what": "signal announced"' in way

    reader.does("When something is missing")
    reader.does("Remove")
