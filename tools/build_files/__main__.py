"""Write BUILD.bazel for every package, or check that each is as written.

usage: python -m tools.build_files [--check]

Needs build/buildifier, which formats what is written (`make build-files` brings it).
"""

import importlib.metadata
import re
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from tools import repository
from tools.build_files import render, settings
from tools.build_files.graph import BorrowedTestError, Graph, UnknownImportError


def read_graph() -> Graph:
    """Return the graph of the repository as it is on disk."""
    paths = [
        PurePosixPath(path.as_posix())
        for path in repository.files(*settings.ROOTS, "conftest.py")
        if not path.as_posix().startswith(settings.OUTSIDE)
    ]
    sources = {
        path: (repository.ROOT / path).read_text(encoding="utf-8")
        for path in paths
        if path.suffix == ".py"
    }
    distributions = {
        module: re.sub(r"[-_.]+", "_", names[0]).lower()
        for module, names in importlib.metadata.packages_distributions().items()
    }
    others = [path for path in paths if path.suffix != ".py"]
    shared = [
        PurePosixPath(path.as_posix())
        for path in repository.files("platform", "charts", "docs", "README.md")
        if path.name != "BUILD.bazel"
    ]
    standard = frozenset(sys.stdlib_module_names)
    return Graph(sources, others, shared, distributions, standard)


def wanted_files(graph: Graph) -> dict[str, str]:
    """Return the text of each file to write, by its path."""
    files = {}
    for package in sorted({target.package for target in graph.targets.values()}):
        text = render.build_file(graph, package)
        if not package:
            files["BUILD.bazel"] = text + render.ROOT
        elif "(\n" in text:
            files[f"{package}/BUILD.bazel"] = text
    for folder, names in graph.shared().items():
        text = render.shared_folder(names, graph.shared_files(folder))
        files[f"{folder}/BUILD.bazel"] = text
    for target in graph.targets.values():
        if target.kind == "room":
            room = target.package.rpartition("/")[2]
            place = f"{target.package}/container-structure-test.yaml"
            kernels = graph.needs(target, settings.COMPILER)
            files[place] = render.container_test(room, kernels=kernels)
    return files


def formatted(files: dict[str, str]) -> dict[str, str]:
    """Return `files` with every BUILD.bazel in buildifier's format."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            place = Path(folder) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        builds = [name for name in files if name.endswith("BUILD.bazel")]
        command = [str(repository.ROOT / "build/buildifier"), "-mode=fix", *builds]
        subprocess.run(command, cwd=folder, check=True)
        return {
            name: (Path(folder) / name).read_text(encoding="utf-8") for name in files
        }


def differing(files: dict[str, str]) -> list[str]:
    """Return the files that are missing, different, or of no package."""
    held = {
        str(path)
        for path in repository.files("*BUILD.bazel")
        if path.parts[0] not in {"tools"}
    }
    changed = {
        name
        for name, text in files.items()
        if not (repository.ROOT / name).is_file()
        or (repository.ROOT / name).read_text(encoding="utf-8") != text
    }
    return sorted(changed | (held - set(files)))


def unclaimed(graph: Graph) -> list[str]:
    """Return the files in packages that no module names."""
    problems = []
    for package in sorted({target.package for target in graph.targets.values()}):
        named = {
            name
            for target in graph.targets.values()
            if target.package == package
            for name in target.data
        }
        problems += [
            str(path)
            for path in graph.data_files(package)
            if package and str(path.relative_to(package)) not in named
        ]
    return problems


def main(arguments: list[str]) -> int:
    """Write the files, or compare when asked to check."""
    try:
        graph = read_graph()
    except (UnknownImportError, BorrowedTestError) as error:
        print(error, file=sys.stderr)
        return 1
    files = formatted(wanted_files(graph))
    names = differing(files)
    if arguments == ["--check"]:
        for name in names:
            print(f"{name}: not what the imports say, run make build-files")
        nameless = unclaimed(graph)
        for name in nameless:
            print(f"{name}: no module of its package names it")
        return 1 if names or nameless else 0
    for name in names:
        place = repository.ROOT / name
        if name in files:
            place.write_text(files[name], encoding="utf-8")
        else:
            place.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
