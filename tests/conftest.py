"""Fixtures for tests of all rooms together."""

from types import MappingProxyType

import pytest

from tests.gate_world import TYPES
from tradestream.discovery.design import Design, design


@pytest.fixture
def small_design(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let exams have 60 genomes."""
    whole = design()
    genomes = {name: whole.genomes[name][:30] for name in TYPES}
    small = Design("0" * 64, MappingProxyType(genomes))
    monkeypatch.setattr("tradestream.discovery.design.design", lambda: small)
    monkeypatch.setattr("services.strategy_discovery.answering.design", lambda: small)
