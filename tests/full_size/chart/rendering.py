"""Render the chart with Helm, and take rooms and pods out of what came."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tradestream.local.full_size.parts import KUBERNETES

REPOSITORY = Path(__file__).parents[3]
CHART = REPOSITORY / "charts" / "tradestream"
LEAST = CHART / "tests" / "values.yaml"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pod:
    """What the chart says of one kind of pod.

    Attributes:
        owner: What makes it, e.g. `CronJob/tradestream-candle-ingestor`.
        room: The room in it; another server's name where it is none.
        spec: The pod's spec.
    """

    owner: str
    room: str
    spec: Document


def program(name: str) -> str:
    """Return the path of `helm` or `helm-unittest`."""
    return str(KUBERNETES.find() / "bin" / name)


def helm(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Helm, and return what it said."""
    return subprocess.run(
        [program("helm"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def template(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Render the chart with further arguments such as `--set=a=b`."""
    return helm("template", "tradestream", str(CHART), *arguments)


def render(*arguments: str) -> list[Document]:
    """Return the documents that Helm would apply, those of hooks and tests included."""
    finished = template(*arguments)
    assert finished.returncode == 0, finished.stderr
    return [document for document in yaml.safe_load_all(finished.stdout) if document]


def pods(documents: list[Document]) -> Iterator[Pod]:
    """Yield every pod that the documents lead to."""
    for document in documents:
        spec = document.get("spec", {})
        if document["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        labels = document["metadata"]["labels"]
        owner = f"{document['kind']}/{document['metadata']['name']}"
        room = labels["app.kubernetes.io/component"]
        if document["kind"] == "Pod":
            yield Pod(owner, room, spec)
        elif "containers" in spec.get("template", {}).get("spec", {}):
            yield Pod(owner, room, spec["template"]["spec"])


def rooms() -> dict[str, Document]:
    """Return the table of rooms."""
    text = (CHART / "rooms.yaml").read_text("utf-8")
    table: dict[str, Document] = yaml.safe_load(text)["rooms"]
    return table
