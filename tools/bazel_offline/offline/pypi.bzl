"""Repositories made from the virtual environment that $OFFLINE_VENV names."""

# -S: no site-packages, so a wheel is importable only through a dep on @pypi.
# -P, -s: neither the script's own folder nor the user's packages are importable.
_INTERPRETER = "#!/bin/sh\nexec {} -S -P -s \"$@\"\n"

_TOOLCHAIN = """\
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

py_runtime(
    name = "runtime",
    interpreter_path = "{}",
    python_version = "PY3",
)

py_runtime_pair(
    name = "pair",
    py3_runtime = ":runtime",
)

toolchain(
    name = "toolchain",
    toolchain = ":pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

def _run(repository, arguments):
    venv = repository.os.environ.get("OFFLINE_VENV")
    if not venv:
        fail("OFFLINE_VENV must name a virtual environment, was not set")
    finished = repository.execute([venv + "/bin/python"] + arguments, timeout = 120)
    if finished.return_code:
        fail(finished.stderr)
    return finished.stdout.strip()

def _python_impl(repository):
    real = _run(repository, ["-c", "import os, sys; print(os.path.realpath(sys.executable))"])
    repository.file("python3", _INTERPRETER.format(real), executable = True)
    repository.file("BUILD.bazel", _TOOLCHAIN.format(repository.path("python3")))

python_from_venv = repository_rule(
    doc = "A toolchain of the environment's interpreter, without its packages.",
    implementation = _python_impl,
    environ = ["OFFLINE_VENV"],
    local = True,
)

def _pypi_impl(repository):
    _run(repository, [repository.path(repository.attr._tool), "."])
    repository.file("WORKSPACE.bazel", "")

pypi_from_venv = repository_rule(
    doc = "One package per installed distribution, as rules_python's hub names it.",
    implementation = _pypi_impl,
    attrs = {
        "_tool": attr.label(
            default = "//offline:pypi_repo.py",
            allow_single_file = True,
        ),
    },
    environ = ["OFFLINE_VENV"],
    local = True,
)
