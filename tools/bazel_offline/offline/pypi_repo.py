"""Write one Bazel package per distribution that is installed beside this Python.

usage: pypi_repo.py OUT

`@pypi//x` is then what rules_python's hub of that name gives. A folder that one
distribution owns alone becomes one symbolic link, which Bazel takes as a source
folder; folders that several share (`google/`) are walked down until they are not.
"""

import importlib.metadata
import os
import re
import sys
from collections import defaultdict
from pathlib import Path

from packaging.requirements import Requirement

_PACKAGE = """\
package(default_visibility = ["//visibility:public"])

py_library(
    name = "{name}",
    data = {data},
    imports = ["site-packages"],
    deps = {deps},
)

alias(
    name = "pkg",
    actual = ":{name}",
)
"""


def normal(name: str) -> str:
    """Return the name of a distribution as the hub spells it."""
    return re.sub(r"[-_.]+", "_", name).lower()


def parents(path: str) -> list[str]:
    """Return the folders above `path`, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


def dependencies(dist: importlib.metadata.Distribution, held: set[str]) -> list[str]:
    """Return what `dist` requires here without extras, as far as it is installed."""
    requirements = map(Requirement, dist.requires or [])
    names = {
        normal(requirement.name)
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    return sorted((names & held) - {normal(dist.metadata["Name"])})


def main(out: Path) -> None:
    """Write the packages below `out`."""
    site = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    dists = {
        normal(dist.metadata["Name"]): dist
        for dist in importlib.metadata.distributions(path=[str(site)])
    }
    files = {
        name: [
            str(file)
            for file in dist.files or []
            if not str(file).startswith("..") and "__pycache__" not in str(file)
        ]
        for name, dist in dists.items()
    }
    owners: dict[str, set[str]] = defaultdict(set)
    for name, paths in files.items():
        for path in paths:
            for folder in parents(path):
                owners[folder].add(name)
    for name, dist in dists.items():
        links = {
            next((f for f in parents(path) if owners[f] == {name}), path)
            for path in files[name]
        }
        for link in links:
            place = out / name / "site-packages" / link
            place.parent.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(place):
                place.symlink_to(site / link)
        package = out / name
        package.mkdir(parents=True, exist_ok=True)
        # In the key of every action that uses it: a new version builds anew.
        version = f"{dist.metadata['Name']}=={dist.version}\n"
        (package / "VERSION").write_text(version, encoding="utf-8")
        data = ["VERSION", *(f"site-packages/{link}" for link in sorted(links))]
        deps = [f"//{dep}" for dep in dependencies(dist, set(dists))]
        text = _PACKAGE.format(name=name, data=data, deps=deps).replace("'", '"')
        (package / "BUILD.bazel").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
