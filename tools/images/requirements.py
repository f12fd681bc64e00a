"""The part of a lock that some distributions need."""

import re
from collections.abc import Iterable

_ENTRY = re.compile(r"^[a-zA-Z][^\n]*\n(?:[ ][^\n]*\n)*", re.MULTILINE)
_NAME = re.compile(r"[\w.-]+")
_VIA = re.compile(r"^ +# +(?:via +)?([\w.-]+)$", re.MULTILINE)


class NotLockedError(Exception):
    """Raised when a distribution is in no lock."""


def subset(lock: str, distributions: Iterable[str]) -> str:
    """Return the entries of `distributions` and of all that these need.

    Args:
        lock: A compiled requirements file; its comments say who needs what.
        distributions: Names, spelt with `-` or `_`.

    Raises:
        NotLockedError: If the lock lacks one of them.
    """
    entries = {_name(text): text for text in _ENTRY.findall(lock)}
    needed_by = {
        name: {_normalised(user) for user in _VIA.findall(text)}
        for name, text in entries.items()
    }
    found: set[str] = set()
    waiting = [_normalised(name) for name in distributions]
    while waiting:
        name = waiting.pop()
        if name not in entries:
            raise NotLockedError(f"a locked package is required, was {name}")
        if name not in found:
            found.add(name)
            waiting += [other for other, users in needed_by.items() if name in users]
    return "".join(entries[name] for name in sorted(found))


def _name(entry: str) -> str:
    match = _NAME.match(entry)
    return _normalised(match[0]) if match else ""


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
