"""The toolchains that parts are built with: found in the right version, or named."""

import re
import shutil
import subprocess
from dataclasses import dataclass

from tradestream.errors import ConfigurationError

_ANSWER_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A program that must be there before a build begins.

    Attributes:
        program: Its name on the path.
        ask: Arguments that make it print its version.
        at_least: Lowest version that will do.
        package: What brings it, for people who ask.
    """

    program: str
    ask: tuple[str, ...]
    at_least: str
    package: str

    def require(self) -> None:
        """Check that it is there and new enough.

        Raises:
            ConfigurationError: If not; one line that names it and the version.
        """
        wanted = f"{self.program} {self.at_least} or newer is required"
        found = shutil.which(self.program)
        if found is None:
            raise ConfigurationError(
                f"{wanted}, was missing; install {self.package} or put it on the path"
            )
        try:
            answer = subprocess.run(
                [found, *self.ask],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=_ANSWER_SECONDS,
            ).stdout
        except subprocess.TimeoutExpired as error:
            raise ConfigurationError(
                f"{wanted}, but {found} did not say its version in"
                f" {_ANSWER_SECONDS:.0f} s"
            ) from error
        answer = re.sub(r"\x1b\[\d*m", "", answer)  # Maven is fond of bold
        version = _version(answer)
        if version is None or version < _numbers(self.at_least):
            said = answer.strip().splitlines()[:1] or ["nothing"]
            raise ConfigurationError(f"{wanted}, was {said[0]}")


def _version(answer: str) -> tuple[int, ...] | None:
    found = re.search(r"\d+(\.\d+)+|\d+", answer)
    return None if found is None else _numbers(found[0])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
