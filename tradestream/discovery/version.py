"""Which code found something: a version that changes with every edit of the engine.

Pure: reads source files, imports no engine.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import tradestream
from tradestream.strategies.catalogue import CATALOGUE

_DECIDING = ("indicators", "strategies", "backtest", "statistics", "discovery")
"""Packages that decide what is found and what is proven, with those inside them."""

_TELLING = frozenset(
    f"discovery/{name}.py"
    for name in (
        "checks",
        "journal",
        "life_report",
        "messages",
        "outlook",
        "paper_scores",
        "request_messages",
    )
)
"""Modules that only carry or show results. A new module counts until named here."""


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return the package version and a hash of all that decides results."""
    package = Path(tradestream.__file__).resolve().parent
    return f"{tradestream.__version__}+{sources_hash(package)[:12]}"


def sources_hash(package: Path) -> str:
    """Return a hash of the deciding sources below a folder like `tradestream/`."""
    digest = hashlib.sha256()
    for path in _sources(package):
        digest.update(f"{path.relative_to(package).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def catalogue_version() -> str:
    """Return a hash of the declared types: the same until one of them changes."""
    digest = hashlib.sha256()
    for strategy in CATALOGUE.values():
        rules = (dict(strategy.let), strategy.enter, strategy.exit)
        digest.update(repr((strategy.name, strategy.parameters, rules)).encode())
    return digest.hexdigest()


def _sources(package: Path) -> list[Path]:
    return sorted(
        path
        for folder in _DECIDING
        for path in (package / folder).rglob("*.py")
        if not path.name.endswith("_test.py")
        and path.relative_to(package).as_posix() not in _TELLING
    )
