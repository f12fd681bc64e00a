"""Runs a program as `nobody` that may still pass through folders of root.

PostgreSQL refuses to run as root, and a repository in root's own home, mode 700,
cannot be entered by anybody else. Loosening that home is not ours to do. So the
program keeps one capability of root, to pass where files allow nobody, and runs
as another user in every other respect. Linux only.

    python servant.py PROGRAM [ARGUMENT …]
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

NAME = "nobody"

_CAP_DAC_OVERRIDE = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x2008_0522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def user() -> int | None:
    """Return the servant's user number when we are root, None when we are not."""
    return pwd.getpwnam(NAME).pw_uid if os.geteuid() == 0 else None


def can_enter(*folders: Path) -> bool:
    """Whether the servant may pass through folders and all above them."""
    paths = {path for folder in folders for path in (folder, *folder.parents)}
    return all(path.stat().st_mode & 0o001 for path in paths)


def become() -> None:
    """Turn this process of root into the servant.

    Raises:
        OSError: If the system does not let root keep the capability.
    """
    entry = pwd.getpwnam(NAME)
    library = ctypes.CDLL(None, use_errno=True)
    _check(library.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    only = 1 << _CAP_DAC_OVERRIDE
    sets = (_Sets * 2)(_Sets(only, only, only), _Sets(0, 0, 0))
    header = _Header(_CAPABILITY_VERSION_3, 0)
    _check(library.capset(ctypes.byref(header), sets))
    raised = (_PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
    _check(library.prctl(_PR_CAP_AMBIENT, *raised))


def _check(answer: int) -> None:
    if answer != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    try:
        become()
    except (OSError, AttributeError) as failure:
        sys.exit(f"error: root cannot run postgres as {NAME} here: {failure}")
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606
