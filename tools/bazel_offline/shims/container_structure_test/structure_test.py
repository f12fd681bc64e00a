"""Test an OCI layout as container-structure-test would, without its base image.

usage: structure_test LAYOUT CONFIG...

Commands below /app run from the unpacked layers, under this interpreter without
site-packages. What lies outside /app needs the base image: such a test is refused,
so that nothing is passed over in silence.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from typing import Any

import yaml

_OURS = "/app/"
_SECTIONS = {"schemaVersion", "commandTests", "fileExistenceTests", "metadataTest"}
_METADATA = {
    "cmd": "Cmd",
    "entrypoint": "Entrypoint",
    "user": "User",
    "workdir": "WorkingDir",
}


def blob(layout: str, described: dict[str, Any]) -> str:
    """Return the path of what a descriptor describes."""
    return f"{layout}/blobs/{described['digest'].replace(':', '/')}"


def document(layout: str, described: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON that a descriptor describes."""
    with open(blob(layout, described), encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


def ours(path: str) -> str:
    """Return `path`, which must lie where the layers of this repository do."""
    if not path.startswith(_OURS):
        raise SystemExit(f"a path below {_OURS} is required offline, was {path}")
    return path


def run_command(
    test: dict[str, Any], root: str, environment: dict[str, str]
) -> str | None:
    """Run one command test; return what was wrong, None if nothing was."""
    finished = subprocess.run(
        [root + ours(test["command"]), *test.get("args", [])],
        env={**environment, "PATH": "/usr/bin:/bin", "PYTHON": f"{root}/python"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if finished.returncode != test.get("exitCode", 0):
        return f"exit {finished.returncode}: {finished.stderr[-2000:]}"
    outputs = {"expectedOutput": finished.stdout, "expectedError": finished.stderr}
    for section, text in outputs.items():
        for pattern in test.get(section, []):
            if not re.search(pattern, text):
                return f"{section} {pattern!r} is not in: {text[-500:]}"
    return None


def check(
    spec: dict[str, Any], root: str, config: dict[str, Any]
) -> list[tuple[str, str | None]]:
    """Return (name, what was wrong or None) for each test of `spec`."""
    if unknown := set(spec) - _SECTIONS:
        raise SystemExit(f"sections of tests are {_SECTIONS}, was {unknown}")
    results: list[tuple[str, str | None]] = []
    environment = dict(line.split("=", 1) for line in config["Env"])
    for test in spec.get("fileExistenceTests", []):
        exists = os.path.exists(root + ours(test["path"]))
        wrong = None if exists == test["shouldExist"] else f"exists: {exists}"
        results.append((test["name"], wrong))
    metadata = spec.get("metadataTest", {})
    for variable in metadata.get("envVars", []):
        found = environment.get(variable["key"])
        wrong = None if found == variable["value"] else f"was {found}"
        results.append((variable["key"], wrong))
    for key in sorted(set(metadata) - {"envVars"}):
        found = config[_METADATA[key]]
        results.append((key, None if found == metadata[key] else f"was {found}"))
    for test in spec.get("commandTests", []):
        results.append((test["name"], run_command(test, root, environment)))
    return results


def main(layout: str, *configs: str) -> int:
    """Unpack the image and run every test on it."""
    with open(f"{layout}/index.json", encoding="utf-8") as file:
        manifest = document(layout, json.load(file)["manifests"][0])
    config = document(layout, manifest["config"])["config"]
    with tempfile.TemporaryDirectory() as root:
        for layer in manifest["layers"]:
            with tarfile.open(blob(layout, layer)) as tar:
                tar.extractall(root, filter="data")
        with open(f"{root}/python", "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
        os.chmod(f"{root}/python", 0o755)
        results = []
        for path in configs:
            with open(path, encoding="utf-8") as file:
                results += check(yaml.safe_load(file), root, config)
    for name, wrong in results:
        print(f"ok     {name}" if wrong is None else f"FAILED {name}: {wrong}")
    return 1 if any(wrong for _, wrong in results) or not results else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
