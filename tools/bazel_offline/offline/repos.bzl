"""Local stand-ins for the repositories that MODULE.bazel brings."""

load("//offline:pypi.bzl", "pypi_from_venv", "python_from_venv")

_SHIMS = [
    "container_structure_test",
    "remote_coverage_tools",
    "rules_cc",
    "rules_java",
    "rules_oci",
    "rules_python",
]

_EMPTY_GROUP = "filegroup(name = \"%s\", visibility = [\"//visibility:public\"])\n"

def offline_repos(name = "offline_repos"):
    """Declare every repository that the BUILD files name.

    Args:
      name: unused; a macro has one by convention.
    """
    for shim in _SHIMS:
        native.local_repository(name = shim, path = "shims/" + shim)

    # The base image: its files are not here, only its name.
    native.new_local_repository(
        name = "python_3_13_slim",
        path = "shims/rules_oci",
        build_file_content = _EMPTY_GROUP % "python_3_13_slim",
    )

    # `query` asks for the protobuf compiler, though nothing is compiled.
    native.new_local_repository(
        name = "com_google_protobuf",
        path = "shims/rules_cc",
        build_file_content = _EMPTY_GROUP % "protoc",
    )
    python_from_venv(name = "offline_python")
    pypi_from_venv(name = "pypi")
    native.register_toolchains("@offline_python//:toolchain")
