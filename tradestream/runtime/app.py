"""Start of every binary: flags, environment, one clear line when it fails.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from absl import app, flags

from tradestream.errors import TradeStreamError, UnavailableError
from tradestream.runtime import connections
from tradestream.runtime.clock import Clock, parse_time
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import push_failure
from tradestream.runtime.tracing.flags import told
from tradestream.runtime.tracing.start import traced

ENVIRONMENT_PREFIX = "TRADESTREAM_"
INTERRUPTED = 130

_MISSING = re.compile(r"Flag --(\w+) must have a value other than None\.?")


class FlagsError(Exception):
    """Raised when the flags cannot be used; says why in one line."""


def run(main: Callable[[Sequence[str]], int | None]) -> NoReturn:
    """Parse flags, call `main`, and end the process with its status.

    Args:
        main: Takes the program's name alone in a list; returns an exit status,
            None for 0.
    """
    app.define_help_flags()
    connections.define_flag()
    room = _room(sys.argv[0])
    try:
        parse(sys.argv, os.environ)
    except FlagsError as error:
        sys.stderr.write(f"{room}: {error}\n")
        sys.exit(1)
    if flags.FLAGS.only_check_args:
        sys.exit(0)
    if connections.asked():
        sys.exit(guarded(room, lambda: connections.check(room)))
    status = traced(room, told(), lambda: guarded(room, lambda: main(sys.argv[:1])))
    if status not in (0, INTERRUPTED):
        _push_failure(room, status)
    sys.exit(status)


def parse(argv: Sequence[str], environment: Mapping[str, str]) -> None:
    """Set all flags from the command line, the rest of them from the environment.

    Raises:
        FlagsError: If a flag is unknown, missing, or has an impossible value.
        SystemExit: With 0, after a help flag printed its text.
    """
    try:
        rest = flags.FLAGS([argv[0], *_from_environment(argv, environment), *argv[1:]])
    except flags.Error as error:
        raise FlagsError(_one_line(str(error))) from error
    except SystemExit:
        sys.exit(0)
    if len(rest) > 1:
        raise FlagsError(f"flags such as --name=value are required, was {rest[1]!r}")


def guarded(room: str, work: Callable[[], int | None]) -> int:
    """Return the exit status of `work`; write one line when it fails."""
    log = get_logger(room)
    try:
        return work() or 0
    except UnavailableError as error:
        log.error(str(error), error=type(error).__name__, status=os.EX_TEMPFAIL)
        return os.EX_TEMPFAIL
    except TradeStreamError as error:
        log.error(str(error), error=type(error).__name__, status=1)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        log.exception(f"bug: {error}", error=type(error).__name__, status=1)
        return 1


def _push_failure(room: str, status: int) -> None:
    """Tell the Pushgateway, if there is a flag that names one."""
    given = {
        name: flags.FLAGS[name].value
        for name in ("pushgateway_url", "now")
        if name in flags.FLAGS
    }
    if given.get("pushgateway_url"):
        held = given.get("now")
        clock = Clock(None if held is None else parse_time(held))
        push_failure(room, given["pushgateway_url"], clock.now(), status)


def _from_environment(argv: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    given = {_flag_name(argument) for argument in argv[1:]}
    ours = (
        name
        for name in flags.FLAGS
        if f"{ENVIRONMENT_PREFIX}{name.upper()}" in environment
    )
    return [
        f"--{name}={environment[f'{ENVIRONMENT_PREFIX}{name.upper()}']}"
        for name in sorted(ours)
        if name not in given and f"no{name}" not in given
    ]


def _flag_name(argument: str) -> str:
    return argument.lstrip("-").partition("=")[0] if argument.startswith("-") else ""


def _one_line(message: str) -> str:
    lines = dict.fromkeys(" ".join(m.split()) for m in message.splitlines() if m)
    return "; ".join(_plain(line) for line in lines)


def _plain(line: str) -> str:
    missing = _MISSING.search(line)
    if missing is None:
        return line[:1].lower() + line[1:]
    name = missing.group(1)
    variable = f"{ENVIRONMENT_PREFIX}{name.upper()}"
    return f"--{name} must have a value, from the flag or {variable}"


def _room(program: str) -> str:
    path = Path(program)
    return path.parent.name if path.stem in ("main", "__main__") else path.stem
