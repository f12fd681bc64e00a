"""Which code found something: a version that changes with every edit of the engine.

Pure: reads source files, imports no engine.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import tradestream
from tradestream.strategies.catalogue import CATALOGUE

_PACKAGE = Path(tradestream.__file__).resolve().parent
_ENGINE = ("indicators", "strategies", "backtest")
_SEARCH = ("genome", "genetic", "evolve", "search", "objective", "design")


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return the package version and a hash of catalogue and engine sources."""
    paths = [p for folder in _ENGINE for p in sorted((_PACKAGE / folder).glob("*.py"))]
    paths += [_PACKAGE / "discovery" / f"{name}.py" for name in _SEARCH]
    return f"{tradestream.__version__}+{_hash(paths)[:12]}"


@lru_cache(maxsize=1)
def catalogue_version() -> str:
    """Return a hash of the declared types: the same until one of them changes."""
    digest = hashlib.sha256()
    for strategy in CATALOGUE.values():
        rules = (dict(strategy.let), strategy.enter, strategy.exit)
        digest.update(repr((strategy.name, strategy.parameters, rules)).encode())
    return digest.hexdigest()


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if not path.name.endswith("_test.py"):
            digest.update(f"{path.parent.name}/{path.name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
