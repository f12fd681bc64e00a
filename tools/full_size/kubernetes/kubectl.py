"""kubectl and Helm against one cluster."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tools.full_size.kubernetes.programs import built

POLL_SECONDS = 0.3
COMMAND_SECONDS = 1800.0
"""Bound of one command; longer than any that waits for pods by its own timeout."""

Found = TypeVar("Found")


class CommandError(Exception):
    """Raised when a command of the cluster fails; holds what it said."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command said.

    Attributes:
        status: Exit status.
        output: Standard output.
        errors: Standard error; warnings of the API server are here.
    """

    status: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Commands of one cluster and namespace.

    Attributes:
        kubeconfig: How to reach it.
        namespace: Where commands work.
    """

    kubeconfig: Path
    namespace: str = "default"

    def kubectl(self, *words: str | Path, stdin: str | None = None) -> str:
        """Run kubectl and return its output; CommandError if it fails."""
        return self._checked(self.try_kubectl(*words, stdin=stdin), "kubectl", words)

    def try_kubectl(self, *words: str | Path, stdin: str | None = None) -> Result:
        """Run kubectl and return what came of it."""
        return self._run(built("kubectl"), words, stdin)

    def helm(self, *words: str | Path) -> str:
        """Run Helm and return its output; CommandError if it fails."""
        return self._checked(self.try_helm(*words), "helm", words)

    def try_helm(self, *words: str | Path) -> Result:
        """Run Helm and return what came of it."""
        return self._run(built("helm"), words, None)

    def get(self, *words: str) -> Any:
        """Return objects as kubectl's JSON has them."""
        return json.loads(self.kubectl("get", *words, "-o", "json"))

    def items(self, *words: str) -> list[Any]:
        """Return the objects of a list."""
        return list(self.get(*words)["items"])

    def apply(self, *documents: object) -> str:
        """Create or change objects; return the warnings of the API server."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
        result = self.try_kubectl("apply", "-f", "-", stdin=text)
        self._checked(result, "kubectl", ("apply",))
        return result.errors

    def _run(
        self, program: Path, words: Sequence[str | Path], stdin: str | None
    ) -> Result:
        command = [
            str(program),
            f"--kubeconfig={self.kubeconfig}",
            f"--namespace={self.namespace}",
            *map(str, words),
        ]
        # Plugins and caches of the user have no say here.
        own = {"HELM_PLUGINS": "", "HELM_CACHE_HOME": self._scratch()}
        try:
            finished = subprocess.run(
                command,
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, **own},
                timeout=COMMAND_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            said = f"an end within {COMMAND_SECONDS:.0f} s is required, was none"
            raise CommandError(
                f"{program.name} {' '.join(map(str, words))}: {said}"
            ) from error
        return Result(finished.returncode, finished.stdout, finished.stderr)

    def _scratch(self) -> str:
        return str(self.kubeconfig.parent / "helm")

    @staticmethod
    def _checked(result: Result, name: str, words: Sequence[str | Path]) -> str:
        if result.status != 0:
            said = (result.errors or result.output).strip()
            raise CommandError(f"{name} {' '.join(map(str, words))}: {said}")
        return result.output


def eventually(look: Callable[[], Found | None], what: str, seconds: float) -> Found:
    """Look until there is something; AssertionError with `what` if there never is."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} within {seconds:.0f} s is required, was not")
        time.sleep(POLL_SECONDS)
