"""A MODULE.bazel that disagrees with its kin is found out."""

from tools.check_module import problems

MODULE = """
bazel_dep(name = "rules_python", version = "2.0.3")
bazel_dep(name = "platforms", version = "1.0.0")
python.defaults(python_version = "3.13")
pip.parse(hub_name = "pypi", python_version = "3.13", requirements_lock = "//:r.txt")
use_repo(pip, "pypi")
oci.pull(name = "python_3_13_slim", image = "python", platforms = ["linux/amd64"])
use_repo(oci, "python_3_13_slim")
"""
BUILD = """
load("@rules_python//python:defs.bzl", "py_library")
py_library(name = "a", deps = ["@pypi//absl_py"])
"""
LOCK = "absl-py==2.5.1 \\\n    --hash=sha256:0\n"
SHIMS = frozenset(
    {"rules_python", "rules_cc", "rules_java", "remote_coverage_tools"},
)


def found(
    *,
    module: str = MODULE,
    bazel: str = "8.7.0\n",
    build: str = BUILD,
    lock: str = LOCK,
    shims: frozenset[str] = SHIMS,
) -> list[str]:
    return problems(module, bazel, [build], lock, shims)


def test_a_module_that_agrees_is_silent() -> None:
    assert found() == []


def test_two_interpreters_are_one_too_many() -> None:
    module = MODULE.replace(
        'defaults(python_version = "3.13")', 'd(python_version="3.12")'
    )

    assert any("one python_version" in line for line in found(module=module))


def test_a_bazel_below_the_least_is_refused() -> None:
    assert any("at least 7.4.1" in line for line in found(bazel="7.4.0"))


def test_a_repository_that_nothing_brings_is_named() -> None:
    build = BUILD + 'load("@rules_pkg//pkg:tar.bzl", "pkg_tar")\n'

    assert found(build=build) == [
        "@rules_pkg is named by a BUILD file, and not brought"
    ]


def test_a_wheel_outside_the_lock_is_named() -> None:
    build = BUILD.replace("absl_py", "abseil")

    assert found(build=build) == ["@pypi//abseil is in no lock"]


def test_a_shim_too_few_is_named() -> None:
    assert len(found(shims=SHIMS - {"rules_python"})) == 1
