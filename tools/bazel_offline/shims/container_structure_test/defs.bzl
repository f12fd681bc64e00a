"""@container_structure_test//:defs.bzl over structure_test.py."""

_MAIN = "@container_structure_test//:structure_test.py"

def container_structure_test(*, name, image, configs, **kwargs):
    """A test of the structure of an image, without its base.

    Args:
      name: Name of the target.
      image: An OCI layout.
      configs: What to test, in container-structure-test's format.
      **kwargs: Any other attribute of py_test.
    """

    # buildifier: disable=native-py
    native.py_test(
        name = name,
        srcs = [_MAIN],
        main = _MAIN,
        args = ["$(rootpath %s)" % label for label in [image] + configs],
        data = [image] + configs,
        legacy_create_init = False,
        deps = ["@pypi//pyyaml"],
        **kwargs
    )
