"""How this repository tests Python and puts a room into an image."""

load("@container_structure_test//:defs.bzl", "container_structure_test")
load("@rules_oci//oci:defs.bzl", "oci_image")
load("@rules_python//python:defs.bzl", "py_test")
load("//tools/bazel:cpu.bzl", "CPU")
load("//tools/bazel:py_layer.bzl", "py_layer")

_PYTEST_MAIN = "//tools/bazel:pytest_main.py"

# The user of images that are not root's, as distroless images number it.
_NONROOT = "65532:65532"

def pytest_test(*, name, srcs, deps = [], data = [], **kwargs):
    """A test target that runs its sources with pytest.

    Args:
      name: Name of the target.
      srcs: Test files.
      deps: What they import; pytest itself is added.
      data: Files that they read; the configuration of pytest is added.
      **kwargs: Any other attribute of py_test.
    """
    py_test(
        name = name,
        srcs = srcs + [_PYTEST_MAIN],
        main = _PYTEST_MAIN,
        args = ["$(rootpath %s)" % src for src in srcs],
        data = data + srcs + ["//:pyproject.toml"],
        deps = deps + [
            "@pypi//pytest",
            "@pypi//pytest_timeout",
        ],
        **kwargs
    )

def service_image(*, name, command, main, deps, kernels = False, **kwargs):
    """The image of a room, and the test of its structure.

    Makes `<name>`, an OCI image on the slim Python image, its layers
    `<name>.wheels` and `<name>.code` (the one that changes comes last), and
    `<name>_test`. All rooms with kernels share the layer of these.

    Args:
      name: Name of the image.
      command: Name of the room, and of its launcher in `/app/bin`.
      main: The room's main.py.
      deps: Libraries that the image holds, with all that they depend on.
      kernels: Whether the room runs kernels, and so brings their machine code.
      **kwargs: Any other attribute of oci_image.
    """
    layers = []
    env = {"PYTHONUNBUFFERED": "1"}
    for part in ["wheels", "code"]:
        layers.append("%s.%s" % (name, part))
        py_layer(
            name = layers[-1],
            command = command,
            main = main,
            part = part,
            deps = deps,
        )
    if kernels:
        layers.insert(1, "//tools/bazel:kernels")
        env.update(
            NUMBA_CACHE_DIR = "/app/kernels",
            NUMBA_CPU_FEATURES = "",
            NUMBA_CPU_NAME = CPU,
        )
    oci_image(
        name = name,
        base = "@python_3_13_slim",
        entrypoint = ["/app/bin/" + command],
        env = env,
        tars = layers,
        user = _NONROOT,
        **kwargs
    )
    container_structure_test(
        name = name + "_test",
        configs = ["container-structure-test.yaml"],
        image = name,
    )
