"""Check MODULE.bazel without a Bazel that reads it: from its syntax, against its kin.

usage: python -m tools.check_module

- The interpreter of the toolchain, of the wheels, and of the base image is one.
- .bazelversion names a Bazel that the module and rules_python accept.
- Every repository that a BUILD or .bzl file loads from or names is brought.
- The lock of the hub @pypi holds every distribution that a BUILD file names.
- The offline overlay stands in for what is brought, and for nothing else.

Prints what is wrong; status 1 if anything is.
"""

import ast
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from tools import repository

_LEAST_BAZEL = (7, 4, 1)
_NAMED = re.compile(r'"@([a-z0-9_]+)//')
_WHEEL = re.compile(r'"@pypi//([a-z0-9_]+)"')

# Brought for what is not loaded by a BUILD file: toolchains, and people's commands.
_UNNAMED = frozenset({"bazel_skylib", "platforms", "buildifier_prebuilt"})
# What Bazel 4 itself asks for, and Bazel 8 does not.
_BUILT_IN = frozenset({"rules_cc", "rules_java", "remote_coverage_tools"})


def calls(module: str) -> list[tuple[str, list[object], dict[str, object]]]:
    """Return (name, arguments, keywords) of each call in a MODULE.bazel.

    Arguments that are not literals become None.
    """
    found = []
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.Call):
            arguments = [_literal(argument) for argument in node.args]
            keywords = {k.arg or "": _literal(k.value) for k in node.keywords}
            found.append((ast.unparse(node.func), arguments, keywords))
    return found


def problems(
    module: str,
    bazel_version: str,
    build_files: Iterable[str],
    lock: str,
    shims: frozenset[str],
) -> list[str]:
    """Return what is wrong, one line each.

    Args:
        module: MODULE.bazel.
        bazel_version: .bazelversion.
        build_files: Texts of BUILD.bazel and .bzl files.
        lock: The lock of the hub @pypi.
        shims: Repositories that the offline overlay stands in for.
    """
    found = calls(module)
    texts = "\n".join(build_files)
    wrong = []

    versions = {
        keywords["python_version"]
        for *_, keywords in found
        if "python_version" in keywords
    }
    images = {
        str(keywords["name"]) for name, _, keywords in found if name == "oci.pull"
    }
    if len(versions) != 1:
        wrong.append(
            f"one python_version is required, was {sorted(map(str, versions))}"
        )
    tags = {f"python_{str(version).replace('.', '_')}_slim" for version in versions}
    if images != tags:
        wrong.append(f"base images {sorted(tags)} are required, was {sorted(images)}")

    if tuple(map(int, bazel_version.strip().split("."))) < _LEAST_BAZEL:
        wrong.append(
            f".bazelversion of at least 7.4.1 is required, was {bazel_version}"
        )

    modules = {
        str(keywords["name"]) for name, _, keywords in found if name == "bazel_dep"
    }
    used = {
        str(argument)
        for name, arguments, _ in found
        if name == "use_repo"
        for argument in arguments
        if argument
    }
    named = set(_NAMED.findall(texts))
    for missing in sorted(named - modules - used):
        wrong.append(f"@{missing} is named by a BUILD file, and not brought")
    for unused in sorted(modules - named - _UNNAMED):
        wrong.append(f"{unused} is brought, and named by no BUILD file")

    locked = {
        re.sub(r"[-_.]+", "_", name).lower()
        for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.M)
    }
    for missing in sorted(set(_WHEEL.findall(texts)) - locked):
        wrong.append(f"@pypi//{missing} is in no lock")

    expected = (modules - _UNNAMED) | _BUILT_IN
    if shims != expected:
        wrong.append(f"shims differ from what is brought: {sorted(shims ^ expected)}")
    return wrong


def _literal(node: ast.expr) -> object:
    try:
        value: object = ast.literal_eval(node)
    except ValueError:
        return None
    return value


def _read(path: Path | str) -> str:
    return (repository.ROOT / path).read_text(encoding="utf-8")


def main() -> int:
    """Check the module of the repository."""
    overlay = repository.ROOT / "tools/bazel_offline/shims"
    texts = [
        _read(path)
        for path in repository.files("*BUILD.bazel", "*.bzl")
        if "tools/bazel_offline" not in path.as_posix()
    ]
    wrong = problems(
        _read("MODULE.bazel"),
        _read(".bazelversion"),
        texts,
        _read("requirements_dev.txt"),
        frozenset(path.name for path in overlay.iterdir()),
    )
    for line in wrong:
        print(f"MODULE.bazel: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
