"""Results of the study as lines of JSON: added one by one, never changed.

A study that is killed leaves whole lines and perhaps a torn one; it goes on
where it was. A life is known by cell, seed, version of the code, its days, and, if
its market is drawn from recorded bars, those; lines of others are passed over.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import tradestream
from tradestream.discovery.claim_proposals import Find
from tradestream.discovery.version import code_version
from tradestream.study.lives import Lived
from tradestream.study.oracle import Oracle

_STUDY = ("markets", "oracle", "lives")
Key = tuple[str, int]


@lru_cache(maxsize=1)
def study_version() -> str:
    """Return a version that changes with every edit of engine, search, or gate."""
    package = Path(tradestream.__file__).resolve().parent
    digest = hashlib.sha256(code_version().encode())
    for name in _STUDY:
        digest.update((package / "study" / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Results:
    """All that is known.

    Attributes:
        lives: By cell and seed.
        oracles: By cell.
    """

    lives: Mapping[Key, Lived]
    oracles: Mapping[str, Oracle]


class ResultsFile:
    """A file of lines of JSON.

    Args:
        path: Where it is; made when the first line is added.
        version: Of the code.
        days: Length of the lives.
        bars: Fingerprint of the recorded bars that bootstraps draw from; empty
            for the study's own.
    """

    def __init__(self, path: Path, version: str, days: int, bars: str = "") -> None:
        self.path, self.version, self.days, self.bars = path, version, days, bars

    def read(self) -> Results:
        """Return what whole lines say of such lives."""
        lives: dict[Key, Lived] = {}
        oracles: dict[str, Oracle] = {}
        for row in self._rows():
            if "sharpe" in row:
                find = Find(row["strategy"], row["parameters"])
                oracles[row["cell"]] = Oracle(find, row["sharpe"], row["error"])
            elif (row["days"], row.get("bars", "")) == (self.days, self._bars(row)):
                lived = _lived(row)
                lives[lived.cell, lived.seed] = lived
        return Results(lives, oracles)

    def add_life(self, lived: Lived) -> None:
        """Add a life.

        Raises:
            ValueError: If it is of other code or length than this file tells of.
        """
        if (lived.version, lived.days) != (self.version, self.days):
            raise ValueError(
                f"a life of {self.days} days by {self.version} is required, "
                f"was {lived.days} days by {lived.version}"
            )
        row = asdict(lived)
        self._add({**row, "bars": self._bars(row)})

    def add_oracle(self, cell: str, oracle: Oracle) -> None:
        """Add the oracle of a cell."""
        self._add(
            {
                "cell": cell,
                "version": self.version,
                "strategy": oracle.find.strategy_name,
                "parameters": dict(oracle.find.parameters),
                "sharpe": round(oracle.sharpe, 2),
                "error": round(oracle.error, 2),
            }
        )

    def _bars(self, row: Mapping[str, Any]) -> str:
        """Return the bars that lives of a line's cell are drawn from."""
        return self.bars if row["cell"].split()[0] == "bootstrap" else ""

    def _rows(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        whole = self.path.read_bytes().rpartition(b"\n")[0]
        rows = [json.loads(line) for line in whole.splitlines() if line.strip()]
        return [row for row in rows if row["version"] == self.version]

    def _add(self, row: Mapping[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            file.seek(0)
            torn = file.read().rpartition(b"\n")[2]
            if torn:
                file.truncate(file.seek(0, os.SEEK_END) - len(torn))
            file.write(json.dumps(row, separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _lived(row: Mapping[str, Any]) -> Lived:
    return Lived(
        **{
            **{name: value for name, value in row.items() if name != "bars"},
            "exam_days": tuple(row["exam_days"]),
            "claim_days": tuple(row["claim_days"]),
        }
    )
