"""Text of a BUILD.bazel file, from the targets of its package."""

from collections.abc import Iterable, Mapping

from tools.build_files import settings
from tools.build_files.graph import Graph, Target

_HEADER = "# Written by `make build-files` from what the modules import; do not edit.\n"

# What the root package has besides conftest.py.
ROOT = """
# The configuration of pytest, for every test; the lock of the hub @pypi.
exports_files([
    "README.md",
    "pyproject.toml",
    "requirements_dev.txt",
])
"""

_KERNEL_FILES = """\
  - name: kernels compiled beforehand
    path: /app/kernels
    shouldExist: true
"""
_KERNEL_VARIABLES = """\
    - key: NUMBA_CACHE_DIR
      value: /app/kernels
"""


def build_file(graph: Graph, package: str) -> str:
    """Return the BUILD.bazel of one package with Python in it."""
    targets = [
        target
        for name, target in sorted(graph.targets.items())
        if target.package == package and _is_needed(graph, target)
    ]
    rules = [rule for target in targets for rule in _rules(graph, target)]
    if package in settings.SOURCES:
        rules.append(_sources(graph, package))
    return "\n".join([_HEADER, *_loads(rules), *rules])


def shared_folder(names: Iterable[str], files: Iterable[str]) -> str:
    """Return the BUILD.bazel of a folder that modules read, without Python in it.

    Args:
        names: What they read: names of files, or `files` for all.
        files: Names of the files in it.
    """
    rules = []
    single = sorted(set(names) - {"files"})
    if single:
        rules.append(f"exports_files({_text(single)})\n")
    if "files" in names:
        visible = ["//visibility:public"]
        group = _call("filegroup", name="files", srcs=sorted(files), visibility=visible)
        rules.append(group)
    return "\n".join([_HEADER, *rules])


def container_test(room: str, *, kernels: bool) -> str:
    """Return the container-structure-test.yaml of a room, with kernels or without."""
    files, variables = (_KERNEL_FILES, _KERNEL_VARIABLES) if kernels else ("", "")
    return f"""\
# Written by `make build-files`; do not edit.
schemaVersion: "2.0.0"
commandTests:
  - name: explains its flags
    command: /app/bin/{room}
    args: ["--help"]
    exitCode: 0
    expectedOutput: ["flags:"]
  - name: refuses a flag that it does not know
    command: /app/bin/{room}
    args: ["--no_such_flag=1"]
    exitCode: 1
    expectedError: ["no_such_flag"]
fileExistenceTests:
  - name: launcher
    path: /app/bin/{room}
    shouldExist: true
  - name: its own main
    path: /app/src/services/{room}/main.py
    shouldExist: true
  - name: no tests
    path: /app/src/services/{room}/main_test.py
    shouldExist: false
{files}metadataTest:
  envVars:
    - key: PYTHONUNBUFFERED
      value: "1"
{variables}  entrypoint: ["/app/bin/{room}"]
  user: "65532:65532"
"""


def _is_needed(graph: Graph, target: Target) -> bool:
    if target.name != "__init__":
        return True
    return any(target.label in other.deps for other in graph.targets.values())


def _rules(graph: Graph, target: Target) -> list[str]:
    attributes = _attributes(target)
    if target.kind == "test":
        name = ".".join(target.module.with_suffix("").parts)
        comment = settings.MANUAL.get(name)
        if comment:
            attributes["tags"] = ["manual"]
        elif "//:conftest" in target.deps:
            # A server that drops root's rights cannot do so in a sandbox.
            attributes["tags"] = ["no-sandbox"]
        rule = _call("pytest_test", **attributes)
        return [f"# {comment}\n{rule}" if comment else rule]
    if visible := graph.visible_to(target):
        attributes["visibility"] = visible
    if graph.is_for_tests(target):
        attributes["testonly"] = True
    rules = [_call("py_library", **attributes)]
    if target.kind == "room":
        room = target.package.rpartition("/")[2]
        deps = [":main_lib"]
        rules.append(_call("py_binary", name="main", srcs=["main.py"], deps=deps))
        image: dict[str, object] = {"command": room, "main": "main.py", "deps": deps}
        if graph.needs(target, settings.COMPILER):
            image["kernels"] = True
        rules.append(_call("service_image", name="image", **image))
    return rules


def _attributes(target: Target) -> dict[str, object]:
    attributes: dict[str, object] = {"name": target.name, "srcs": [target.module.name]}
    if target.module.name.endswith("_pb2.py"):
        attributes["pyi_srcs"] = [f"{target.module.name}i"]
    skipped = settings.TEST_DISTRIBUTIONS if target.kind == "test" else frozenset()
    deps = {
        label.replace(f"//{target.package}:", ":")
        for label in target.deps
        if label.removeprefix("@pypi//") not in skipped
    }
    if deps:
        attributes["deps"] = sorted(deps)
    if target.data:
        attributes["data"] = sorted(target.data)
    return attributes


def _sources(graph: Graph, package: str) -> str:
    modules = [
        target.module.name
        for target in graph.targets.values()
        if target.package == package and target.kind == "library"
    ]
    return _call(
        "filegroup",
        name="sources",
        srcs=sorted(modules),
        visibility=["//tradestream:__subpackages__"],
    )


def _loads(rules: list[str]) -> list[str]:
    text = "\n".join(rules)
    places: Mapping[str, tuple[str, ...]] = {
        "@rules_python//python:defs.bzl": ("py_binary", "py_library"),
        "//tools/bazel:python.bzl": ("pytest_test", "service_image"),
    }
    loads = []
    for place, names in places.items():
        if used := [name for name in names if f"{name}(" in text]:
            quoted = ", ".join(f'"{word}"' for word in (place, *used))
            loads.append(f"load({quoted})\n")
    return loads


def _call(rule: str, **attributes: object) -> str:
    lines = "".join(f"    {key} = {_text(v)},\n" for key, v in attributes.items())
    return f"{rule}(\n{lines})\n"


def _text(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return str(value) if isinstance(value, bool) else f'"{value}"'
