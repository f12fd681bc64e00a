"""What a long search has finished, in a file, so that a killed one can go on.

One JSON document a line: first which search it is, then one line a finished
piece of work. A line is appended whole or is cut short by a kill; a line that
was cut short is dropped and its work done again. Nothing in the file changes
what a search finds or counts, only what need not be done twice.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from tradestream.errors import ConfigurationError


def identity_of(parts: Mapping[str, Any]) -> str:
    """Return a hash of everything that determines the outcome of a search."""
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class FileJournal:
    """Finished work of one search.

    Args:
        path: The file; made if it is not there.
        identity: Which search it is, see `identity_of`.

    Raises:
        ConfigurationError: If the file is no journal, of another search, or
            cannot be written.
    """

    def __init__(self, path: Path, identity: str) -> None:
        self._path, self._lock = path, Lock()
        self._known: dict[str, Any] = {}
        try:
            kept = self._load(identity)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            os.ftruncate(self._file, kept)
            os.lseek(self._file, kept, os.SEEK_SET)
        except OSError as error:
            raise self._cannot("keep the state of the search in", error) from error
        if not kept:
            self._append({"search": identity})

    def read(self, key: str) -> Any:
        """Return what was written for `key`; None if nothing was."""
        return self._known.get(key)

    def write(self, key: str, value: Any) -> None:
        """Remember a JSON-able value; it survives a kill right after.

        Raises:
            ConfigurationError: If the disk is full, say.
        """
        self._append({"done": key, "value": value})

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _append(self, document: Mapping[str, Any]) -> None:
        line = json.dumps(document, separators=(",", ":"), allow_nan=False) + "\n"
        with self._lock:
            left = line.encode()
            try:
                while left:
                    left = left[os.write(self._file, left) :]
                os.fsync(self._file)
            except OSError as error:
                raise self._cannot("write", error) from error

    def _load(self, identity: str) -> int:
        """Take what a file knows; return how many of its bytes are whole lines."""
        if not self._path.exists():
            return 0
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        documents = [self._document(line) for line in whole.splitlines()]
        if not documents:
            if b'{"search":"'.startswith(content[:11]):
                return 0  # killed before its first line was whole
            raise self._foreign()
        if documents[0].get("search") != identity:
            raise self._foreign()
        self._known = {one["done"]: one["value"] for one in documents[1:]}
        return len(whole)

    def _document(self, line: bytes) -> dict[str, Any]:
        try:
            document = json.loads(line)
        except ValueError:
            raise self._foreign() from None
        if not isinstance(document, dict) or not {"search", "done"} & set(document):
            raise self._foreign()
        return document

    def _foreign(self) -> ConfigurationError:
        return ConfigurationError(
            "a state file of this very search (same bars, settings, and code) or a new "
            f"one is required, was {self._path}"
        )

    def _cannot(self, what: str, error: OSError) -> ConfigurationError:
        reason = error.strerror or str(error)
        return ConfigurationError(f"cannot {what}: {reason}: {self._path}")
