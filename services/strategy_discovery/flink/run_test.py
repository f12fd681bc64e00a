"""What is looked for before a job is submitted."""

from pathlib import Path

import pytest

from services.strategy_discovery.flink.run import (
    check_cluster,
    check_resume,
    check_servers,
)
from services.strategy_discovery.flink.settings import Cluster
from tradestream.bus.memory import MemoryBus
from tradestream.bus.security import BusSecurity
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.local import ports


def test_a_cluster_that_is_within_the_program_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / "connector.jar").touch()

    check_cluster(Cluster("/c", connector=str(tmp_path / "connector.jar")))


def test_a_connector_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--connector: a jar is required"):
        check_cluster(Cluster("/c", connector=str(tmp_path / "*.jar")))


def test_a_jobmanager_that_does_not_answer_is_unavailable() -> None:
    address = f"127.0.0.1:{ports.choose(1)[0]}"

    with pytest.raises(UnavailableError, match=f"flink at {address}"):
        check_cluster(Cluster("/c", jobmanager=address))


def test_bus_and_store_are_asked() -> None:
    check_servers(MemoryBus, MemoryCandleStore)

    def away() -> MemoryBus:
        raise UnavailableError("kafka did not answer")

    with pytest.raises(UnavailableError, match="kafka"):
        check_servers(away, MemoryCandleStore)


@pytest.mark.parametrize("resume", [None, "s3://flink/savepoint-1"])
def test_what_cannot_be_looked_into_is_taken_as_it_is(resume: str | None) -> None:
    nobody = f"kafka://127.0.0.1:{ports.choose(1)[0]}"

    check_resume(resume, nobody, BusSecurity())
