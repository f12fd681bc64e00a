"""One world for all rows of the table."""

from collections.abc import Iterator

import pytest

from tests.contracts.gateway import Gateway, running_gateway
from tests.contracts.world import World, make_world
from tradestream.local.valkey_server import ValkeyServer
from tradestream.testing.otlp_receiver import otlp_receiver
from tradestream.testing.servers import Databases


@pytest.fixture(scope="session")
def world(databases: Databases, valkey_server: ValkeyServer) -> Iterator[World]:
    """Return a world that ran the main line once; its bus may be empty by now."""
    url = databases.create()
    with otlp_receiver() as collector:
        yield make_world(url, valkey_server.url(), collector)
    databases.drop(url)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Return a Pushgateway that remembers what it was sent."""
    with running_gateway() as made:
        yield made
