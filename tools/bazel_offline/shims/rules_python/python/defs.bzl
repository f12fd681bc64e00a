"""@rules_python//python:defs.bzl over the rules built into Bazel 4."""

load(":py_info.bzl", _PyInfo = "PyInfo")

PyInfo = _PyInfo

# Attributes of rules_python that the built-in rules lack; without effect here.
_DROPPED = [
    "config_settings",
    "interpreter_args",
    "precompile",
    "pyc_collection",
    "pyi_deps",
    "python_version",
]

# Attributes of the built-in rules that rules_python refuses.
_REFUSED = [
    "default_python_version",
    "legacy_create_init",
    "srcs_version",
]

def _attributes(given):
    for name in _REFUSED:
        if name in given:
            fail("rules_python knows no attribute " + name)
    kept = {name: value for name, value in given.items() if name not in _DROPPED}
    if "pyi_srcs" in kept:
        kept["data"] = kept.get("data", []) + kept.pop("pyi_srcs")
    return kept

def py_library(**kwargs):
    native.py_library(**_attributes(kwargs))  # buildifier: disable=native-py

def py_binary(**kwargs):
    native.py_binary(legacy_create_init = False, **_attributes(kwargs))  # buildifier: disable=native-py

def py_test(**kwargs):
    native.py_test(legacy_create_init = False, **_attributes(kwargs))  # buildifier: disable=native-py
